/** The update log on a real PostgreSQL: order, durability, the fence, and what is not known. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidv7 } from 'uuidv7';
import { decideWriters } from '../../src/access/standing.ts';
import type { Database, SqlExecutor } from '../../src/database/database.ts';
import { createBudget } from '../../src/documents/budget.ts';
import { asQueries } from '../../src/documents/queries.ts';
import { splitUpdates, type CommittedRow } from '../../src/documents/row.ts';
import { createUpdateLog, type LogOutcome, type UpdateLog } from '../../src/documents/update-log.ts';
import type { Actor } from '../../src/identity/person.ts';
import { freshDatabase } from '../support/database.ts';
import { addDiagram, addPerson, grant, logger } from '../sync/stage.ts';
import { eventually, pause } from '../support/patience.ts';

let database: Database;
let ann: Actor;
let bob: Actor;
const logs: UpdateLog[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  [ann, bob] = [await addPerson(database, 'ann'), await addPerson(database, 'bob')];
});
afterAll(async () => {
  await Promise.all(logs.map((log) => log.stop()));
  await database.close();
});

interface Options {
  executor?: SqlExecutor;
  budget?: number;
  rowBytes?: number;
  spacing?: number;
}

function start({ executor = database.log, budget = 1e9, rowBytes = 1e6, spacing = 0 }: Options = {}) {
  const rows: CommittedRow[] = [];
  const log = createUpdateLog({
    executor,
    budget: createBudget(budget),
    newId: uuidv7,
    logger,
    committed: (row) => rows.push(row),
    decide: (asked) => decideWriters(asQueries(database.log), asked),
    limits: {
      rowBytes,
      lockTimeout: 200,
      leastPause: 5,
      mostPause: 50,
      pace: { distance: spacing, round: Math.max(1, spacing) },
    },
  });
  logs.push(log);
  const append = (diagram: string, person: Actor, text: string, epoch = 0, base = 0) =>
    new Promise<LogOutcome | 'full'>((settle) => {
      if (!log.append({ diagram, person: person.id, epoch, base, updates: [Buffer.from(text)], settle }))
        settle('full');
    });
  return { log, rows, append };
}

async function stored(diagram: string): Promise<{ seq: number; texts: string[]; authors: string[] }[]> {
  const found = await database.log.query<{ seq: string; bytes: Uint8Array; authors: string[] }>(
    'select seq, bytes, authors from document_update where diagram_id = $1 order by seq',
    [diagram],
  );
  return found.map(({ seq, bytes, authors }) => ({
    seq: Number(seq),
    texts: splitUpdates(bytes).map((update) => Buffer.from(update).toString()),
    authors,
  }));
}

/** An executor that does something else before or after a statement of the log. */
function meddled(meddle: (text: string, run: () => Promise<never>) => Promise<never>): SqlExecutor {
  const through = (executor: SqlExecutor): SqlExecutor => ({
    query: (text, values) => meddle(text, () => executor.query(text, values) as Promise<never>),
    transaction: (work) => executor.transaction((transaction) => work(through(transaction))),
  });
  return through(database.log);
}

const isFlush = (text: string) => text.includes('as batch (');

