/**
 * What an edit is made for: the log up to a row. A database may be set back under a running node, restored from a backup
 * or followed by a standby that lacks the last commits; and others may have written to it since, so that it has as many
 * rows as before. What builds on rows that are gone would leave a hole in the document for ever, so before anything is
 * stored it is asked whether the log still says the same at that row.
 */
import { hash } from 'node:crypto';
import type { SqlExecutor } from '../database/database.ts';
import type { LogPart, Stored } from './log-part.ts';

export interface Base {
  /** The sequence number of the row; 0: none. */
  seq: number;
  /** The SHA-256 of its bytes in hex; null: not known, and not compared. */
  sum: string | null;
}

export const NO_ROWS: Base = { seq: 0, sum: null };

export const baseAt = ({ seq, bytes }: Stored): Base => ({ seq, sum: hash('sha256', bytes, 'hex') });

/** The base of what is made of a log as it was read. */
export function baseOf({ head, rows }: LogPart): Base {
  const last = rows.at(-1);
  return last ? baseAt(last) : { seq: head, sum: null };
}

/**
 * In SQL, whether the log says something else at a row. One that was compacted away says nothing else.
 * @param diagram its id, @param seq and @param sum of the base, in SQL
 */
export const contradicted = (diagram: string, seq: string, sum: string) => `exists (
      select from document_update as row
      where row.diagram_id = ${diagram} and row.seq = ${seq} and encode(sha256(row.bytes), 'hex') <> ${sum})`;

/** Whether the log of a diagram goes on from there. */
export async function stands(asking: SqlExecutor, diagram: string, { seq, sum }: Base): Promise<boolean> {
  const [found] = await asking.query(
    `select id from diagram where id = $1 and head >= $2 and not ${contradicted('$1', '$2', '$3')}`,
    [diagram, seq, sum],
  );
  return found !== undefined;
}
