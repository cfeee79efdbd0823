/** Versions that are kept without anybody asking, and let go of. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { uuidv7 } from 'uuidv7';
import type { SqlExecutor } from '../../src/database/database.ts';
import { keepAutomatic, thinOut } from '../../src/documents/automatic-versions.ts';
import type { DocumentStore } from '../../src/documents/document-store.ts';
import { createUpkeep, type Upkeep } from '../../src/documents/upkeep.ts';
import { createVersions } from '../../src/documents/versions.ts';
import { eventually } from '../support/patience.ts';
import { logger } from '../sync/stage.ts';
import { cell, openStage, type DocumentStage } from './stage.ts';

let stage: DocumentStage;
let store: DocumentStore;

beforeAll(async () => {
  stage = await openStage();
  ({ store } = stage.openStore());
});
afterAll(() => stage.close());

/** Upkeep by a clock of the test's. */
function upkeepAt(clock: { now: number }, documents = store): Upkeep {
  const limits = { rows: 4, bytes: Infinity, versionInterval: 300_000 };
  const parts = { executor: stage.database.content, workshop: stage.workshop, documents, logger };
  return createUpkeep({ ...parts, limits, now: () => clock.now });
}

const kept = async (diagram: string) => {
  const text = 'select kind, seq from document_version where diagram_id = $1 order by at';
  const rows = await stage.database.log.query<{ kind: string; seq: string }>(text, [diagram]);
  return rows.map(({ kind, seq }) => [kind, Number(seq)]);
};

it('DO6 are kept by themselves once per interval of editing by all nodes together, and the log is compacted', async () => {
  const { diagram } = await stage.place();
  const clock = { now: 0 };
  const upkeeps = [upkeepAt(clock), upkeepAt(clock)];
  const writes = [0, 1, 2, 3, 4];
  for (const write of writes) await store.replace(diagram, stage.ann.id, [cell(`c${write}`)], null);
  for (const upkeep of upkeeps) writes.forEach(() => upkeep.edited(diagram, 10));
  await Promise.all(upkeeps.map((upkeep) => upkeep.idle()));
  expect(await kept(diagram)).toEqual([['automatic', expect.any(Number)]]);
  expect(await stage.snapshotsOf(diagram)).toHaveLength(1);
  await Promise.all(upkeeps.map((upkeep) => upkeep.stop()));
});