describe('a flush', () => {
  it('DO1 settles an update once it is committed, after the row was handed on', async () => {
    const { diagram } = await addDiagram(database, [[ann, 'owner']]);
    const { append, rows } = start();
    const outcome = await append(diagram, ann, 'a');
    expect(outcome).toEqual({ kind: 'committed', seq: 1 });
    expect(rows.map((row) => row.seq)).toEqual([1]);
    expect(await stored(diagram)).toEqual([{ seq: 1, texts: ['a'], authors: [ann.id] }]);
  });

  it('puts what arrives together into one row, in order, and what arrives during a flush into the next', async () => {
    const { diagram } = await addDiagram(database, [
      [ann, 'owner'],
      [bob, 'writer'],
    ]);
    const { append } = start();
    const first = [append(diagram, ann, 'a'), append(diagram, bob, 'b'), append(diagram, ann, 'c')];
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    await Promise.all([...first, append(diagram, bob, 'd')]);
    expect((await stored(diagram)).map((row) => row.texts)).toEqual([['a', 'b', 'c'], ['d']]);
    expect((await stored(diagram))[0]!.authors.toSorted()).toEqual([ann.id, bob.id].toSorted());
  });

  it('comes at once after a rest, and while edits come keeps a distance that brings them together', async () => {
    const { diagram } = await addDiagram(database, [[ann, 'owner']]);
    const { append } = start({ spacing: 1000 });
    const begun = performance.now();
    await append(diagram, ann, 'a');
    expect(performance.now() - begun).toBeLessThan(1000);
    const second = append(diagram, ann, 'b');
    await pause(50);
    await Promise.all([second, append(diagram, ann, 'c')]);
    expect(performance.now() - begun).toBeGreaterThan(990);
    expect((await stored(diagram)).map((row) => row.texts)).toEqual([['a'], ['b', 'c']]);
  });

  it('bounds a row in bytes', async () => {
    const { diagram } = await addDiagram(database, [[ann, 'owner']]);
    const { append } = start({ rowBytes: 4 });
    await Promise.all(['aaa', 'b', 'cc'].map((text) => append(diagram, ann, text)));
    expect((await stored(diagram)).map((row) => row.texts)).toEqual([['aaa', 'b'], ['cc']]);
  });

  it('refuses what does not fit its buffer, and takes it again when there is room', async () => {
    const { diagram } = await addDiagram(database, [[ann, 'owner']]);
    const { append } = start({ budget: 5 });
    const first = append(diagram, ann, '12345');
    expect(await append(diagram, ann, '6')).toBe('full');
    await first;
    expect(await append(diagram, ann, '6')).toEqual({ kind: 'committed', seq: 2 });
  });

  it('answers missing for a diagram that is gone, and writes the others', async () => {
    const { diagram } = await addDiagram(database, [[ann, 'owner']]);
    const { append } = start();
    const outcomes = await Promise.all([append(uuidv7(), ann, 'x'), append(diagram, ann, 'a')]);
    expect(outcomes).toEqual([{ kind: 'missing' }, { kind: 'committed', seq: 1 }]);
  });
});

it('DO3 sequence numbers have no gap and follow the commits, under two logs at once', async () => {
  const places = await Promise.all([1, 2, 3].map(() => addDiagram(database, [[ann, 'owner']])));
  const nodes = [start(), start()];
  const appended: Promise<unknown>[] = [];
  for (let round = 0; round < 60; round += 1) {
    for (const [index, { append }] of nodes.entries()) {
      for (const { diagram } of places) appended.push(append(diagram, ann, `${index}:${round}`));
    }
    if (round % 3 === 0) await pause(1);
  }
  await Promise.all(appended);
  for (const { diagram } of places) {
    const rows = await stored(diagram);
    expect(rows.map((row) => row.seq)).toEqual(rows.map((_, index) => index + 1));
    const [{ head } = { head: '' }] = await database.log.query<{ head: string }>(
      'select head from diagram where id = $1',
      [diagram],
    );
    expect(Number(head)).toBe(rows.length);
    for (const index of [0, 1]) {
      const own = rows.flatMap((row) => row.texts).filter((text) => text.startsWith(`${index}:`));
      expect(own).toEqual(Array.from({ length: 60 }, (_, round) => `${index}:${round}`));
    }
    const seen = nodes.flatMap(({ rows: handed }) =>
      handed.filter((row) => row.diagram === diagram).map((row) => row.seq),
    );
    expect(seen.toSorted((a, b) => a - b)).toEqual(rows.map((row) => row.seq));
  }
});

describe('the fence', () => {
  it('AC3 drops what belongs to somebody who may no longer write, and stores the rest', async () => {
    const { model, diagram } = await addDiagram(database, [
      [ann, 'owner'],
      [bob, 'writer'],
    ]);
    const { append } = start();
    await grant(database, model, bob, 'reader');
    const outcomes = await Promise.all([
      append(diagram, ann, 'a'),
      append(diagram, bob, 'b'),
      append(diagram, ann, 'c'),
    ]);
    expect(outcomes.map((outcome) => (outcome as LogOutcome).kind)).toEqual(['committed', 'forbidden', 'committed']);
    expect((await stored(diagram)).flatMap((row) => row.texts)).toEqual(['a', 'c']);
  });

  it('AC3 decides of each diagram by itself, and tells of one that is gone', async () => {
    const writable = [
      [ann, 'owner'],
      [bob, 'writer'],
    ] as const;
    const [first, other] = [await addDiagram(database, writable), await addDiagram(database, writable)];
    const gone = await addDiagram(database, writable);
    await grant(database, first.model, bob, 'reader');
    await grant(database, other.model, bob, 'owner');
    await grant(database, gone.model, bob, 'owner');
    const executor = meddled(async (text, run) => {
      const answer = await run();
      if (isFlush(text)) await database.log.query('delete from diagram where id = $1', [gone.diagram]);
      return answer;
    });
    const { append } = start({ executor });
    const outcomes = await Promise.all([first, other, gone].map(({ diagram }) => append(diagram, bob, 'b')));
    expect(outcomes).toEqual([{ kind: 'forbidden' }, { kind: 'committed', seq: 1 }, { kind: 'missing' }]);
    expect(await stored(first.diagram)).toEqual([]);
  });

  it('AC3 who was let in since does not vouch for whom they are flushed with', async () => {
    const { model, diagram } = await addDiagram(database, [
      [ann, 'owner'],
      [bob, 'writer'],
    ]);
    await grant(database, model, bob, 'reader');
    const { append } = start();
    const outcomes = await Promise.all([append(diagram, ann, 'a', 1), append(diagram, bob, 'b', 0)]);
    expect(outcomes).toEqual([{ kind: 'committed', seq: 1 }, { kind: 'forbidden' }]);
    expect((await stored(diagram)).flatMap((row) => row.texts)).toEqual(['a']);
  });

  it('AC3 nothing of theirs is stored once the change has been committed, however the two race', async () => {
    const { append } = start();
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const { model, diagram } = await addDiagram(database, [
        [ann, 'owner'],
        [bob, 'writer'],
      ]);
      const writing = Array.from({ length: 10 }, (_, index) => append(diagram, bob, `b${index}`));
      await grant(database, model, bob, null);
      const before = (await stored(diagram)).length;
      await Promise.all([...writing, append(diagram, bob, 'late')]);
      expect((await stored(diagram)).length).toBe(before);
    }
  });
});

