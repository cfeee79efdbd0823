/**
 * Compaction of a diagram's log. A snapshot is the log up to a sequence number in slices that can be applied one by one,
 * made from the database and not from memory, and written only after it has been read back. Three are kept. Rows are
 * removed only as far as the snapshot before covers them, from which this one was made, so a newest one that should turn
 * out bad can be done without.
 */
import type { SqlExecutor } from '../database/database.ts';
import type { LogPart, Unreadable } from './log-part.ts';
import { readWhole } from './reading.ts';
import type { Workshop } from './workshop.ts';

/** When a snapshot is due: after so many rows, or so many bytes of them if they are more than the snapshot before. */
export interface CompactionLimits {
  rows: number;
  bytes: number;
}

/**
 * Writes a snapshot if enough has come after the newest one.
 * @param passed told of an older snapshot that cannot be read
 * @returns the sequence number of the snapshot, or null if there was no need
 * @throws Unreadable (DO5)
 */
export async function compact(
  executor: SqlExecutor,
  workshop: Pick<Workshop, 'run'>,
  diagram: string,
  limits: CompactionLimits,
  passed: (fault: Unreadable) => void = () => {},
): Promise<number | null> {
  const made = await readWhole(
    executor,
    diagram,
    async (part) =>
      isDue(part, limits) && { bytes: await workshop.run('snapshot', part), from: part.snapshot?.seq ?? 0 },
    passed,
  );
  if (!made?.value) return null;
  const { head, value } = made;
  await executor.transaction(async (transaction) => {
    await transaction.query(
      `insert into document_snapshot (diagram_id, seq, bytes) select id, $2, $3 from diagram where id = $1
       on conflict do nothing`,
      [diagram, head, value.bytes],
    );
    await transaction.query(
      `delete from document_snapshot where diagram_id = $1 and seq < (
         select min(seq) from (select seq from document_snapshot where diagram_id = $1 order by seq desc limit 3) as kept)`,
      [diagram],
    );
    await transaction.query('delete from document_update where diagram_id = $1 and seq <= $2', [diagram, value.from]);
  });
  return head;
}

function isDue({ snapshot, rows }: LogPart, limits: CompactionLimits): boolean {
  if (rows.length === 0) return false;
  const bytes = rows.reduce((sum, row) => sum + row.bytes.byteLength, 0);
  return rows.length >= limits.rows || bytes >= Math.max(limits.bytes, snapshot?.bytes.byteLength ?? 0);
}
