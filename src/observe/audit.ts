/** The audit trail (MB5): who tried what, on what, whom it concerned, and how it came out. */
import { uuidv7 } from 'uuidv7';
import type { RefusalCode } from '../refusal.ts';

export interface AuditEntry {
  /** The person's id, or null before one is known. */
  actor: string | null;
  /** Such as `workspace.member.add`. */
  action: string;
  /** Such as `workspace:<id>`. */
  container?: string | null | undefined;
  /** Whom it concerned, as it was sent; without the blanks around it, or nobody would find it by the name. */
  subject?: string | null | undefined;
  role?: string | null | undefined;
  outcome: 'granted' | RefusalCode;
  details?: Record<string, unknown> | undefined;
  requestId?: string | null | undefined;
}

interface Queries {
  execute(text: string, params?: unknown[]): Promise<unknown>;
}

/** Writes one row in the caller's transaction; allowed to the request role, which cannot read or change it. */
export async function recordAudit(em: Queries, entry: AuditEntry): Promise<void> {
  await em.execute('select record_audit(?, ?, ?, ?, ?, ?, ?, ?, ?)', [
    uuidv7(),
    entry.actor,
    entry.action,
    clip(entry.container),
    clip(entry.subject?.trim()),
    clip(entry.role),
    entry.outcome,
    entry.details ? JSON.stringify(entry.details) : null,
    clip(entry.requestId),
  ]);
}

/** @returns what writes the row of something granted: `rename` of a `diagram` is `diagram.rename`, on `diagram:<id>` */
export function grantedOn(kind: string) {
  return (em: Queries, actor: { id: string }, action: string, id: string | number, requestId: string) => {
    const [what, container] = [`${kind}.${action}`, `${kind}:${id}`];
    return recordAudit(em, { actor: actor.id, action: what, container, outcome: 'granted', requestId });
  };
}

/** What somebody sent is kept as sent, but not without bound, and without what PostgreSQL cannot store. */
function clip(value: string | null | undefined): string | null {
  return value === null || value === undefined ? null : value.replaceAll('\0', '').slice(0, 500);
}
