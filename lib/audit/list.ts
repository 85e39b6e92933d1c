import { and, desc, eq, ilike, lt, or } from 'drizzle-orm'
import { auditEntries } from '../../db/schema'
import type { Context } from '../context'

export type AuditEntry = typeof auditEntries.$inferSelect

const perPage = 50

/** A pattern for ILIKE that finds `text` anywhere: `%`, `_` and `\` are letters in it. */
export const containing = (text: string) => `%${text.replace(/[%_\\]/g, '\\$&')}%`

/** What was done, the latest first, `perPage` at a time: before entry `before`, about `subject`, with `search` in it. */
export async function listAudit(
  ctx: Pick<Context, 'db'>,
  {
    search,
    subject,
    before,
  }: { search?: string | undefined; subject?: string | undefined; before?: number | undefined },
): Promise<{ entries: AuditEntry[]; more: boolean }> {
  const columns = [auditEntries.actor, auditEntries.action, auditEntries.subject, auditEntries.reason]
  const entries = await ctx.db
    .select()
    .from(auditEntries)
    .where(
      and(
        before === undefined ? undefined : lt(auditEntries.id, before),
        subject === undefined ? undefined : eq(auditEntries.subject, subject),
        search ? or(...columns.map((column) => ilike(column, containing(search)))) : undefined,
      ),
    )
    .orderBy(desc(auditEntries.id))
    .limit(perPage + 1)
  return { entries: entries.slice(0, perPage), more: entries.length > perPage }
}
