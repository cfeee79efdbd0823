/** An open document and its log: whatever comes early, late, twice or at the same time, it is the log up to a row (DO3). */
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { Database, SqlExecutor } from '../../../src/database/database.ts';
import { joinUpdates, splitUpdates } from '../../../src/documents/row.ts';
import { createWorkshop } from '../../../src/documents/workshop.ts';
import type { Actor } from '../../../src/identity/person.ts';
import { createReplica, type Loss } from '../../../src/sync/replicas/replica.ts';
import { freshDatabase } from '../../support/database.ts';
import { eventually } from '../../support/patience.ts';
import { NO_STATE } from '../../support/raw-socket.ts';
import { addDiagram, addPerson, logger } from '../stage.ts';

const workshop = createWorkshop();
let database: Database;
let ann: Actor;

beforeAll(async () => {
  database = await freshDatabase();
  ann = await addPerson(database, 'ann');
});
afterAll(async () => {
  await workshop.stop();
  await database.close();
});

/** Rows of a log, each of which sets a key. */
function rowsOf(count: number): Uint8Array[] {
  const document = new Y.Doc();
  const rows: Uint8Array[] = [];
  document.on('update', (update: Uint8Array) => rows.push(joinUpdates([update])));
  for (let key = 1; key <= count; key += 1) document.getMap('cells').set(`${key}`, key);
  return rows;
}

/** A row that is applied in turns: many updates, each of many structs. */
function heavyRow(name: string): Uint8Array {
  const document = new Y.Doc();
  const updates: Uint8Array[] = [];
  document.on('update', (update: Uint8Array) => updates.push(update));
  for (let part = 0; part < 40; part += 1) {
    document.transact(() => {
      for (let z = 0; z < 500; z += 1) document.getMap('cells').set(`${name} ${part} ${z}`, z);
    });
  }
  return joinUpdates(updates);
}

const NOTHING = joinUpdates([Uint8Array.of(0, 0)]);

/** A replica of a log that the test writes; the answers to what it reads can be held back. */
async function openReplica() {
  const { diagram } = await addDiagram(database, [[ann, 'owner']]);
  let held: PromiseWithResolvers<void> | null = null;
  let reads = 0;
  const executor: SqlExecutor = {
    ...database.log,
    async query(text, values) {
      const answer = await database.log.query<never>(text, values);
      reads += 1;
      await held?.promise;
      return answer;
    },
  };
  const clear = () => database.log.query('delete from document_update where diagram_id = $1', [diagram]);
  const document = new Y.Doc();
  const losses: Loss[] = [];
  const told: Uint8Array[] = [];
  const replica = createReplica(diagram, {
    executor,
    urgently: executor,
    content: executor,
    workshop,
    logger,
    largeBytes: 50_000,
    applied: (updates) => void told.push(...updates),
    lost: (loss) => void losses.push(loss),
  });
  return {
    replica,
    document,
    losses,
    told,
    reads: () => reads,
    hold: () => void (held = Promise.withResolvers()),
    release: () => void (held?.resolve(), (held = null)),
    /** Commits rows. */
    async log(first: number, rows: readonly Uint8Array[]) {
      await database.log.query(
        `insert into document_update (diagram_id, seq, bytes, batch_id, authors)
         select $1, $2::bigint + place - 1, bytes, gen_random_uuid(), '{}' from unnest($3::bytea[]) with ordinality as row (bytes, place)`,
        [diagram, first, rows],
      );
      await database.log.query('update diagram set head = $2 where id = $1', [diagram, first + rows.length - 1]);
    },
    /** Has a snapshot take the place of all rows. */
    async compact(seq: number, bytes: Uint8Array) {
      await database.log.query('insert into document_snapshot (diagram_id, seq, bytes) values ($1, $2, $3)', [
        diagram,
        seq,
        bytes,
      ]);
      await clear();
    },
    clear,
    remove: () => database.log.query('delete from diagram where id = $1', [diagram]),
  };
}

