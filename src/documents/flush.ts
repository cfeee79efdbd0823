/**
 * The statements of the update log.
 *
 * `flush` writes the batches of any number of diagrams in one auto-committed statement: it locks the diagrams' rows in
 * the order of their ids, takes existence, head and access epoch only from what the lock returned (the rest of the
 * statement sees the database as it was before the lock was waited for), advances the heads by one and inserts one row
 * per diagram. It raises nothing of its own: a diagram that is gone or whose access has changed is reported and hurts
 * no other. Sequence numbers are without gaps and in the order of commits because the diagram's row is locked.
 *
 * `recover` is for a batch of which nobody knows whether it was committed, because the answer was lost: one
 * transaction that locks, then in a second statement looks for the batch id, and only then judges the epoch and writes.
 * Should the first attempt still be running, one of the two meets the unique key of the batch id and writes nothing.
 * Should its row be compacted away already, it is written once more, which changes nothing.
 */
import { arrayOf } from '../database/array.ts';
import type { SqlExecutor } from '../database/database.ts';
import { contradicted, stands, type Base } from './base.ts';

/** What goes into one row of the log. */
export interface Batch {
  diagram: string;
  /** A UUID, unique per diagram. */
  id: string;
  /** The access epoch that its authors were decided under. */
  epoch: number;
  /** The row that it was judged on. */
  base: Base;
  /** Profile ids. */
  authors: readonly string[];
  /** The updates side by side, each with its length. */
  bytes: Uint8Array;
}

/**
 * `behind`: the log lacks what it was judged on. `stale`: its authors were decided under an epoch that is over.
 * `locked`: left out, because somebody else has the diagram.
 */
export type Verdict = { kind: 'in'; seq: number } | { kind: 'missing' | 'behind' | 'stale' | 'locked' };

/** A commit must be on disk before it is acknowledged (DO1), whatever the server's default; stronger settings stay. */
const DURABLE = `case current_setting('synchronous_commit') when 'off' then set_config('synchronous_commit', 'on', true) else '' end`;

/** @param waiting what to do about a row that is locked */
const flushing = (waiting: '' | 'skip locked') => `
  with batch as (
    select * from
      unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $9::bigint[], $10::text[])
      with ordinality as batch (diagram, id, epoch, authors, start, size, base, sum, place)
  ), locked as (
    select diagram.id, diagram.head, diagram.access_epoch from diagram
    where diagram.id = any ($1) and (select set_config('lock_timeout', $8, true) || ${DURABLE}) is not null
    order by diagram.id for no key update ${waiting}
  ), judged as (
    select batch.*, locked.head + 1 as seq, locked.access_epoch <> batch.epoch as stale,
      locked.head < batch.base or ${contradicted('batch.diagram', 'batch.base', 'batch.sum')} as behind
    from batch join locked on locked.id = batch.diagram
  ), accepted as (
    select * from judged where not stale and not behind
  ), advanced as (
    update diagram set head = accepted.seq, updated_at = now() from accepted where diagram.id = accepted.diagram
  ), written as (
    insert into document_update (diagram_id, seq, bytes, batch_id, authors)
    select diagram, seq, substring($7::bytea from start::int for size::int), id, authors::uuid[] from accepted
  )
  select string_agg(case
      when judged.behind then 'behind'
      when judged.stale then 'stale'
      when judged.seq is not null then judged.seq::text
      when exists (select from diagram where diagram.id = batch.diagram) then 'locked'
      else 'missing' -- one that went while its lock was waited for is missing the next time
    end, ' ' order by batch.place) as verdicts
  from batch left join judged on judged.diagram = batch.diagram`;

const STATEMENTS = { wait: flushing(''), skip: flushing('skip locked') };

/** What to do about a diagram that somebody else has locked: wait for so many ms, or leave it out. */
export type Patience = { kind: 'wait'; ms: number } | { kind: 'skip' };

/**
 * @param batches at most one per diagram
 * @returns diagram to verdict
 */
