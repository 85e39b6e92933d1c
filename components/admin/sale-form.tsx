'use client'

import type { Route } from 'next'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import type { FormAction } from '../action'
import { Refusal } from '../refusal'
import { shop } from '../shop'
import { Button } from '../ui/button'
import { Card } from '../ui/card'
import { Field, SelectField, TextField } from '../ui/field'
import { useFormAction, useOnce } from '../use-form-action'

type Choice = { id: string; label: string }

type Wrong = Record<string, string>

type Props = {
  variants: Choice[]
  /** What fields for date and time begin with: the shop's own time. */
  opensAt: string
  closesAt: string
  action: FormAction<{ saleId: string }>
}

/** "Kiln Mug, summer" → "kiln-mug-summer". */
const slugOf = (title: string) =>
  title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)

/** A new sale, kept as a draft until somebody publishes it. */
export function SaleForm({ variants, opensAt, closesAt, action }: Props) {
  const router = useRouter()
  const { answer, form, pending } = useFormAction(action)
  const [title, setTitle] = useState('')
  /** Follows the title until somebody types one. */
  const [slug, setSlug] = useState<string | null>(null)
  useOnce(answer, (next) => {
    if (next.ok) router.push(`/admin/sales/${next.value.saleId}` as Route)
  })
  const refusal = answer && !answer.ok ? answer : null
  const wrong: Wrong = refusal?.fields ?? {}
  return (
    <form {...form} className="grid max-w-4xl gap-6">
      <Card className="grid gap-4">
        <h2 className="font-bold text-lg">What shoppers read</h2>
        <Field
          label="Title"
          name="title"
          value={title}
          onChange={(event) => setTitle(event.target.value)}
          required
          maxLength={120}
          error={wrong.title}
        />
        <Field
          label="Address"
          name="slug"
          value={slug ?? slugOf(title)}
          onChange={(event) => setSlug(event.target.value)}
          hint="The end of the link: /sales/…"
          required
          maxLength={64}
          error={wrong.slug}
        />
        <TextField
          label="Description"
          name="description"
          required
          maxLength={2000}
          error={wrong.description}
        />
      </Card>
      <ItemRows variants={variants} wrong={wrong} />
      <Card className="grid gap-4">
        <h2 className="font-bold text-lg">When</h2>
        <p className="text-muted text-sm">Times are those of {shop.timeZone}.</p>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field
            label="Opens"
            name="opensAt"
            type="datetime-local"
            defaultValue={opensAt}
            required
            error={wrong.opensAt}
          />
          <Field
            label="Closes"
            name="closesAt"
            type="datetime-local"
            defaultValue={closesAt}
            required
            error={wrong.closesAt}
          />
        </div>
      </Card>
      <Card className="grid gap-4">
        <h2 className="font-bold text-lg">How it runs</h2>
        <div className="grid gap-4 sm:grid-cols-3">
          <Field
            label="A cart is held for"
            name="holdSeconds"
            hint="Seconds"
            inputMode="numeric"
            defaultValue="300"
            required
            error={wrong.holdSeconds}
          />
          <Field
            label="An order is payable for"
            name="paySeconds"
            hint="Seconds"
            inputMode="numeric"
            defaultValue="600"
            required
            error={wrong.paySeconds}
          />
          <Field
            label="A cart can be extended"
            name="extensions"
            hint="Times"
            inputMode="numeric"
            defaultValue="1"
            required
            error={wrong.extensions}
          />
        </div>
        <SelectField
          label="Proof that no robot is at work"
          name="proof"
          defaultValue="none"
          error={wrong.proof}
        >
          <option value="none">Only in the waiting room, if there is one</option>
          <option value="order">With the order</option>
          <option value="reserves">After repeated attempts to fill a cart</option>
        </SelectField>
        <label className="flex min-h-11 items-center gap-3">
          <input type="checkbox" name="room" className="size-5" />
          With a waiting room: places are drawn at the opening, and shoppers let in as fast as they can be
          served
        </label>
      </Card>
      {refusal && <Refusal refused={refusal} action={null} focus />}
      <div>
        <Button pending={pending}>Save as a draft</Button>
      </div>
    </form>
  )
}

/** The items of the sale, one under the other. */
function ItemRows({ variants, wrong }: { variants: Choice[]; wrong: Wrong }) {
  const [rows, setRows] = useState([0])
  return (
    <Card className="grid gap-4">
      <h2 className="font-bold text-lg">What is on sale</h2>
      {wrong.items && <p className="font-medium text-alarm text-sm">The items {wrong.items}.</p>}
      {rows.map((row, at) => (
        <ItemRow
          key={row}
          at={at}
          variants={variants}
          wrong={wrong}
          onRemove={rows.length > 1 ? () => setRows(rows.filter((each) => each !== row)) : undefined}
        />
      ))}
      <div>
        <Button
          type="button"
          look="quiet"
          size="small"
          onClick={() => setRows([...rows, Math.max(...rows) + 1])}
        >
          Add an item
        </Button>
      </div>
    </Card>
  )
}

type RowProps = { at: number; variants: Choice[]; wrong: Wrong; onRemove: (() => void) | undefined }

function ItemRow({ at, variants, wrong, onRemove }: RowProps) {
  const [variantId, setVariantId] = useState(variants[0]?.id ?? 'new')
  const name = (field: string) => `items.${at}.${field}`
  const error = (field: string) => wrong[name(field)]
  return (
    <fieldset className="grid gap-4 border-line border-t pt-4">
      <legend className="font-semibold">Item {at + 1}</legend>
      <SelectField
        label="Product"
        name={name('variantId')}
        value={variantId}
        onChange={(event) => setVariantId(event.target.value)}
        error={error('variantId')}
      >
        {variants.map(({ id, label }) => (
          <option key={id} value={id}>
            {label}
          </option>
        ))}
        <option value="new">A new product …</option>
      </SelectField>
      {variantId === 'new' && (
        <div className="grid gap-4 sm:grid-cols-2">
          <Field
            label="Name of the product"
            name={name('product.title')}
            required
            maxLength={120}
            error={error('product.title')}
          />
          <Field
            label="Variant"
            name={name('product.variant')}
            defaultValue="One size"
            required
            maxLength={80}
            error={error('product.variant')}
          />
          <div className="sm:col-span-2">
            <TextField
              label="Description of the product"
              name={name('product.description')}
              required
              maxLength={2000}
              error={error('product.description')}
            />
          </div>
        </div>
      )}
      <div className="grid gap-4 sm:grid-cols-3">
        <Field
          label="Price"
          name={name('price')}
          hint="Euros, with VAT"
          inputMode="decimal"
          required
          error={error('price')}
        />
        <Field
          label="Units"
          name={name('allocation')}
          inputMode="numeric"
          required
          error={error('allocation')}
        />
        <Field
          label="Limit for each buyer"
          name={name('limit')}
          inputMode="numeric"
          defaultValue="2"
          required
          error={error('limit')}
        />
      </div>
      {onRemove && (
        <div>
          <Button type="button" look="plain" size="small" onClick={onRemove}>
            Remove item {at + 1}
          </Button>
        </div>
      )}
    </fieldset>
  )
}
