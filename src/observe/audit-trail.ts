/** Reading the audit trail, for platform admins: newest first, narrowed by what the row names. */
import type { Database, RequestPerson } from '../database/database.ts';
import type { RefusalCode } from '../refusal.ts';

export interface AuditFilter {
  /** Profile ids; none of them: no row. */
  actors?: readonly string[] | undefined;
  /** In lower case; any of them. */
  subjects?: readonly string[] | undefined;
  /** Such as `workspace:<id>`; any of them. */
  containers?: readonly string[] | undefined;
  outcome?: 'granted' | RefusalCode | undefined;
  /** Inclusive. */
  from?: Date | undefined;
  /** Exclusive. */
  to?: Date | undefined;
}

export interface AuditView {
  id: string;
  at: Date;
  actor: string | null;
  actorEmail: string | null;
  action: string;
  container: string | null;
  subject: string | null;
  role: string | null;
  outcome: string;
  details: Record<string, unknown> | null;
  requestId: string | null;
}

interface AuditRow {
  id: string;
  at: string;
  actor_id: string | null;
  actor_email: string | null;
  action: string;
  container: string | null;
  subject: string | null;
  role: string | null;
  outcome: string;
  details: Record<string, unknown> | null;
  request_id: string | null;
}

export type AuditTrail = ReturnType<typeof createAuditTrail>;

export function createAuditTrail(database: Database) {
  return {
    /**
     * Row level security shows rows to platform admins only (MB9).
     * @param page `after` is time and id of the row before the page
     * @returns one more than `limit` if there are more
     */
    read: (reader: RequestPerson, filter: AuditFilter, page: { limit: number; after: readonly string[] | null }) =>
      database.asPerson(reader, async (em): Promise<AuditView[]> => {
        const { text, values } = where(filter, page.after);
        const rows = await em.execute<AuditRow[]>(
          `select a.id, a.at, a.actor_id, p.email as actor_email, a.action, a.container, a.subject, a.role, a.outcome,
             a.details, a.request_id
           from audit_event a left join profile p on p.id = a.actor_id
           ${text} order by a.at desc, a.id desc limit ?`,
          [...values, page.limit + 1],
        );
        return rows.map(toView);
      }),
  };
}

function where(filter: AuditFilter, after: readonly string[] | null): { text: string; values: unknown[] } {
  const conditions: string[] = [];
  const values: unknown[] = [];
  const ask = (condition: string, ...given: unknown[]) => {
    conditions.push(condition);
    values.push(...given);
  };
  const anyOf = (column: string, wanted: readonly string[]) =>
    wanted.length === 0 ? ask('false') : ask(`${column} in (${wanted.map(() => '?').join(', ')})`, ...wanted);
  if (filter.actors) anyOf('a.actor_id', filter.actors);
  if (filter.subjects) anyOf('a.subject_key', filter.subjects);
  if (filter.containers) anyOf('a.container', filter.containers);
  if (filter.outcome) ask('a.outcome = ?', filter.outcome);
  if (filter.from) ask('a.at >= ?', filter.from.toISOString());
  if (filter.to) ask('a.at < ?', filter.to.toISOString());
  if (after) ask('(a.at, a.id) < (?, ?)', ...after);
  return { text: conditions.length > 0 ? `where ${conditions.join(' and ')}` : '', values };
}

const toView = (row: AuditRow): AuditView => ({
  id: row.id,
  at: new Date(row.at),
  actor: row.actor_id,
  actorEmail: row.actor_email,
  action: row.action,
  container: row.container,
  subject: row.subject,
  role: row.role,
  outcome: row.outcome,
  details: row.details,
  requestId: row.request_id,
});
