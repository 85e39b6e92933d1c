import type { Cart, SaleItem } from '@/lib/contract'
import { formatMoney } from '@/lib/money'
import { HeldUnits } from './held-units'
import { ProductImage } from './product-image'
import { Quantity } from './quantity'
import { Button } from './ui/button'
import type { FormBinding } from './use-form-action'

type Props = {
  slug: string
  item: SaleItem
  line: Cart['lines'][number]
  currency: string
  change: FormBinding
}

/** One item of a cart with its numbers. Choosing another quantity sends it at once; without JavaScript, a button does. */
export function CartLine({ slug, item, line, currency, change }: Props) {
  const hidden = (
    <>
      <input type="hidden" name="slug" value={slug} />
      <input type="hidden" name="itemId" value={item.id} />
    </>
  )
  return (
    <li className="grid grid-cols-[5rem_1fr] gap-x-4 gap-y-3 py-5 sm:grid-cols-[7rem_1fr]">
      <ProductImage src={item.image} alt={item.imageAlt} className="aspect-square w-full rounded-2xl" />
      <div className="grid content-start gap-2">
        <div className="flex flex-wrap items-baseline justify-between gap-x-4">
          <h3 className="font-semibold">{item.title}</h3>
          <p className="figures font-semibold">
            {formatMoney({ minor: line.priceMinor * line.quantity, currency })}
          </p>
        </div>
        {item.variant && <p className="text-muted text-sm">{item.variant}</p>}
        <HeldUnits units={line.units} />
      </div>
      <div className="col-span-2 flex flex-wrap items-end justify-between gap-3 sm:col-span-1 sm:col-start-2">
        <form {...change} className="flex items-end gap-2">
          {hidden}
          <Quantity
            key={line.quantity}
            label="Quantity"
            limit={Math.max(item.limit, line.quantity)}
            defaultValue={line.quantity}
            onChange={(event) => event.currentTarget.form?.requestSubmit()}
            className="min-w-24"
          />
          <noscript>
            <Button look="quiet">Update</Button>
          </noscript>
        </form>
        <form {...change}>
          {hidden}
          <input type="hidden" name="quantity" value="0" />
          <Button look="quiet" aria-label={`Remove ${item.title}`}>
            Remove
          </Button>
        </form>
      </div>
    </li>
  )
}
