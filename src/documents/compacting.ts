/**
 * How much of a log is kept, as decisions on sizes. What is stored of a document is to stay within a few times its newest
 * snapshot, however often it is edited; and what is written to keep it so, within a few times what is edited.
 */
import type { LogPart, Stored } from './log-part.ts';

/** When a snapshot is due: after so many rows, or so many bytes of them; of a large document after more. */
export interface CompactionLimits {
  rows: number;
  bytes: number;
}

/** What is stored: bytes of the newest snapshot, and how many rows came after it, of how many bytes. */
export interface Sizes {
  snapshot: number;
  rows: number;
  bytes: number;
}

/** A snapshot of more bytes is due after as many more rows: it takes longer to make, and to read, than they do. */
const LARGE = 2_097_152;
/** What a row takes besides its bytes. */
const ROW = 200;
/** Less than this is not worth a further snapshot. */
const LITTLE = 16_384;

export function isDue({ snapshot, rows, bytes }: Sizes, limits: CompactionLimits): boolean {
  return rows >= limits.rows * Math.max(1, snapshot / LARGE) || bytes >= Math.max(limits.bytes, snapshot);
}

/**
 * Behind the newest snapshot the one before it is kept, and the rows since. Where these weigh more than two such
 * snapshots, a later one is made to be the one before.
 * @param part what the newest snapshot was made of; @param newest its bytes
 * @returns what that one is made of; null: the one that the part begins with may stay
 */
export function partBefore(part: LogPart, newest: number): LogPart | null {
  const { snapshot, rows } = part;
  const weight = rows.reduce((sum, row) => sum + weightOf(row), snapshot?.bytes.byteLength ?? 0);
  if (weight <= Math.max(2 * newest, LITTLE)) return null;
  let first = rows.length - 1;
  let kept = weightOf(rows[first]!);
  while (first > 1 && kept + weightOf(rows[first - 1]!) <= newest) kept += weightOf(rows[(first -= 1)]!);
  return first > 0 ? { head: rows[first - 1]!.seq, snapshot, rows: rows.slice(0, first) } : null;
}

const weightOf = ({ bytes }: Stored) => bytes.byteLength + ROW;
