/** Looks at the tables past the application, so that a test can say what a call has changed, or that it has not. */
import type { Database } from '../../src/database/database.ts';

/** How many rows every table has. Audit rows are left out: a refusal leaves one (MB5). */
export async function rowCounts(database: Database): Promise<Record<string, number>> {
  return database.asSystem(async (em) => {
    const counts: Record<string, number> = {};
    for (const table of await tableNames(database)) {
      if (table === 'audit_event') continue;
      const [row] = await em.execute<[{ rows: string | number }]>(`select count(*) as rows from ${table}`);
      counts[table] = Number(row.rows);
    }
    return counts;
  });
}

/** The tables as the database has them, so that a new one is not forgotten. */
export async function tableNames(database: Database): Promise<string[]> {
  const tables = database.orm.em.getMetadata().getAll();
  return [...new Set([...tables.values()].map((entity) => entity.tableName))].sort();
}

export interface AuditRow {
  actor_id: string | null;
  action: string;
  container: string | null;
  subject: string | null;
  role: string | null;
  outcome: string;
  details: Record<string, unknown> | null;
  request_id: string | null;
  at: string;
}

/** What the audit trail says of one request. */
export async function auditOf(database: Database, requestId: string): Promise<AuditRow[]> {
  return database.asSystem((em) =>
    em.execute<AuditRow[]>('select * from audit_event where request_id = ? order by at, id', [requestId]),
  );
}