export async function flush(
  executor: SqlExecutor,
  batches: readonly Batch[],
  patience: Patience,
): Promise<Map<string, Verdict>> {
  let start = 1;
  const starts = batches.map((batch) => (start += batch.bytes.byteLength) - batch.bytes.byteLength);
  const values = [
    arrayOf(batches.map((batch) => batch.diagram)),
    arrayOf(batches.map((batch) => batch.id)),
    arrayOf(batches.map((batch) => batch.epoch)),
    arrayOf(batches.map((batch) => `"${arrayOf(batch.authors)}"`)),
    arrayOf(starts),
    arrayOf(batches.map((batch) => batch.bytes.byteLength)),
    Buffer.concat(batches.map((batch) => batch.bytes)),
    patience.kind === 'wait' ? `${patience.ms}ms` : '0',
    arrayOf(batches.map((batch) => batch.base.seq)),
    arrayOf(batches.map((batch) => batch.base.sum ?? 'null')),
  ];
  const [told] = await executor.query<{ verdicts: string }>(
    STATEMENTS[patience.kind],
    values,
    `flush ${patience.kind}`,
  );
  return new Map(told!.verdicts.split(' ').map((word, place) => [batches[place]!.diagram, verdictOf(word)]));
}

/** @param word the sequence number, or what else became of it */
function verdictOf(word: string): Verdict {
  const seq = Number(word);
  return seq > 0 ? { kind: 'in', seq } : { kind: word as Exclude<Verdict['kind'], 'in'> };
}

/** Finds out whether a batch was committed, and commits it if it was not. */
export async function recover(executor: SqlExecutor, batch: Batch, lockTimeout: number): Promise<Verdict> {
  return executor.transaction(async (transaction) => {
    await prepareWrite(transaction, lockTimeout);
    const [diagram] = await transaction.query<{ head: string; epoch: string }>(
      'select head, access_epoch as epoch from diagram where id = $1 for no key update',
      [batch.diagram],
    );
    if (!diagram) return { kind: 'missing' };
    const [found] = await transaction.query<{ seq: string }>(
      'select seq from document_update where diagram_id = $1 and batch_id = $2',
      [batch.diagram, batch.id],
    );
    if (found) return { kind: 'in', seq: Number(found.seq) };
    if (!(await stands(transaction, batch.diagram, batch.base))) return { kind: 'behind' };
    if (Number(diagram.epoch) !== batch.epoch) return { kind: 'stale' };
    const seq = Number(diagram.head) + 1;
    await insertRow(transaction, batch, seq);
    return { kind: 'in', seq };
  });
}

/** What a transaction that writes to a log begins with. @param lockTimeout ms */
export async function prepareWrite(transaction: SqlExecutor, lockTimeout: number): Promise<void> {
  await transaction.query(`select set_config('lock_timeout', $1, true) || ${DURABLE}`, [`${lockTimeout}ms`]);
}

/** Writes a row under the lock of its diagram, whose head must be `seq - 1`. */
async function insertRow(transaction: SqlExecutor, batch: Omit<Batch, 'epoch' | 'base'>, seq: number): Promise<void> {
  await transaction.query('update diagram set head = $2, updated_at = now() where id = $1', [batch.diagram, seq]);
  await transaction.query(
    'insert into document_update (diagram_id, seq, bytes, batch_id, authors) values ($1, $2, $3, $4, $5::uuid[])',
    [batch.diagram, seq, batch.bytes, batch.id, batch.authors],
  );
}

/**
 * What an error of the database means for a batch: `transient`, it did not happen and may be tried again; `permanent`,
 * it did not happen and never will; `unknown`, it may have been committed (the answer was lost, or somebody else's
 * attempt with the same batch id came first).
 */
export function faultOf(error: unknown): 'transient' | 'permanent' | 'unknown' {
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  if (typeof code !== 'string' || !/^(?!E)[0-9A-Z]{5}$/.test(code)) return 'unknown';
  if (/^(08|57P)/.test(code) || code === '40003') return 'unknown';
  if (code === '23505' && constraint === 'document_update_diagram_id_batch_id_unique') return 'unknown';
  return /^(22|23|54)/.test(code) ? 'permanent' : 'transient';
}

/** Whether a statement failed because it did not get a lock in time. */
export function isLockTimeout(error: unknown): boolean {
  return (error as { code?: unknown }).code === '55P03';
}