describe('a database that was set back', () => {
  it('DO3 gets nothing that was judged on rows which it lacks', async () => {
    const { diagram } = await addDiagram(database, [[ann, 'owner']]);
    const { append } = start();
    const outcomes = await Promise.all([append(diagram, ann, 'a', 0, 1), append(diagram, ann, 'b', 0, 0)]);
    expect(outcomes).toEqual([{ kind: 'behind' }, { kind: 'behind' }]);
    expect(await stored(diagram)).toEqual([]);
  });

  it('DO3 gets none of it by a recovery either', async () => {
    const { diagram } = await addDiagram(database, [[ann, 'owner']]);
    const executor = meddled((text, run) => (isFlush(text) ? Promise.reject(new Error('Connection lost')) : run()));
    const { append } = start({ executor });
    expect(await append(diagram, ann, 'a', 0, 1)).toEqual({ kind: 'behind' });
    expect(await stored(diagram)).toEqual([]);
  });
});

describe('a commit', () => {
  it('DO1 DO2 that fails is not told of: neither that an update is saved nor what is in it', async () => {
    const { diagram } = await addDiagram(database, [[ann, 'owner']]);
    await database.log.query(`
      create function refuse_at_commit() returns trigger language plpgsql as $$
        begin raise exception 'not now' using errcode = 'P0001'; end $$;
      create constraint trigger refuse_at_commit after insert on document_update
        deferrable initially deferred for each row execute function refuse_at_commit()`);
    const { append, rows } = start();
    const outcome = append(diagram, ann, 'a');
    const first = await Promise.race([outcome, pause(200)]);
    const seen = rows.map(({ seq }) => seq);
    await database.log.query('drop function refuse_at_commit cascade');
    expect([first, seen]).toEqual([undefined, []]);
    expect(await outcome).toEqual({ kind: 'committed', seq: 1 });
    expect((await stored(diagram)).map((row) => row.texts)).toEqual([['a']]);
  });

  it('DO1 is on disk before it is told of, whatever the server does by default', async () => {
    const { diagram } = await addDiagram(database, [[ann, 'owner']]);
    await database.log.query(`
      create table how_durable (setting text);
      create function note_durability() returns trigger language plpgsql as $$
        begin insert into how_durable values (current_setting('synchronous_commit')); return new; end $$;
      create trigger note_durability before insert on document_update for each row execute function note_durability()`);
    let lost = 0;
    const executor: SqlExecutor = {
      query: (text, values) =>
        database.log.transaction(async (transaction) => {
          await transaction.query('set local synchronous_commit = off');
          if (isFlush(text) && (lost += 1) === 2) throw new Error('Connection lost');
          return transaction.query(text, values);
        }),
      transaction: (work) =>
        database.log.transaction(async (transaction) => {
          await transaction.query('set local synchronous_commit = off');
          return work(transaction);
        }),
    };
    const { append } = start({ executor });
    await append(diagram, ann, 'flushed');
    await append(diagram, ann, 'recovered');
    const settings = await database.log.query('select setting from how_durable');
    await database.log.query('drop function note_durability cascade');
    expect(settings).toEqual([{ setting: 'on' }, { setting: 'on' }]);
  });
});

