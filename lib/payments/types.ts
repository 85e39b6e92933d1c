import { named } from '../named'

/**
 * A payment provider, in the shape of Stripe's PaymentIntents with manual capture. Every call may be repeated with the
 * same key and then means the same payment. A call that gets no answer throws `ProviderSilent`: the money may or may
 * not have moved, so ask again with `find`.
 */
export type ProviderPayment = {
  reference: string
  /** Our payment id, as we sent it. */
  key: string
  state: 'requires_action' | 'processing' | 'authorised' | 'captured' | 'declined' | 'voided'
  amountMinor: number
  currency: string
}

export interface Provider {
  name: string
  /** Starts the payment: sets the amount aside, or is declined, or needs the buyer or time. */
  authorise(request: {
    key: string
    amountMinor: number
    currency: string
    card: string
    /** When the order stops being payable; a real provider ignores it, the sandbox's late card needs it. */
    payBy: Date
  }): Promise<ProviderPayment>
  /** The buyer did what was asked of them. */
  confirm(reference: string): Promise<ProviderPayment>
  /** Takes the money that was set aside. */
  capture(reference: string): Promise<ProviderPayment>
  /** Sets the money free; a captured payment stays captured. */
  void(reference: string): Promise<ProviderPayment>
  /** What became of the payment with our key; null when the provider never saw it. */
  find(key: string): Promise<ProviderPayment | null>
  /** Checks the signature and age of a webhook; null when it is not the provider's. */
  readWebhook(body: string, headers: Pick<Headers, 'get'>): ProviderPayment | null
}

/** No answer from the provider: a time-out, a cut connection, a 5xx. Nothing is known about the money. */
export class ProviderSilent extends Error {
  override readonly name = 'ProviderSilent'
  static override [Symbol.hasInstance] = named('ProviderSilent')
}
