import type { Route } from 'next'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { may, type Permission, type Role } from '@/lib/permissions'
import { Brand } from '../brand'
import { SignOut } from './sign-out'

const places: { href: Route; label: string; permission: Permission }[] = [
  { href: '/admin', label: 'Sales', permission: 'sales.read' },
  { href: '/admin/orders' as Route, label: 'Orders', permission: 'orders.read' },
  { href: '/admin/audit', label: 'Audit log', permission: 'audit.read' },
  { href: '/admin/team', label: 'Team', permission: 'team.read' },
]

type Props = { account: { name: string; role: Role }; title: string; children: ReactNode }

/** Every page of the admin for somebody who is signed in: where they may go, who they are, and the page. */
export function AdminFrame({ account, title, children }: Props) {
  return (
    <>
      <header className="border-line border-b bg-card">
        <div className="mx-auto flex max-w-7xl flex-wrap items-center gap-x-6 gap-y-1 px-4 py-2">
          <Link href="/admin" prefetch={false} className="flex min-h-11 items-center gap-2 font-bold">
            <Brand part="mark" className="size-7" />
            Admin
          </Link>
          <nav aria-label="Admin" className="flex flex-wrap gap-x-1">
            {places
              .filter(({ permission }) => may(account.role, permission))
              .map(({ href, label }) => (
                <Link
                  key={href}
                  href={href}
                  prefetch={false}
                  className="inline-flex min-h-11 items-center rounded-lg px-3 font-semibold text-sm underline-offset-4 hover:underline"
                >
                  {label}
                </Link>
              ))}
          </nav>
          <div className="ms-auto flex items-center gap-3 text-sm">
            <span>
              {account.name} <span className="text-muted">({account.role})</span>
            </span>
            <SignOut />
          </div>
        </div>
      </header>
      <div className="mx-auto grid max-w-7xl gap-6 px-4 py-6">
        <h1 className="font-bold text-2xl tracking-tight">{title}</h1>
        {children}
      </div>
    </>
  )
}
