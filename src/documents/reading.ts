/**
 * Reading a diagram's log: the rows after a sequence number and, where those are needed that were compacted away, the
 * newest snapshot, in one statement, so that what comes back is one moment of the log. The rows are checked to follow each
 * other without a hole up to the head.
 *
 * `readWhole` reads from the beginning. Should the newest snapshot turn out to be unreadable, the one before it will do
 * together with the rows since: compaction leaves them.
 */
import type { SqlExecutor } from '../database/database.ts';
import { Unreadable, type LogPart, type Stored } from './log-part.ts';
import { assembled, inPieces, type Piece } from './pieces.ts';

const READ = `
  with snapshot as (
    select seq, bytes from document_snapshot
    where diagram_id = $1 and seq > $2 and seq <= $3
      and ($2 = 0 or not exists (select from document_update where diagram_id = $1 and seq = $2 + 1))
    order by seq desc limit 1
  ), stored as (
    select 'snapshot' as kind, seq, bytes from snapshot
    union all
    select 'row', seq, bytes from document_update
    where diagram_id = $1 and seq > coalesce((select seq from snapshot), $2)
    union all
    select 'known', seq, bytes from document_update where diagram_id = $1 and seq = $2
  )
  select 'head' as kind, head as seq, 0 as piece, null::bytea as bytes from diagram where id = $1
  union all
  ${inPieces('kind, seq', 'select * from stored')}`;

interface Found extends Piece {
  kind: 'head' | 'snapshot' | 'row' | 'known';
}

/** What came after a row. */
export interface Continuation extends LogPart {
  /** That row as the log has it, unless it was compacted away. */
  known: Stored | null;
}

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
): Promise<Continuation | null> {
  const pieces = await executor.query<Found>(READ, [diagram, after, snapshotLimit]);
  const found = pieces.find(({ kind }) => kind === 'head');
  if (!found) return null;
  const head = Number(found.seq);
  const of = (wanted: Found['kind']) => assembled(pieces.filter(({ kind }) => kind === wanted));
  const [snapshot = null] = await of('snapshot');
  const [known = null] = await of('known');
  const rows = await of('row');
  const first = (snapshot?.seq ?? after) + 1;
  if (head >= after) {
    const whole = rows.length === head - first + 1 && rows.every((row, index) => row.seq === first + index);
    if (!whole) throw new Unreadable(`the log is not whole between ${first} and ${head}`);
  }
  return { head, snapshot, rows, known };
}

/**
 * Reads a whole document, past a newest snapshot that cannot be read.
 * @param use makes something of it; what it throws decides whether it could be read
 * @param passed told of a snapshot that was passed over
 * @returns null if there is no such diagram
 * @throws Unreadable
 */
export async function readWhole<T>(
  executor: SqlExecutor,
  diagram: string,
  use: (part: LogPart) => Promise<T>,
  passed: (fault: Unreadable) => void,
): Promise<{ head: number; value: T } | null> {
  let first: Unreadable | null = null;
  for (let limit = Number.MAX_SAFE_INTEGER; ;) {
    let part: LogPart | null = null;
    try {
      part = await readLog(executor, diagram, 0, limit);
      return part && { head: part.head, value: await use(part) };
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      first ??= error;
      if (!part?.snapshot) throw first;
      passed(error);
      limit = part.snapshot.seq - 1;
    }
  }
}