it('DO3 what follows a row that it has not, but another in its place, is not read into it', async () => {
  const { replica, document, losses, log, clear } = await openReplica();
  const [first, lost, ...others] = rowsOf(5);
  await log(1, [first!, lost!]);
  await replica.load(document);
  await replica.catchUp();
  expect(losses).toEqual([]);
  await clear(); // the database is set back, and written to
  await log(1, [first!, ...others]);
  await replica.catchUp();
  expect(losses).toEqual(['restored']);
  expect(document.getMap('cells').size).toBe(2);
});

it('DO3 a row that was told of while the log was being loaded is read, though nobody tells of it again', async () => {
  const { replica, document, log, hold, release, reads } = await openReplica();
  const rows = rowsOf(2);
  await log(1, rows.slice(0, 1));
  hold();
  const loaded = replica.load(document);
  await eventually(() => expect(reads()).toBe(1));
  await log(2, rows.slice(1));
  replica.deliver({ seq: 2, bytes: null }); // too large for a message
  release();
  await loaded;
  await eventually(() => expect(replica.have()).toBe(2));
});

it('DO3 who wants all that is committed does not get by with a reading that was sent before', async () => {
  const { replica, document, log, hold, release, reads } = await openReplica();
  await replica.load(document);
  hold();
  const first = replica.catchUp();
  await eventually(() => expect(reads()).toBe(2));
  await log(1, rowsOf(1));
  const second = replica.catchUp();
  release();
  await first;
  expect(replica.have()).toBe(0);
  await second;
  expect(replica.have()).toBe(1);
});

it('DO3 an answer that comes late takes nothing back', async () => {
  const { replica, document, log, compact, hold, release, reads, losses } = await openReplica();
  const rows = rowsOf(4);
  await log(1, rows.slice(0, 1));
  await replica.load(document);
  await log(2, rows.slice(1, 3));
  await compact(3, joinUpdates(rows.slice(0, 3).flatMap(splitUpdates)));
  hold();
  const read = replica.catchUp();
  await eventually(() => expect(reads()).toBe(2));
  for (const seq of [2, 3, 4]) replica.deliver({ seq, bytes: rows[seq - 1]! });
  expect(replica.have()).toBe(4);
  release();
  await read;
  expect([replica.have(), document.getMap('cells').size, losses]).toEqual([4, 4, []]);
});

it('DO3 of rows that come before their turn so many wait as are bounded, and those that were read wait no longer', async () => {
  const { replica, document, log, hold, release, reads } = await openReplica();
  await replica.load(document);
  hold();
  for (let seq = 2; seq <= 1002; seq += 1) replica.deliver({ seq, bytes: NOTHING });
  replica.deliver({ seq: 1, bytes: NOTHING });
  expect(replica.have()).toBe(1001); // a thousand have waited, and one more has not
  for (let seq = 1003; seq <= 2002; seq += 1) replica.deliver({ seq, bytes: NOTHING });
  await log(
    1,
    Array.from({ length: 2002 }, () => NOTHING),
  );
  release();
  await replica.catchUp();
  expect(replica.have()).toBe(2002);
  const before = reads();
  replica.deliver({ seq: 2004, bytes: NOTHING });
  replica.deliver({ seq: 2003, bytes: NOTHING });
  expect(replica.have()).toBe(2004);
  await eventually(() => expect(reads()).toBe(before + 1)); // that of 2004
});

it('DO3 while a row is applied in turns nothing else is, and everybody is told of everything once, as it was logged', async () => {
  const { replica, document, log, told } = await openReplica();
  const heavy = heavyRow('new');
  await log(1, [heavyRow('old')]); // so large that it is told in portions
  await replica.load(document);
  await log(2, [heavy, NOTHING]);
  replica.deliver({ seq: 2, bytes: heavy });
  expect(replica.have()).toBe(1); // in the middle of it
  const read = replica.catchUp();
  const portions = await replica.portionsFor(NO_STATE);
  expect(replica.have()).toBeGreaterThanOrEqual(2);
  const newcomer = new Y.Doc();
  for (const portion of portions!) if (portion) Y.applyUpdate(newcomer, portion);
  expect(newcomer.getMap('cells').size).toBe(document.getMap('cells').size);
  await read;
  expect(replica.have()).toBe(3);
  const last = rowsOf(1)[0]!;
  replica.deliver({ seq: 4, bytes: last });
  const logged = [heavy, NOTHING, last].flatMap(splitUpdates);
  expect(told.map((update) => Buffer.from(update))).toEqual(logged.map((update) => Buffer.from(update)));
});

