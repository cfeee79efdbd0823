/**
 * Compaction of a diagram's log. A snapshot is the log up to a sequence number in slices that can be applied one by one,
 * made from the database and not from memory, and written only after it has been read back. Three are kept, of older
 * ones only such as are no larger than the newest. Rows are removed only as far as the snapshot before covers them, so a
 * newest one that should turn out bad can be done without. Which one is the one before, `compacting.ts` decides.
 *
 * Should the database be set back while it is made, it is not written: the log says something else then, or will.
 */
import type { SqlExecutor } from '../database/database.ts';
import { baseOf, stands } from './base.ts';
import { isDue, type CompactionLimits, type Sizes } from './compacting.ts';
import type { LogPart, Unreadable } from './log-part.ts';
import { send } from './pieces.ts';
import { readWhole } from './reading.ts';
import type { Workshop } from './workshop.ts';

/**
 * Writes a snapshot if enough has come after the newest one.
 * @param passed told of an older snapshot that cannot be read
 * @returns the sequence number of the snapshot, or null if there was none to write
 * @throws Unreadable (DO5)
 */
export async function compact(
  executor: SqlExecutor,
  workshop: Pick<Workshop, 'run'>,
  diagram: string,
  limits: CompactionLimits,
  passed: (fault: Unreadable) => void = () => {},
): Promise<number | null> {
  const sizes = await sizesOf(executor, diagram);
  if (!isDue(sizes, limits)) return null;
  const use = async (part: LogPart) =>
    part.rows.length > 0 && { base: baseOf(part), ...(await workshop.run('compaction', part)) };
  const made = await readWhole(executor, diagram, use, passed);
  if (!made?.value) return null; // somebody else was faster
  const { head, value } = made;
  return executor.transaction(async (transaction) => {
    if (!(await stands(transaction, diagram, value.base))) return null;
    for (const { seq, bytes } of value.snapshots) {
      const sent = await send(transaction, bytes, '$3');
      await transaction.query(
        `insert into document_snapshot (diagram_id, seq, bytes) select id, $2, ${sent.expression} from diagram where id = $1
         on conflict (diagram_id, seq) do update set bytes = excluded.bytes`,
        [diagram, seq, sent.value],
      );
    }
    await transaction.query(
      `delete from document_snapshot where diagram_id = $1 and (
         seq < (select min(seq) from (select seq from document_snapshot where diagram_id = $1 order by seq desc limit 3) as kept)
         or seq < $2 and octet_length(bytes) > $3)`,
      [diagram, value.before, value.snapshots.at(-1)!.bytes.byteLength],
    );
    await transaction.query('delete from document_update where diagram_id = $1 and seq <= $2', [diagram, value.before]);
    return head;
  });
}

export async function sizesOf(executor: SqlExecutor, diagram: string): Promise<Sizes> {
  const [row] = await executor.query<Record<keyof Sizes, string>>(
    `select coalesce(newest.size, 0) as snapshot, count(u.seq) as rows, coalesce(sum(octet_length(u.bytes)), 0) as bytes
     from (select $1::uuid as id) as diagram
       left join lateral (select seq, octet_length(bytes) as size from document_snapshot
                          where diagram_id = diagram.id order by seq desc limit 1) as newest on true
       left join document_update u on u.diagram_id = diagram.id and u.seq > coalesce(newest.seq, 0)
     group by newest.size`,
    [diagram],
  );
  return { snapshot: Number(row!.snapshot), rows: Number(row!.rows), bytes: Number(row!.bytes) };
}
