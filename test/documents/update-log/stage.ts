/** What the tests of the update log share: a log on a real database, what it has stored, and ways to meddle with it. */
import { decideWriters } from '../../../src/access/standing.ts';
import type { Database, SqlExecutor } from '../../../src/database/database.ts';
import { NO_ROWS } from '../../../src/documents/base.ts';
import { createBudget } from '../../../src/budget.ts';
import { asQueries } from '../../../src/documents/queries.ts';
import { splitUpdates, type CommittedRow } from '../../../src/documents/row.ts';
import { createUpdateLog, type LogOutcome, type UpdateLog } from '../../../src/documents/update-log.ts';
import type { Actor } from '../../../src/identity/person.ts';
import { freshDatabase } from '../../support/database.ts';
import { addDiagram, addPerson, logger } from '../../sync/stage.ts';

export interface LogOptions {
  executor?: SqlExecutor;
  budget?: number;
  rowBytes?: number;
  spacing?: number;
  /** Awaited before it is decided who may write. */
  deciding?(): Promise<void>;
}

/** An executor that does something else before or after a statement of the log. */
export type Meddle = (text: string, run: () => Promise<never>) => Promise<never>;

export const isFlush = (text: string) => text.includes('as batch (');

export async function openLogStage() {
  const database: Database = await freshDatabase();
  const [ann, bob] = [await addPerson(database, 'ann'), await addPerson(database, 'bob')];
  const logs: UpdateLog[] = [];
  return {
    database,
    ann,
    bob,

    /** A diagram of ann's. */
    place: () => addDiagram(database, [[ann, 'owner']]),

    /** A diagram that bob may write to as well. */
    sharedPlace: () =>
      addDiagram(database, [
        [ann, 'owner'],
        [bob, 'writer'],
      ]),

    start({ executor = database.log, budget = 1e9, rowBytes = 1e6, spacing = 0, deciding }: LogOptions = {}) {
      const rows: CommittedRow[] = [];
      let failures = 0;
      const log = createUpdateLog({
        executor,
        budget: createBudget(budget),
        logger,
        committed: (row) => rows.push(row),
        failed: () => (failures += 1),
        async decide(asked) {
          await deciding?.();
          return decideWriters(asQueries(database.log), asked);
        },
        limits: {
          rowBytes,
          lockTimeout: 200,
          leastPause: 5,
          mostPause: 50,
          pace: { distance: spacing, round: Math.max(1, spacing) },
        },
      });
      logs.push(log);
      const append = (diagram: string, person: Actor, text: string, epoch = 0, base = NO_ROWS) =>
        new Promise<LogOutcome | 'full'>((settle) => {
          if (!log.append({ diagram, person: person.id, epoch, base, updates: [Buffer.from(text)], settle }))
            settle('full');
        });
      return { log, rows, append, failures: () => failures };
    },

    async stored(diagram: string): Promise<{ seq: number; texts: string[]; authors: string[] }[]> {
      const found = await database.log.query<{ seq: string; bytes: Uint8Array; authors: string[] }>(
        'select seq, bytes, authors from document_update where diagram_id = $1 order by seq',
        [diagram],
      );
      return found.map(({ seq, bytes, authors }) => ({
        seq: Number(seq),
        texts: splitUpdates(bytes).map((update) => Buffer.from(update).toString()),
        authors,
      }));
    },

    meddled(meddle: Meddle): SqlExecutor {
      const through = (executor: SqlExecutor): SqlExecutor => ({
        query: (text, values) => meddle(text, () => executor.query(text, values) as Promise<never>),
        transaction: (work) => executor.transaction((transaction) => work(through(transaction))),
      });
      return through(database.log);
    },

    async close(): Promise<void> {
      await Promise.all(logs.map((log) => log.stop()));
      await database.close();
    },
  };
}

export type LogStage = Awaited<ReturnType<typeof openLogStage>>;
