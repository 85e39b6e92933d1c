import { Button } from './ui/button'

/** How a place is taken without JavaScript: a form, and a wait instead of the work that a browser would do. */
export function TakePlace({ slug }: { slug: string }) {
  return (
    <form
      method="post"
      action={`/sales/${slug}/room/turn`}
      encType="multipart/form-data"
      className="grid justify-items-start gap-3"
    >
      <Button size="large">Take a place</Button>
      <p className="text-muted text-sm">
        It is yours after a few seconds, and the page goes on by itself: leave it open. A place that you have
        already stays yours.
      </p>
    </form>
  )
}
