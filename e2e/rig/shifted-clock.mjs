/** Imported before a program of ours, makes the clock of its machine wrong by CLOCK_SHIFT_MS. */
const shiftMs = Number(process.env.CLOCK_SHIFT_MS)

globalThis.Date = new Proxy(Date, {
  construct: (real, args, made) =>
    Reflect.construct(real, args.length > 0 ? args : [real.now() + shiftMs], made),
  get: (real, name) => (name === 'now' ? () => real.now() + shiftMs : Reflect.get(real, name)),
})
