import { cacheLife } from 'next/cache'
import { Shelves } from '@/components/shelves'
import { listSales } from '@/lib/web/catalog'

export const ensureStatic = 'navigation'
/** Complete static HTML instead of a shell that is filled in: it has to say everything without JavaScript. */
export const instant = false

async function readSales() {
  'use cache'
  cacheLife({ stale: 30, revalidate: 30, expire: 3600 })
  return { sales: await listSales(), madeAt: new Date().toISOString() }
}

export default async function HomePage() {
  const { sales, madeAt } = await readSales()
  return <Shelves sales={sales} madeAt={madeAt} />
}