it('DO3 a row that was told of while another was being applied in turns is read after it, though nobody tells of it again', async () => {
  const { replica, document, log } = await openReplica();
  await log(1, [heavyRow('old')]);
  await replica.load(document);
  const heavy = heavyRow('new');
  await log(2, [heavy, NOTHING]);
  replica.deliver({ seq: 2, bytes: heavy });
  replica.deliver({ seq: 3, bytes: null }); // too large for a message
  expect(replica.have()).toBe(1); // in the middle of it
  await eventually(() => expect(replica.have()).toBe(3));
});

it('DO3 a row of another node is handed on at once, and is in the document before anything else is done with that', async () => {
  const { replica, document, log, told, losses } = await openReplica();
  const rows = rowsOf(5);
  const cells = document.getMap('cells');
  await replica.load(document);
  replica.deliver({ seq: 1, bytes: rows[0]! }, true);
  replica.deliver({ seq: 2, bytes: rows[1]! }, true);
  expect([replica.have(), told.length, cells.size]).toEqual([2, 2, 0]);
  replica.settle();
  expect(cells.size).toBe(2);

  replica.deliver({ seq: 3, bytes: rows[2]! }, true);
  replica.deliver({ seq: 4, bytes: rows[3]! }); // of this node
  expect([replica.have(), told.length, cells.size]).toEqual([4, 4, 4]);

  replica.deliver({ seq: 5, bytes: rows[4]! }, true);
  await log(1, [...rows, NOTHING]);
  await replica.catchUp();
  expect([replica.have(), cells.size, losses]).toEqual([6, 5, []]);
});

it('DO5 a row of another node that cannot be read ends the document when it comes to it', async () => {
  const { replica, document, losses } = await openReplica();
  await replica.load(document);
  replica.deliver({ seq: 1, bytes: joinUpdates([Uint8Array.of(255)]) }, true);
  replica.settle();
  expect([losses, replica.closed()]).toEqual([['unreadable'], true]);
  replica.deliver({ seq: 2, bytes: NOTHING }, true);
  expect(losses).toEqual(['unreadable']);
});

it('DO3 a log that says something else about a row that was loaded is noticed', async () => {
  const { replica, document, log, losses } = await openReplica();
  await log(1, rowsOf(1));
  await replica.load(document);
  replica.deliver({ seq: 1, bytes: NOTHING });
  expect(losses).toEqual(['restored']);
});

it('NO1 who waits for a row of a document that ends waits no longer', async () => {
  const { replica, document } = await openReplica();
  await replica.load(document);
  const reached = replica.reach(1);
  replica.close();
  await reached;
});

it('DO4 who claims client ids of a diagram that is gone ends the document', async () => {
  const { replica, document, remove, losses } = await openReplica();
  await replica.load(document);
  await remove();
  await replica.claim(ann.id, new Set([1]));
  expect([losses, [...replica.owners]]).toEqual([['missing'], []]);
});

it('DO4 a document that comes to hold too many types is too large for more', async () => {
  const { replica, document } = await openReplica();
  await replica.load(document);
  expect(replica.exceeds(1000, [Uint8Array.of(0, 0)])).toBe(false);
  const maps = Array.from({ length: 400_001 }, () => new Y.Map());
  document.getArray('list').insert(0, maps);
  expect(replica.exceeds(1000, [Uint8Array.of(0, 0)])).toBe(true);
  replica.close();
});
