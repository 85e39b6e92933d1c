import type { FormAction } from '../action'
import { ReasonForm } from './reason-form'

type Props = {
  saleId: string
  paused: boolean
  closesAt: string
  pauseAction: FormAction<null>
  resumeAction: FormAction<null>
  closeAction: FormAction<null>
}

/** What can be done to a sale while it runs, each with a reason that stays in the audit log. */
export function SaleControls({ saleId, paused, closesAt, pauseAction, resumeAction, closeAction }: Props) {
  const seen = { saleId, paused: paused ? 'yes' : 'no', closesAt }
  return (
    <section className="grid gap-4 md:grid-cols-2" aria-label="Controls">
      {/* With keys: what one of the two was answered is not the other's. */}
      {paused ? (
        <ReasonForm
          key="resume"
          fields={seen}
          action={resumeAction}
          label="Resume"
          says="Carts and payments go on with the time they had left."
          done="The sale goes on."
        />
      ) : (
        <ReasonForm
          key="pause"
          fields={seen}
          action={pauseAction}
          label="Pause"
          says="Nobody can reserve, and every deadline stands still until you resume."
          done="The sale is paused."
        />
      )}
      <ReasonForm
        fields={seen}
        action={closeAction}
        label="Close for good"
        says="Nobody can reserve any more. What is in carts can still be ordered and paid until its deadline."
        done="The sale is closed."
        look="quiet"
      />
    </section>
  )
}
