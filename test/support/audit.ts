/** An attempt, and the audit row that it leaves. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import type { Answered, CallOptions, TestClient } from './client.ts';
import { auditOf, type AuditRow } from './rows.ts';

/** Makes a call under a request id of its own; returns the one audit row that it must have left. */
export async function audited(
  app: { database: Database },
  person: TestClient,
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<{ row: AuditRow; answered: Answered }> {
  const requestId = randomUUID();
  const headers = { 'x-request-id': requestId, ...options.headers };
  const answered = await person.call(method, path, { ...options, headers });
  const rows = await auditOf(app.database, requestId);
  expect(rows).toHaveLength(1);
  expect(Math.abs(Date.parse(rows[0]!.at) - Date.now())).toBeLessThan(5000);
  return { row: rows[0]!, answered };
}

/** Does something while no attempt with an outcome can be written down. */
export async function withoutAuditOf(
  { database }: { database: Database },
  outcome: string,
  work: () => Promise<void>,
): Promise<void> {
  await database.asSystem(async (em) => {
    await em.execute(
      `create function refuse_audit() returns trigger language plpgsql as $body$ begin raise exception 'no'; end $body$`,
    );
    await em.execute(
      `create trigger refuse_audit before insert on audit_event for each row when (new.outcome = '${outcome}') execute function refuse_audit()`,
    );
  });
  try {
    await work();
  } finally {
    await database.asSystem((em) => em.execute('drop trigger refuse_audit on audit_event; drop function refuse_audit'));
  }
}
