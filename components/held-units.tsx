/** The numbers of the units somebody holds, as small tags: "No. 12", "No. 13". */
export function HeldUnits({ units }: { units: readonly number[] }) {
  return (
    <ul className="flex flex-wrap gap-1.5" aria-label="Your numbers">
      {units.map((unit) => (
        <li key={unit} className="figures rounded-md bg-tag px-2 py-0.5 font-bold text-sm text-stamp">
          No. {unit}
        </li>
      ))}
    </ul>
  )
}
