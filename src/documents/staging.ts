/**
 * The rows of a write on their way into the log. To write much takes long, and nobody else should wait for it: rows are
 * inserted under numbers of their own, below zero, which needs no lock, and are given their places once the diagram is
 * locked, which moves none of their bytes. All of that is one transaction, so nobody sees a row that has no place.
 */
import { randomInt } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import type { SqlExecutor } from '../database/database.ts';
import type { CommittedRow } from './row.ts';

/** Rows that have no place yet. */
export interface Staged {
  diagram: string;
  /** The number of the first one, below zero. */
  first: number;
  rows: readonly Uint8Array[];
}

/** Numbers that two transactions are not likely to choose at once; if they do, one waits for the other. */
const NUMBERS = 2 ** 47;

/**
 * Writes nothing if there is no such diagram.
 * @param person the author, a profile id
 */
export async function stage(
  transaction: SqlExecutor,
  diagram: string,
  person: string,
  rows: readonly Uint8Array[],
): Promise<Staged> {
  const first = -randomInt(rows.length, NUMBERS);
  for (const [place, bytes] of rows.entries())
    await transaction.query(
      `insert into document_update (diagram_id, seq, bytes, batch_id, authors)
       select id, $2, $3, $4, $5::uuid[] from diagram where id = $1 for key share`,
      [diagram, first + place, bytes, uuidv7(), [person]],
    );
  return { diagram, first, rows };
}

/** Puts staged rows at the end of the log of a diagram that is locked. @param head of that log */
export async function append(
  transaction: SqlExecutor,
  { diagram, first, rows }: Staged,
  head: number,
): Promise<CommittedRow[]> {
  const moved = head + 1 - first;
  await transaction.query(
    'update document_update set seq = seq + $2::bigint where diagram_id = $1 and seq >= $3 and seq < $4',
    [diagram, moved, first, first + rows.length],
  );
  await transaction.query('update diagram set head = $2, updated_at = now() where id = $1', [
    diagram,
    head + rows.length,
  ]);
  return rows.map((bytes, index) => ({ diagram, seq: head + 1 + index, bytes }));
}
