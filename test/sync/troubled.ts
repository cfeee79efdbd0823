/** A database of a node's log that is slow, fails, or does what it is asked and loses its answer. */
import type { SqlExecutor } from '../../src/database/database.ts';
import { pause } from '../support/patience.ts';
import type { Chance } from '../support/seeded.ts';

/** The rows of one diagram that have been committed, also where the log was not told of it, by sequence number. */
export type Commits = Map<number, Uint8Array>;

/** @param commits takes note of what the log commits to the one diagram that is written */
export function troubled(database: SqlExecutor, chance: Chance, commits: Commits): SqlExecutor {
  const trouble = async <T>(run: () => Promise<T>): Promise<T> => {
    const kind = chance.below(12);
    if (kind === 0) throw new Error('Connection terminated unexpectedly');
    if (kind < 4) await pause(chance.below(15));
    const answer = await run();
    if (kind === 11) throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    return answer;
  };
  return {
    query: (text, values) =>
      trouble(async () => {
        const answer = await database.query<never>(text, values);
        if (text.includes('as batch (')) noteFlush(values!, answer, commits);
        return answer;
      }),
    transaction: (work) =>
      trouble(async () => {
        const inserted: Commits = new Map();
        const result = await database.transaction((transaction) => work(noting(transaction, inserted)));
        for (const [seq, bytes] of inserted) commits.set(seq, bytes);
        return result;
      }),
  };
}

/** The same executor, which takes note of the rows that are inserted one by one. */
function noting(transaction: SqlExecutor, inserted: Commits): SqlExecutor {
  return {
    ...transaction,
    query(text, values) {
      if (text.startsWith('insert into document_update')) inserted.set(values![1] as number, values![2] as Uint8Array);
      return transaction.query(text, values);
    },
  };
}

function noteFlush(values: readonly unknown[], answer: readonly { seq: string | null }[], commits: Commits): void {
  const [starts, sizes, blob] = [values[4] as number[], values[5] as number[], values[6] as Buffer];
  const seq = answer[0]?.seq; // there is one diagram
  if (seq) commits.set(Number(seq), blob.subarray(starts[0]! - 1, starts[0]! - 1 + sizes[0]!));
}
