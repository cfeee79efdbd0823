/**
 * Versions that are kept without anybody asking: at most one per interval of editing, and fewer the older they are.
 * Several nodes may be at it; an advisory lock lets one of them do it.
 */
import { uuidv7 } from 'uuidv7';
import type { SqlExecutor } from '../database/database.ts';
import { Refusal } from '../refusal.ts';
import { currentState, insertVersion, type VersionsDependencies } from './versions.ts';

/** The first half of the advisory locks that keep several nodes from doing the same. */
const LOCK = 7_203_115;

/**
 * Keeps an automatic version, unless there is one that is younger than the interval or of the same state. Asked before
 * the document is read, too: that costs little where nothing was edited.
 * @param interval ms
 * @returns whether the state is in a version now
 * @throws Refusal `not_found`, `unavailable` (DO5)
 */
export async function keepAutomatic(
  { executor, documents }: Pick<VersionsDependencies, 'executor' | 'documents'>,
  diagram: string,
  interval: number,
): Promise<boolean> {
  const before = await isKept(executor, diagram, null, interval);
  if (before !== 'due') return before === 'kept';
  const { head, bytes } = await currentState(documents, diagram);
  return executor.transaction(async (transaction) => {
    await transaction.query('select pg_advisory_xact_lock($1, hashtext($2))', [LOCK, diagram]);
    const now = await isKept(transaction, diagram, head, interval);
    if (now !== 'due') return now === 'kept';
    await insertVersion(
      transaction,
      { id: uuidv7(), diagram, seq: head, kind: 'automatic', name: null, author: null },
      bytes,
    );
    return true;
  });
}

/**
 * Whether a state is in a version, or one is due, or too early. Of what nobody ever edited none is kept, and none is
 * kept again of what is so old that its version was let go of. One from the time to come, when the clock of the database
 * was ahead, makes none too early.
 * @param head of the state; null: the newest
 */
async function isKept(
  asking: SqlExecutor,
  diagram: string,
  head: number | null,
  interval: number,
): Promise<'kept' | 'due' | 'early'> {
  const [found] = await asking.query<{ kept: boolean; young: boolean }>(
    `select head = 0 or updated_at < clock_timestamp() - interval '90 days'
         or exists (select from document_version where diagram_id = $1 and seq = coalesce($2, head)) as kept,
       exists (select from document_version where diagram_id = $1 and kind = 'automatic'
         and at between clock_timestamp() - $3 * interval '1 millisecond' and clock_timestamp() + interval '1 second') as young
     from diagram where id = $1`,
    [diagram, head, interval],
  );
  if (!found) throw new Refusal('not_found');
  if (found.kept) return 'kept';
  return found.young ? 'early' : 'due';
}

/**
 * Lets go of automatic versions: all of the last 24 hours stay, then the last one of each day (UTC) for 90 days. What
 * has a name stays for ever. Of several nodes one does it, a portion at a time.
 * @returns how many went
 */
export async function thinOut(executor: SqlExecutor): Promise<number> {
  return executor.transaction(async (transaction) => {
    const [lock] = await transaction.query<{ free: boolean }>('select pg_try_advisory_xact_lock($1, 1) as free', [
      LOCK,
    ]);
    if (!lock?.free) return 0;
    const gone = await transaction.query(
      `delete from document_version where id in (
         select id from (
           select id, at, row_number() over (
             partition by diagram_id, date_trunc('day', at at time zone 'UTC') order by at desc) as place
           from document_version where kind = 'automatic'
         ) as kept
         where at < clock_timestamp() - interval '24 hours'
           and (place > 1 or at < clock_timestamp() - interval '90 days')
         limit 1000)
       returning id`,
    );
    return gone.length;
  });
}
