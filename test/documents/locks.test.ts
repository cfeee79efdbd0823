/** What the writers to a log lock: always in the same order, and no stronger than they need. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { uuidv7 } from 'uuidv7';
import type { SqlExecutor } from '../../src/database/database.ts';
import { NO_ROWS } from '../../src/documents/base.ts';
import { bindClients } from '../../src/documents/client-binding.ts';
import { flush, prepareWrite, recover, type Batch } from '../../src/documents/flush.ts';
import { joinUpdates } from '../../src/documents/row.ts';
import { keepAutomatic } from '../../src/documents/automatic-versions.ts';
import { cellsOf } from '../support/content.ts';
import { waitingIn } from '../support/database.ts';
import { eventually } from '../support/patience.ts';
import { cell, openStage, updateOf, type DocumentStage } from './stage.ts';

let stage: DocumentStage;
const held: (() => Promise<void>)[] = [];

beforeAll(async () => {
  stage = await openStage();
});
afterEach(async () => {
  for (const release of held.splice(0)) await release();
});
afterAll(() => stage.close());

const PATIENT = 60_000;

const batchFor = (diagram: string): Batch => ({
  diagram,
  id: uuidv7(),
  epoch: 0,
  base: NO_ROWS,
  authors: [stage.ann.id],
  bytes: joinUpdates([updateOf((cells) => cells.set('a', 1))]),
});

/** Somebody else's transaction that has done something, and does not end before it is told to. */
async function holding(work: (transaction: SqlExecutor) => Promise<unknown>): Promise<() => Promise<void>> {
  const [done, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const over = stage.database.content.transaction(async (transaction) => {
    await work(transaction);
    done.resolve();
    await end.promise;
  });
  await Promise.race([done.promise, over]);
  const release = () => (end.resolve(), over);
  held.push(release);
  return release;
}

/** Somebody waits for a lock. */
const waits = () => eventually(async () => expect(await waitingIn(stage.database.content)).toBe(1));

/** Does something that must not have to wait for a lock. */
const atOnce = <T>(work: (transaction: SqlExecutor) => Promise<T>) =>
  stage.database.content.transaction(async (transaction) => {
    await prepareWrite(transaction, 500);
    return work(transaction);
  });

it('DO1 a flush locks its diagrams in the order of their ids, so that two never wait for each other', async () => {
  const { model } = await stage.place();
  const [earlier, later] = [uuidv7(), uuidv7()];
  for (const diagram of [later, earlier])
    // so that they lie in the other order
    await stage.database.log.query(`insert into diagram (id, threat_model_id, name) values ($1, $2, 'D')`, [
      diagram,
      model,
    ]);
  const lock = 'select from diagram where id = $1 for no key update';
  const release = await holding((transaction) => transaction.query(lock, [earlier]));
  const flushed = stage.database.log.transaction(async (transaction) => {
    await transaction.query('set local enable_indexscan = off'); // and are found as they lie
    return flush(transaction, [later, earlier].map(batchFor), { kind: 'wait', ms: PATIENT });
  });
  await waits();
  await atOnce((transaction) => transaction.query(lock, [later]));
  await release();
  expect([...(await flushed).values()]).toEqual([
    { kind: 'in', seq: 1 },
    { kind: 'in', seq: 1 },
  ]);
});

it('DO1 who claims a client id meanwhile holds up no flush, no recovery and no edit over REST', async () => {
  const { diagram } = await stage.place();
  await holding((transaction) => bindClients(transaction, diagram, stage.bob.id, [1]));
  const flushed = await flush(stage.database.log, [batchFor(diagram)], { kind: 'wait', ms: 500 });
  expect(flushed.get(diagram)).toEqual({ kind: 'in', seq: 1 });
  expect(await recover(stage.database.log, batchFor(diagram), 500)).toEqual({ kind: 'in', seq: 2 });
  const { store } = stage.openStore();
  await store.replace(diagram, stage.ann.id, [cell('b')], null);
  expect(await cellsOf(store, diagram)).toEqual([cell('b')]);
});

it('DO1 while a version is stored, edits go on', async () => {
  const { diagram } = await stage.place();
  const { store: documents } = stage.openStore();
  await documents.replace(diagram, stage.ann.id, [cell('a')], null);
  await holding((transaction) => {
    const executor = { ...transaction, transaction: <T>(work: (same: SqlExecutor) => Promise<T>) => work(transaction) };
    return keepAutomatic({ executor, documents }, diagram, 0);
  });
  const flushed = await flush(stage.database.log, [batchFor(diagram)], { kind: 'wait', ms: 500 });
  expect(flushed.get(diagram)).toEqual({ kind: 'in', seq: 2 });
});

it('DO4 client ids are claimed in their order, so that two who claim the same never wait for each other', async () => {
  const { diagram } = await stage.place();
  const release = await holding((transaction) => bindClients(transaction, diagram, stage.bob.id, [1]));
  const claimed = bindClients(stage.database.log, diagram, stage.ann.id, [2, 1]);
  await waits();
  const other = await atOnce((transaction) => bindClients(transaction, diagram, stage.bob.id, [2]));
  expect(other).toEqual(new Map([[2, stage.bob.id]]));
  await release();
  expect([...(await claimed)!.values()]).toEqual([stage.bob.id, stage.bob.id]);
});

it('DO4 in a diagram that is gone nobody claims anything', async () => {
  expect(await bindClients(stage.database.log, uuidv7(), stage.ann.id, [1])).toBeNull();
});
