/** Who somebody is to the shop. A shopper has an account for their orders, and nothing to do with the admin. */
export const roles = ['shopper', 'viewer', 'staff', 'owner'] as const
export type Role = (typeof roles)[number]

/** Those who see the admin. */
export const teamRoles = ['viewer', 'staff', 'owner'] as const satisfies readonly Role[]

const everybody: readonly Role[] = teamRoles
const workers: readonly Role[] = ['staff', 'owner']
const owners: readonly Role[] = ['owner']

/** Who may do what: the one table, asked inside every page, action and route of the admin. */
export const permissions = {
  'sales.read': everybody,
  'sales.edit': workers,
  'sales.control': workers,
  'orders.read': everybody,
  'orders.change': workers,
  /** Everybody's addresses in one file. */
  'orders.export': workers,
  'audit.read': workers,
  'team.read': owners,
  'team.change': owners,
} as const satisfies Record<string, readonly Role[]>

export type Permission = keyof typeof permissions

export const may = (role: Role, permission: Permission) => permissions[permission].includes(role)

/**
 * What each page, action and route of the admin asks for. `nobody` is for whoever is not signed in. A file of app/admin
 * that is missing here fails a test, and e2e tries each as everybody.
 */
export const adminPages = {
  '/admin': 'sales.read',
  '/admin/sales/[id]': 'sales.read',
  '/admin/sales/[id]/live': 'sales.read',
  '/admin/sales/new': 'sales.edit',
  '/admin/orders': 'orders.read',
  '/admin/orders/[id]': 'orders.read',
  '/admin/orders/csv': 'orders.export',
  '/admin/audit': 'audit.read',
  '/admin/team': 'team.read',
  '/admin/login': 'nobody',
  '/admin/first': 'nobody',
} as const satisfies Record<string, Permission | 'nobody'>

// Whole words before parameters: `new` is no id.
const byWords = Object.entries(adminPages).toSorted(
  ([a], [b]) => Number(a.includes('[')) - Number(b.includes('[')),
)
const patterns = byWords.map(
  ([page, permission]) => [new RegExp(`^${page.replace(/\[\w+\]/g, '[^/]+')}$`), permission] as const,
)

/** What a page of the admin asks for; undefined where there is none. */
export const permissionOfPage = (pathname: string): Permission | 'nobody' | undefined =>
  patterns.find(([pattern]) => pattern.test(pathname))?.[1]

export const adminActions = {
  createSaleAction: 'sales.edit',
  publishAction: 'sales.edit',
  discardAction: 'sales.edit',
  pauseAction: 'sales.control',
  resumeAction: 'sales.control',
  closeAction: 'sales.control',
  cancelUnpaidAction: 'orders.change',
  addAccountAction: 'team.change',
  changeRoleAction: 'team.change',
  createFirstOwnerAction: 'nobody',
} as const satisfies Record<string, Permission | 'nobody'>
