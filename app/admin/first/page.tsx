import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { createFirstOwnerAction } from '@/app/admin/actions'
import { FirstOwnerForm } from '@/components/admin/team-forms'
import { Brand } from '@/components/brand'
import { Card } from '@/components/ui/card'
import { hasOwner } from '@/lib/accounts/find'
import { isFirstRunToken } from '@/lib/accounts/first-run'
import { context } from '@/lib/open-context'

export const metadata: Metadata = { title: 'The first owner', referrer: 'no-referrer' }
export const instant = false

/** Where a shop gets its owner: only by the address that its start printed, and only while it has none. */
export default async function FirstRunPage({ searchParams }: PageProps<'/admin/first'>) {
  const { token } = await searchParams
  const ctx = context()
  const isMeant = typeof token === 'string' && isFirstRunToken(ctx.env.APP_SECRET, token)
  if (!isMeant || (await hasOwner(ctx))) notFound()
  return (
    <div className="mx-auto grid max-w-md gap-6 px-4 py-16">
      <Brand part="mark" className="size-12" />
      <h1 className="font-bold text-3xl tracking-tight">Make this shop yours</h1>
      <Card>
        <FirstOwnerForm token={token} action={createFirstOwnerAction} />
      </Card>
    </div>
  )
}
