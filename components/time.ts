/** "4:05", "1:02:09" or "3 d 04:10:22" for a number of seconds. */
export function formatClock(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const days = Math.floor(seconds / 86_400)
  const hours = Math.floor((seconds % 86_400) / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  const rest = two(seconds % 60)
  if (days > 0) return `${days} d ${two(hours)}:${two(minutes)}:${rest}`
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`
}

const plural = (count: number, unit: string) => `${count} ${unit}${count === 1 ? '' : 's'}`

/** "5 minutes", "1 minute 30 seconds", "30 seconds": a length of time for a sentence. */
export function formatSpan(seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  const rest = seconds % 60
  if (minutes === 0) return plural(rest, 'second')
  return rest === 0 ? plural(minutes, 'minute') : `${plural(minutes, 'minute')} ${plural(rest, 'second')}`
}

/** "5 minutes" for "usually within …": at least a minute, whole minutes. */
export const formatMinutes = (seconds: number) => plural(Math.max(1, Math.round(seconds / 60)), 'minute')

/** A moment in one zone, or without a zone in the visitor's own: "Sat 22 Nov" and "10:00 CET". */
export function formatMoment(iso: string, timeZone?: string): { day: string; time: string } {
  const parts = new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).formatToParts(new Date(iso))
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? ''
  return {
    day: `${part('weekday')} ${part('day')} ${part('month')}`,
    time: `${part('hour')}:${part('minute')} ${part('timeZoneName')}`,
  }
}

/** "About 3 minutes", "Less than a minute": how long something may take, no finer than anybody can know. */
export function formatAbout(seconds: number): string {
  if (seconds < 60) return 'Less than a minute'
  const minutes = Math.round(seconds / 60)
  return minutes < 90
    ? `About ${plural(minutes, 'minute')}`
    : `About ${plural(Math.round(minutes / 60), 'hour')}`
}
