import type { ComponentProps } from 'react'
import { SelectField } from './ui/field'

/** The longest list of quantities worth scrolling through. */
const maxChoices = 10

type Props = Omit<ComponentProps<'select'>, 'children'> & { label: string; limit: number }

/** How many, from one up to the limit per buyer. */
export function Quantity({ label, limit, ...select }: Props) {
  const choices = Array.from({ length: Math.max(1, Math.min(limit, maxChoices)) }, (_, index) => index + 1)
  return (
    <SelectField label={label} name="quantity" {...select}>
      {choices.map((count) => (
        <option key={count} value={count}>
          {count}
        </option>
      ))}
    </SelectField>
  )
}