describe('failures', () => {
  it('what can never be stored is given back, and the statement that it spoilt is repeated for the others', async () => {
    const [one, other] = [await addDiagram(database, [[ann, 'owner']]), await addDiagram(database, [[ann, 'owner']])];
    const { append } = start();
    const nobody = { ...ann, id: 'no id of anybody' };
    const outcomes = await Promise.all([append(one.diagram, nobody, 'x'), append(other.diagram, ann, 'a')]);
    expect(outcomes).toEqual([{ kind: 'unavailable' }, { kind: 'committed', seq: 1 }]);
    expect(await stored(one.diagram)).toEqual([]);
  });

  it('a diagram that is locked does not hold the others back, and keeps its order', async () => {
    const [locked, free] = [await addDiagram(database, [[ann, 'owner']]), await addDiagram(database, [[ann, 'owner']])];
    const { append } = start();
    const { promise: unlocked, resolve: unlock } = Promise.withResolvers<void>();
    const holding = database.log.transaction(async (transaction) => {
      await transaction.query('select from diagram where id = $1 for update', [locked.diagram]);
      await unlocked;
    });
    const [first, other] = [append(locked.diagram, ann, '1'), append(free.diagram, ann, 'a')];
    expect(await other).toEqual({ kind: 'committed', seq: 1 });
    const second = append(locked.diagram, ann, '2');
    expect(await append(free.diagram, ann, 'b')).toEqual({ kind: 'committed', seq: 2 });
    unlock();
    await holding;
    expect([await first, await second].map((outcome) => (outcome as LogOutcome).kind)).toEqual([
      'committed',
      'committed',
    ]);
    expect((await stored(locked.diagram)).flatMap((row) => row.texts)).toEqual(['1', '2']);
  });

  it('DO1 after an unknown outcome, what was committed is found by its batch id and not written twice', async () => {
    const { model, diagram } = await addDiagram(database, [
      [ann, 'owner'],
      [bob, 'writer'],
    ]);
    let lost = 0;
    const executor = meddled(async (text, run) => {
      const answer = await run();
      if (!isFlush(text) || (lost += 1) > 1) return answer;
      await grant(database, model, ann, null); // what is committed stays committed, whatever the epoch is now
      throw Object.assign(new Error('Connection terminated'), { code: 'ECONNRESET' });
    });
    const { append } = start({ executor });
    const first = append(diagram, ann, 'a');
    expect(await first).toEqual({ kind: 'committed', seq: 1 });
    expect((await stored(diagram)).map((row) => row.texts)).toEqual([['a']]);
  });

  it('DO1 after an unknown outcome, what was not committed is written, before what came later', async () => {
    const { diagram } = await addDiagram(database, [[ann, 'owner']]);
    let lost = 0;
    const executor = meddled((text, run) => {
      if (isFlush(text) && (lost += 1) === 1) return Promise.reject(new Error('Connection terminated unexpectedly'));
      return run();
    });
    const { append } = start({ executor });
    const first = append(diagram, ann, 'a');
    await eventually(() => expect(lost).toBe(1));
    const second = append(diagram, ann, 'b');
    expect([await first, await second]).toEqual([
      { kind: 'committed', seq: 1 },
      { kind: 'committed', seq: 2 },
    ]);
    expect((await stored(diagram)).map((row) => row.texts)).toEqual([['a'], ['b']]);
  });

  it('a first attempt that comes through after its recovery writes nothing', async () => {
    const { diagram } = await addDiagram(database, [[ann, 'owner']]);
    let late: (() => Promise<never>) | null = null;
    const executor = meddled((text, run) => {
      if (!isFlush(text) || late) return run();
      late = run;
      return Promise.reject(new Error('Connection terminated unexpectedly'));
    });
    const { append } = start({ executor });
    expect(await append(diagram, ann, 'a')).toEqual({ kind: 'committed', seq: 1 });
    await expect(late!()).rejects.toMatchObject({ code: '23505' });
    expect(await stored(diagram)).toHaveLength(1);
  });

  it('what cannot be stored now is retried until it can, and left over when the log stops', async () => {
    const { diagram } = await addDiagram(database, [[ann, 'owner']]);
    let away = true;
    const { append, log } = start({
      executor: meddled((_, run) => (away ? Promise.reject(new Error('away')) : run())),
    });
    const outcome = append(diagram, ann, 'a');
    expect(await log.drain(30)).toBe(false);
    away = false;
    expect(await log.drain(2000)).toBe(true);
    expect(await outcome).toEqual({ kind: 'committed', seq: 1 });
    away = true;
    const unsettled = append(diagram, ann, 'b');
    await log.stop();
    expect(await unsettled).toEqual({ kind: 'unavailable' });
  });
});
