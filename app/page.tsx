import { Shelves } from '@/components/shelves'
import { readSales } from './read-sales'

export const ensureStatic = 'navigation'
/** Complete static HTML instead of a shell that is filled in: it has to say everything without JavaScript. */
export const instant = false

export default async function HomePage() {
  const { sales, madeAt } = await readSales()
  return <Shelves sales={sales} madeAt={madeAt} />
}
