/**
 * What the bus may have lost. Twice a second one query for everything that is open on this node: it sends along what
 * this node has and gets back only what differs. A head that differs is read (and if it is lower, the database was set
 * back: the replica finds that out); an access epoch that differs means that people must be decided anew.
 */
import type { Logger } from 'pino';
import type { SqlExecutor } from '../database/database.ts';

/** A diagram as this node has it. */
export interface Known {
  diagram: string;
  head: number;
  /** The least access epoch that anybody connected was decided under. */
  epoch: number;
}

export interface PollDependencies {
  executor: SqlExecutor;
  /** What is open now. */
  known(): Known[];
  /** The log of a diagram has moved, or the diagram is gone. */
  moved(diagram: string): void;
  /** Access to a diagram has changed. */
  accessChanged(diagram: string): void;
  logger: Logger;
}

const POLL = `
  select known.id as diagram, diagram.head is distinct from known.head as moved,
         diagram.access_epoch <> known.epoch as changed
  from unnest($1::uuid[], $2::bigint[], $3::bigint[]) as known (id, head, epoch)
  left join diagram on diagram.id = known.id
  where diagram.head is distinct from known.head or diagram.access_epoch <> known.epoch`;

/** One round of the poll. Never rejects. */
export async function poll({ executor, known, moved, accessChanged, logger }: PollDependencies): Promise<void> {
  const open = known();
  if (open.length === 0) return;
  try {
    const differing = await executor.query<{ diagram: string; moved: boolean; changed: boolean | null }>(POLL, [
      open.map(({ diagram }) => diagram),
      open.map(({ head }) => head),
      open.map(({ epoch }) => epoch),
    ]);
    for (const row of differing) {
      if (row.moved) moved(row.diagram);
      if (row.changed) accessChanged(row.diagram);
    }
  } catch (error) {
    logger.warn({ err: error }, 'the poll failed');
  }
}
