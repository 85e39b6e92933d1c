import { Brand } from './brand'
import { shop } from './shop'

/** The end of every page: what holds for all sales, in small print. */
export function SiteFooter() {
  return (
    <footer className="mt-20 border-line border-t bg-sunk">
      <div className="shell grid gap-8 py-12 md:grid-cols-[1fr_2fr]">
        <Brand part="wordmark" className="h-8 w-auto justify-self-start" />
        <div className="grid gap-6 text-muted text-sm sm:grid-cols-2">
          <div className="grid content-start gap-2">
            <h2 className="font-semibold text-ink">Fair by construction</h2>
            <p>
              A cart really holds its units: nobody else can take them while its clock runs. You are charged
              only after the units are yours.
            </p>
          </div>
          <div className="grid content-start gap-2">
            <h2 className="font-semibold text-ink">Small print</h2>
            <p>
              Prices include VAT. A percentage off compares with the lowest price of the 30 days before the
              sale. Times are given in the shop’s zone and in yours.
            </p>
            <p>
              We set one cookie, which your cart and orders need, and in a waiting room those that hold your
              place.
            </p>
          </div>
        </div>
      </div>
      <p className="shell pb-8 text-muted text-sm">© {shop.name}</p>
    </footer>
  )
}