it('DO6 two nodes that keep one at the same moment keep one, and a name keeps none from it', async () => {
  const { diagram } = await stage.place();
  await store.replace(diagram, stage.ann.id, [cell('a')], null);
  const own = { executor: stage.database.content, workshop: stage.workshop, documents: store };
  await createVersions(own).keep(diagram, stage.ann.id, 'V');
  await store.replace(diagram, stage.ann.id, [cell('b')], null);
  const [written, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const executor: SqlExecutor = {
    ...stage.database.content,
    transaction: (work) =>
      stage.database.content.transaction(async (transaction) => {
        const result = await work(transaction);
        written.resolve();
        await end.promise;
        return result;
      }),
  };
  const first = keepAutomatic({ ...own, executor }, diagram, 300_000);
  await written.promise;
  const second = keepAutomatic(own, diagram, 300_000);
  try {
    await eventually(async () => {
      const text = `select from pg_locks where locktype = 'advisory' and not granted`;
      expect(await stage.database.log.query(text)).toHaveLength(1);
    }, 1000);
  } finally {
    end.resolve();
  }
  await Promise.all([first, second]);
  expect(await kept(diagram)).toEqual([
    ['named', 1],
    ['automatic', 2],
  ]);
});

it('DO6 while another node lets go of old versions, this one does not', async () => {
  await stage.database.content.transaction(async (transaction) => {
    const { diagram } = await stage.place();
    await stage.insertVersion(uuidv7(), diagram, 'automatic', `now() - interval '91 days'`);
    const { promise, resolve } = Promise.withResolvers<number>();
    const other: SqlExecutor = {
      ...stage.database.content,
      transaction: async (work) => {
        const gone = await work(transaction);
        resolve(await thinOut(stage.database.content));
        return gone;
      },
    };
    expect([await thinOut(other), await promise]).toEqual([1, 0]);
  });
});

it('DO6 the last edits of a stretch of editing are kept too, once the interval is over', async () => {
  const { diagram } = await stage.place();
  const clock = { now: 0 };
  const upkeep = upkeepAt(clock);
  const edit = async (id: string) => {
    await store.replace(diagram, stage.ann.id, [cell(id)], null);
    upkeep.edited(diagram, 10);
    await upkeep.idle();
  };
  await edit('first');
  await edit('last');
  upkeep.look();
  await upkeep.idle();
  expect(await kept(diagram)).toEqual([['automatic', 1]]);
  clock.now = 300_000;
  await stage.database.log.query(`update document_version set at = at - interval '5 minutes' where diagram_id = $1`, [
    diagram,
  ]);
  upkeep.look();
  await upkeep.idle();
  expect(await kept(diagram)).toEqual([
    ['automatic', 1],
    ['automatic', 2],
  ]);
  await upkeep.stop();
});

it('DO6 the last edits are kept also where another node has just kept a version, or keeping one has failed', async () => {
  const { diagram } = await stage.place();
  const clock = { now: 0 };
  const edit = async (upkeep: Upkeep, id: string) => {
    await store.replace(diagram, stage.ann.id, [cell(id)], null);
    upkeep.edited(diagram, 10);
    await upkeep.idle();
  };
  const later = async (upkeep: Upkeep) => {
    clock.now += 300_000;
    await stage.database.log.query(`update document_version set at = at - interval '5 minutes' where diagram_id = $1`, [
      diagram,
    ]);
    upkeep.look();
    await upkeep.idle();
  };
  const [one, other] = [upkeepAt(clock), upkeepAt(clock)];
  await edit(one, 'first');
  await edit(other, 'last');
  expect(await kept(diagram)).toEqual([['automatic', 1]]);
  await later(other);
  expect(await kept(diagram)).toHaveLength(2);
  await later(other);
  expect(await kept(diagram)).toHaveLength(2); // there is nothing new
  let failing = true;
  const content: DocumentStore['content'] = (...asked) =>
    failing ? Promise.reject(new Error('the database is away')) : store.content(...asked);
  const troubled = upkeepAt(clock, { ...store, content });
  await edit(troubled, 'more');
  failing = false;
  await later(troubled);
  expect(await kept(diagram)).toHaveLength(3);
  await Promise.all([one, other, troubled].map((upkeep) => upkeep.stop()));
});

it('DO6 the last edits are kept also where their node was restarted, once somebody has opened the diagram, and applied it if it is large', async () => {
  const { diagram } = await stage.place();
  const clock = { now: 0 };
  let read = 0;
  const content: DocumentStore['content'] = (...asked) => ((read += 1), store.content(...asked));
  const opened = (size: number) => {
    const upkeep = upkeepAt(clock, { ...store, content });
    upkeep.loaded(diagram, { rows: 1, bytes: 10, size });
    return upkeep;
  };
  const after = async (upkeep: Upkeep, ms: number) => {
    clock.now += ms;
    upkeep.look();
    await upkeep.idle();
    return kept(diagram);
  };
  expect(await after(opened(10), 0)).toEqual([]); // nobody ever edited it
  await store.replace(diagram, stage.ann.id, [cell('last')], null);
  expect(read).toBe(0);
  const large = opened(500_000);
  expect(await after(large, 9_999)).toEqual([]);
  expect(await after(large, 1)).toEqual([['automatic', 1]]);
  expect(await after(opened(10), 0)).toHaveLength(1);
  await store.replace(diagram, stage.ann.id, [cell('more')], null);
  expect(await after(opened(10), 0)).toHaveLength(1); // it is too early
  expect(read).toBe(1);
  await stage.database.log.query(`update document_version set at = at - interval '1 hour'`);
  const upkeep = opened(10);
  await upkeep.idle(); // at once, before anybody edits it
  expect(await kept(diagram)).toHaveLength(2);
});

it('DO6 one that was kept while the clock of the database was ahead does not put off the next', async () => {
  const { diagram } = await stage.place();
  const parts = { executor: stage.database.content, documents: store };
  await store.replace(diagram, stage.ann.id, [cell('a')], null);
  expect(await keepAutomatic(parts, diagram, 300_000)).toBe(true);
  const text = `update document_version set at = at + interval '1 day' where diagram_id = $1`;
  await stage.database.log.query(text, [diagram]);
  await store.replace(diagram, stage.ann.id, [cell('b')], null);
  expect(await keepAutomatic(parts, diagram, 300_000)).toBe(true);
  expect((await kept(diagram)).map(([, seq]) => seq).toSorted()).toEqual([1, 2]);
});

it('DO6 of what is so old that its version was let go of none is kept again', async () => {
  const { diagram } = await stage.place();
  await store.replace(diagram, stage.ann.id, [cell('old')], null);
  const text = `update diagram set updated_at = now() - interval '91 days' where id = $1`;
  await stage.database.log.query(text, [diagram]);
  const parts = { executor: stage.database.content, documents: store };
  expect(await keepAutomatic(parts, diagram, 300_000)).toBe(true);
  expect(await kept(diagram)).toEqual([]);
  await store.replace(diagram, stage.ann.id, [cell('new')], null);
  expect(await keepAutomatic(parts, diagram, 300_000)).toBe(true);
  expect(await kept(diagram)).toEqual([['automatic', 2]]);
});

it('DO6 stay all for 24 hours, then the last one of each day for 90 days, and for ever if they have a name', async () => {
  const { diagram } = await stage.place();
  const noonOf = (days: number) =>
    `date_trunc('day', now() at time zone 'UTC') at time zone 'UTC' - interval '${days} days' + interval '12 hours'`;
  const stay: string[] = [];
  const go: string[] = [];
  const at = async (list: string[], kind: string, time: string) => {
    list.push(uuidv7());
    await stage.insertVersion(list.at(-1)!, diagram, kind, time);
  };
  for (const minutes of [1, 6, 300, 1430, 1433, 1436])
    await at(stay, 'automatic', `now() - interval '${minutes} minutes'`);
  for (const days of [3, 40, 88]) {
    await at(go, 'automatic', noonOf(days));
    await at(go, 'automatic', `${noonOf(days)} + interval '1 hour'`);
    await at(stay, 'automatic', `${noonOf(days)} + interval '2 hours'`);
    await at(stay, 'named', noonOf(days));
  }
  // Wherever else than at Greenwich, these would be two days.
  for (const hours of [-11, -2, 2, 10]) await at(go, 'automatic', `${noonOf(20)} + interval '${hours} hours'`);
  await at(stay, 'automatic', `${noonOf(20)} + interval '11 hours'`);
  await at(go, 'automatic', noonOf(92));
  await at(stay, 'named', noonOf(400));
  expect(await Promise.all([thinOut(stage.database.content), thinOut(stage.database.content)])).toContain(go.length);
  const left = async () => {
    const text = 'select id from document_version where diagram_id = $1';
    return (await stage.database.log.query<{ id: string }>(text, [diagram])).map(({ id }) => id).toSorted();
  };
  expect(await left()).toEqual(stay.toSorted());
  expect(await thinOut(stage.database.content)).toBe(0);
  await stage.database.log.query(
    `insert into document_version (id, diagram_id, seq, kind, bytes, at)
     select gen_random_uuid(), $1, 1, 'automatic', '\\x00', ${noonOf(200)} from generate_series(1, 2001)`,
    [diagram],
  );
  const upkeep = upkeepAt({ now: 0 });
  upkeep.look(); // which a node does by itself, a portion after the other
  await upkeep.idle();
  await upkeep.stop();
  expect(await left()).toEqual(stay.toSorted());
});
