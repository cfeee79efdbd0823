/**
 * Reading a diagram's log: the rows after a sequence number and, where those are needed that were compacted away, the
 * newest snapshot, in one statement, so that what comes back is one moment of the log. The rows are checked to follow
 * each other without a hole up to the head.
 *
 * `replay` applies what was read to a Yjs document, each row in one transaction. Bytes that do not decode, or that
 * leave Yjs waiting for something that no row brings, are unreadable (DO5); a log is never guessed at.
 */
import * as Y from 'yjs';
import type { SqlExecutor } from '../database/database.ts';
import { splitUpdates } from './row.ts';

export interface LogPart {
  head: number;
  /** To be applied first: everything up to its `seq`. */
  snapshot: { seq: number; bytes: Uint8Array } | null;
  /** Contiguous, ending at the head. */
  rows: { seq: number; bytes: Uint8Array }[];
}

/** What is stored cannot be read: not to be overwritten, and not to be served as if it were the document. */
export class Unreadable extends Error {}

const READ = `
  with snapshot as (
    select seq, bytes from document_snapshot
    where diagram_id = $1 and seq > $2 and seq <= $3
      and ($2 = 0 or not exists (select from document_update where diagram_id = $1 and seq = $2 + 1))
    order by seq desc limit 1
  )
  select 'head' as kind, head as seq, null::bytea as bytes from diagram where id = $1
  union all
  select 'snapshot', seq, bytes from snapshot
  union all
  select 'row', seq, bytes from document_update
  where diagram_id = $1 and seq > coalesce((select seq from snapshot), $2)`;

/**
 * Reads the log after a sequence number.
 * @param after what the reader has; 0: nothing
 * @param snapshotLimit no snapshot newer than this is used
 * @returns null if there is no such diagram
 * @throws Unreadable if rows are missing
 */
export async function readLog(
  executor: SqlExecutor,
  diagram: string,
  after: number,
  snapshotLimit: number = Number.MAX_SAFE_INTEGER,
): Promise<LogPart | null> {
  const found = await executor.query<{ kind: string; seq: string; bytes: Uint8Array }>(READ, [
    diagram,
    after,
    snapshotLimit,
  ]);
  const parts = found.map((part) => ({ ...part, seq: Number(part.seq) }));
  const head = parts.find((part) => part.kind === 'head')?.seq;
  if (head === undefined) return null;
  const snapshot = parts.find((part) => part.kind === 'snapshot') ?? null;
  const rows = parts.filter((part) => part.kind === 'row').sort((a, b) => a.seq - b.seq);
  const first = (snapshot?.seq ?? after) + 1;
  if (head >= after) {
    const whole = rows.length === head - first + 1 && rows.every((row, index) => row.seq === first + index);
    if (!whole) throw new Unreadable(`the log is not whole between ${first} and ${head}`);
  }
  return { head, snapshot, rows };
}

/** Applies one row, in one transaction. @throws Unreadable */
export function replayRow(document: Y.Doc, row: { seq: number; bytes: Uint8Array }, origin: unknown = null): void {
  guarded(document, `row ${row.seq}`, () => {
    const updates = splitUpdates(row.bytes);
    document.transact(() => updates.forEach((update) => Y.applyUpdate(document, update, origin)), origin);
  });
}

/** Applies a part of the log. @returns the sequence number that the document is at now; @throws Unreadable */
export function replay(document: Y.Doc, part: LogPart, origin: unknown = null): number {
  const { snapshot } = part;
  if (snapshot) guarded(document, `snapshot ${snapshot.seq}`, () => Y.applyUpdate(document, snapshot.bytes, origin));
  for (const row of part.rows) replayRow(document, row, origin);
  return part.rows.at(-1)?.seq ?? snapshot?.seq ?? part.head;
}

function guarded(document: Y.Doc, what: string, apply: () => void): void {
  try {
    apply();
  } catch (error) {
    throw new Unreadable(`${what} cannot be read`, { cause: error });
  }
  if (document.store.pendingStructs ?? document.store.pendingDs) throw new Unreadable(`${what} has a gap`);
}
