/**
 * Compaction of a diagram's log. A snapshot is the log up to a sequence number as one update, made from the database and
 * not from memory, and written only after it has been read back. Three are kept. Rows are removed only as far as the
 * snapshot before the newest covers them, so a newest one that should turn out bad can be done without.
 */
import * as Y from 'yjs';
import type { SqlExecutor } from '../database/database.ts';
import { readLog, replay, Unreadable } from './reading.ts';

/**
 * Writes a snapshot if there are enough rows after the newest one.
 * @param leastRows how many are enough
 * @returns the sequence number of the snapshot, or null if there was no need
 * @throws Unreadable (DO5)
 */
export async function compact(executor: SqlExecutor, diagram: string, leastRows: number): Promise<number | null> {
  const part = await readLog(executor, diagram, 0);
  if (!part || part.rows.length < leastRows) return null;
  const document = new Y.Doc();
  replay(document, part);
  const bytes = Y.encodeStateAsUpdate(document);
  verify(bytes, part.head);
  await executor.transaction(async (transaction) => {
    await transaction.query(
      `insert into document_snapshot (diagram_id, seq, bytes) select id, $2, $3 from diagram where id = $1
       on conflict do nothing`,
      [diagram, part.head, bytes],
    );
    await transaction.query(
      `delete from document_snapshot where diagram_id = $1 and seq < (
         select min(seq) from (select seq from document_snapshot where diagram_id = $1 order by seq desc limit 3) as kept)`,
      [diagram],
    );
    await transaction.query(
      `delete from document_update where diagram_id = $1 and seq <= (
         select seq from document_snapshot where diagram_id = $1 order by seq desc offset 1 limit 1)`,
      [diagram],
    );
  });
  return part.head;
}

/** @throws Unreadable if a snapshot does not say what it was made of */
function verify(bytes: Uint8Array, seq: number): void {
  const copy = new Y.Doc();
  replay(copy, { head: seq, snapshot: { seq, bytes }, rows: [] });
  if (Buffer.compare(bytes, Y.encodeStateAsUpdate(copy)) !== 0)
    throw new Unreadable(`snapshot ${seq} is not what was written`);
}
