import { countries } from './countries'
import { Field, SelectField } from './ui/field'

type Props = {
  /** Field → what the server found wrong with it. */
  errors?: Record<string, string> | undefined
  /** What was typed, where the server sends it back (without JavaScript). */
  typed?: Partial<Record<string, string>> | undefined
}

/** Six fields to type, each with the token that lets the browser fill it, and three optional ones out of the way. */
export function AddressFields({ errors = {}, typed = {} }: Props) {
  const field = (name: string) => ({ name, error: errors[name], defaultValue: typed[name] ?? '' })
  const optional = ['line2', 'region', 'phone']
  return (
    <>
      <Field
        label="Email"
        type="email"
        inputMode="email"
        autoComplete="email"
        required
        maxLength={254}
        hint="For your order and its tracking, nothing else."
        {...field('email')}
      />
      <Field label="Full name" autoComplete="name" required maxLength={120} {...field('name')} />
      <Field
        label="Street and number"
        autoComplete="address-line1"
        required
        maxLength={160}
        {...field('line1')}
      />
      <div className="grid items-start gap-5 sm:grid-cols-[10rem_1fr]">
        <Field
          label="Postal code"
          autoComplete="postal-code"
          required
          maxLength={16}
          {...field('postalCode')}
        />
        <Field label="City" autoComplete="address-level2" required maxLength={120} {...field('city')} />
      </div>
      <SelectField
        label="Country"
        name="country"
        autoComplete="country"
        required
        error={errors.country}
        defaultValue={typed.country ?? 'DE'}
      >
        {countries.map(([code, name]) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </SelectField>
      <details
        className="group"
        open={optional.some((name) => errors[name] !== undefined || typed[name]) || undefined}
      >
        <summary className="inline-flex min-h-9 items-center font-semibold text-sm underline decoration-edge underline-offset-4">
          Apartment, region or phone (optional)
        </summary>
        <div className="mt-4 grid gap-5">
          <Field
            label="Apartment, floor or company"
            autoComplete="address-line2"
            maxLength={160}
            {...field('line2')}
          />
          <Field label="Region" autoComplete="address-level1" maxLength={120} {...field('region')} />
          <Field
            label="Phone"
            type="tel"
            autoComplete="tel"
            maxLength={24}
            hint="Only for the carrier."
            {...field('phone')}
          />
        </div>
      </details>
    </>
  )
}
