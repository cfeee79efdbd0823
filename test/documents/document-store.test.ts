/** Content and edits over REST, from the log. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidv7 } from 'uuidv7';
import * as Y from 'yjs';
import type { Database, SqlExecutor } from '../../src/database/database.ts';
import { readCells, type StoredCell } from '../../src/documents/diagram.ts';
import { createDocumentStore } from '../../src/documents/document-store.ts';
import type { CommittedRow } from '../../src/documents/row.ts';
import { compact } from '../../src/documents/snapshots.ts';
import { createUpkeep } from '../../src/documents/upkeep.ts';
import { createVersions } from '../../src/documents/versions.ts';
import type { Actor } from '../../src/identity/person.ts';
import { freshDatabase } from '../support/database.ts';
import { addDiagram, addPerson, grant, logger } from '../sync/stage.ts';

let database: Database;
let ann: Actor;
let bob: Actor;

beforeAll(async () => {
  database = await freshDatabase();
  [ann, bob] = [await addPerson(database, 'ann'), await addPerson(database, 'bob')];
});
afterAll(() => database.close());

const place = () =>
  addDiagram(database, [
    [ann, 'owner'],
    [bob, 'reader'],
  ]);
const cell = (id: string, z = 0, members: object = {}): StoredCell => ({ id, z, ...members });

function openStore(executor: SqlExecutor = database.log, maxDocumentBytes = 1e6) {
  const rows: CommittedRow[] = [];
  const store = createDocumentStore({
    executor,
    newId: uuidv7,
    committed: (row) => rows.push(row),
    maxDocumentBytes,
    logger,
  });
  return { store, rows };
}

const rowsOf = async (diagram: string) =>
  (
    await database.log.query<{ seq: string }>('select seq from document_update where diagram_id = $1 order by seq', [
      diagram,
    ])
  ).map(({ seq }) => Number(seq));

/** Does something each time before the store locks a diagram. */
function beforeEachLock(meddle: () => Promise<unknown>): SqlExecutor {
  return {
    query: (text, values) => database.log.query(text, values),
    async transaction(work) {
      await meddle();
      return database.log.transaction(work);
    },
  };
}

describe('replace', () => {
  it('becomes one edit; another one that changes nothing becomes none', async () => {
    const { diagram } = await place();
    const { store, rows } = openStore();
    expect(await store.replace(diagram, ann.id, [cell('b', 1), cell('a', 2)], null)).toEqual({ head: 1 });
    expect(await store.replace(diagram, ann.id, [cell('b', 1), cell('a', 2)], null)).toEqual({ head: 1 });
    expect(await store.replace(diagram, ann.id, [cell('a', 2)], null)).toEqual({ head: 2 });
    expect(rows.map((row) => row.seq)).toEqual([1, 2]);
    const content = (await store.content(diagram))!;
    expect([content.head, content.current, content.cells()]).toEqual([2, true, [cell('a', 2)]]);
  });

  it('compares If-Match with the head', async () => {
    const { diagram } = await place();
    const { store } = openStore();
    await store.replace(diagram, ann.id, [cell('a')], 0);
    await expect(store.replace(diagram, ann.id, [], 0)).rejects.toMatchObject({ code: 'precondition_failed' });
    expect(await store.replace(diagram, ann.id, [], 1)).toEqual({ head: 2 });
  });

  it('AC3 is refused to who may not write, also when that changes while it is being built', async () => {
    const { model, diagram } = await place();
    await expect(openStore().store.replace(diagram, bob.id, [], null)).rejects.toMatchObject({ code: 'forbidden' });
    const { store } = openStore(beforeEachLock(() => grant(database, model, ann, 'reader')));
    await expect(store.replace(diagram, ann.id, [cell('a')], null)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(store.replace(uuidv7(), ann.id, [], null)).rejects.toMatchObject({ code: 'not_found' });
    expect(await rowsOf(diagram)).toEqual([]);
  });

  it('is built again when the head has moved, however often', async () => {
    const { diagram } = await place();
    const other = openStore().store;
    let moves = 0;
    const meddled = openStore(
      beforeEachLock(() => other.replace(diagram, ann.id, [cell(`other${(moves += 1)}`)], null)),
    ).store;
    const { head } = await meddled.replace(diagram, ann.id, [cell('mine')], null);
    expect(moves).toBeGreaterThan(3);
    expect(head).toBe(moves + 1);
    expect((await other.content(diagram))!.cells()).toEqual([cell('mine')]);
  });

  it('of simultaneous ones each is one row, and the last one is the content', async () => {
    const { diagram } = await place();
    const { store, rows } = openStore();
    await Promise.all(
      Array.from({ length: 8 }, (_, index) => store.replace(diagram, ann.id, [cell(`c${index}`)], null)),
    );
    expect(await rowsOf(diagram)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(rows).toHaveLength(8);
    expect((await store.content(diagram))!.cells()).toHaveLength(1);
  });

  it('refuses a document that would be too large', async () => {
    const { diagram } = await place();
    const { store } = openStore(database.log, 1000);
    await expect(
      store.replace(diagram, ann.id, [cell('a', 0, { data: 'x'.repeat(2000) })], null),
    ).rejects.toMatchObject({
      code: 'payload_too_large',
    });
  });

  it("always writes under the same client id, unless that is somebody else's", async () => {
    const { diagram } = await place();
    const { store } = openStore();
    for (let write = 0; write < 5; write += 1) await store.replace(diagram, ann.id, [cell(`c${write}`)], null);
    const document = new Y.Doc();
    Y.applyUpdate(document, (await store.content(diagram))!.state());
    expect(document.store.clients.size).toBe(1);
    await database.log.query('update document_client set profile_id = $2 where diagram_id = $1', [diagram, bob.id]);
    await store.replace(diagram, ann.id, [cell('under another')], null);
    expect((await store.content(diagram))!.cells()).toEqual([cell('under another')]);
  });
});

describe('submit', () => {
  const updateOf = (write: (cells: Y.Map<unknown>) => void, document = new Y.Doc()) => {
    const before = Y.encodeStateVector(document);
    write(document.getMap('cells'));
    return Y.encodeStateAsUpdate(document, before);
  };

  it('stores an update once', async () => {
    const { diagram } = await place();
    const { store } = openStore();
    const update = updateOf((cells) => cells.set('a', new Y.Map([['z', 1]])));
    expect(await store.submit(diagram, ann.id, update)).toEqual({ head: 1 });
    expect(await store.submit(diagram, ann.id, update)).toEqual({ head: 1 });
    expect((await store.content(diagram))!.cells()).toEqual([cell('a', 1)]);
  });

  it("DO4 refuses noise, a gap, and another person's client id", async () => {
    const { model, diagram } = await place();
    const { store } = openStore();
    const document = new Y.Doc();
    await expect(store.submit(diagram, ann.id, new Uint8Array([1, 2, 3]))).rejects.toMatchObject({ code: 'invalid' });
    const first = updateOf((cells) => cells.set('a', 1), document);
    const second = updateOf((cells) => cells.set('a', 2), document);
    await expect(store.submit(diagram, ann.id, second)).rejects.toMatchObject({
      code: 'invalid',
      details: { reason: 'gap' },
    });
    await store.submit(diagram, ann.id, first);
    await grant(database, model, bob, 'writer');
    await expect(store.submit(diagram, bob.id, second)).rejects.toMatchObject({
      code: 'invalid',
      details: { reason: 'client' },
    });
    await store.submit(diagram, ann.id, second);
  });

  it('a reader claims no client id', async () => {
    const { diagram } = await place();
    await expect(
      openStore().store.submit(
        diagram,
        bob.id,
        updateOf((cells) => cells.set('a', 1)),
      ),
    ).rejects.toMatchObject({ code: 'forbidden' });
    expect(await database.log.query('select from document_client where diagram_id = $1', [diagram])).toEqual([]);
  });
});

describe('DO5 a document that cannot be read', () => {
  it('is not written, and its last readable snapshot is served, saying so', async () => {
    const { diagram } = await place();
    const { store } = openStore();
    await store.replace(diagram, ann.id, [cell('readable')], null);
    await compact(database.log, diagram, 1);
    await store.replace(diagram, ann.id, [cell('lost')], null);
    await database.log.query(`update document_update set bytes = '\\x05010203' where diagram_id = $1 and seq = 2`, [
      diagram,
    ]);
    const content = (await store.content(diagram))!;
    expect([content.head, content.current, content.cells()]).toEqual([1, false, [cell('readable')]]);
    await expect(store.replace(diagram, ann.id, [], null)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await rowsOf(diagram)).toEqual([1, 2]);
  });

  it('without any readable snapshot there is nothing to serve', async () => {
    const { diagram } = await place();
    const { store } = openStore();
    await store.replace(diagram, ann.id, [cell('a')], null);
    await database.log.query('delete from document_update where diagram_id = $1', [diagram]);
    await expect(store.content(diagram)).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('compaction', () => {
  it('keeps three snapshots, and the rows that the one before the newest does not cover', async () => {
    const { diagram } = await place();
    const { store } = openStore();
    for (let round = 1; round <= 5; round += 1) {
      for (let write = 0; write < 3; write += 1)
        await store.replace(diagram, ann.id, [cell(`${round}:${write}`)], null);
      expect(await compact(database.log, diagram, 3)).toBe(round * 3);
    }
    expect(await compact(database.log, diagram, 3)).toBe(null);
    const snapshots = await database.log.query<{ seq: string }>(
      'select seq from document_snapshot where diagram_id = $1 order by seq',
      [diagram],
    );
    expect(snapshots.map(({ seq }) => Number(seq))).toEqual([9, 12, 15]);
    expect(await rowsOf(diagram)).toEqual([13, 14, 15]);
    await store.replace(diagram, ann.id, [cell('after')], null);
    expect((await store.content(diagram))!.cells()).toEqual([cell('after')]);
    await database.log.query('delete from document_snapshot where diagram_id = $1 and seq = 15', [diagram]);
    expect((await store.content(diagram))!.cells()).toEqual([cell('after')]);
  });
});

describe('versions', () => {
  it('are kept by name, listed newest first, and restored by an edit (DO6)', async () => {
    const { diagram } = await place();
    const { store } = openStore();
    const versions = createVersions({ executor: database.log, documents: store, newId: uuidv7 });
    await store.replace(diagram, ann.id, [cell('a', 0, { label: 'first' })], null);
    const first = await versions.keep(diagram, ann.id, 'First');
    expect(first).toMatchObject({ seq: 1, name: 'First', kind: 'named', author: { id: ann.id, email: ann.email } });
    await store.replace(diagram, ann.id, [cell('b')], null);
    const second = await versions.keep(diagram, ann.id, 'Second');
    expect((await versions.list(diagram, { limit: 1, after: null })).map(({ name }) => name)).toEqual([
      'Second',
      'First',
    ]);
    const rest = await versions.list(diagram, { limit: 1, after: [second.at.toISOString(), second.id] });
    expect(rest).toEqual([first]);
    expect((await versions.read(diagram, first.id)).cells).toEqual([cell('a', 0, { label: 'first' })]);
    expect(await versions.restore(diagram, ann.id, first.id)).toEqual({ head: 3 });
    const document = new Y.Doc();
    Y.applyUpdate(document, (await store.content(diagram))!.state());
    expect(readCells(document)).toEqual([cell('a', 0, { label: 'first' })]);
    await expect(versions.keep(diagram, bob.id, 'No')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(versions.restore(diagram, bob.id, first.id)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(versions.read(diagram, uuidv7())).rejects.toMatchObject({ code: 'not_found' });
    const { diagram: other } = await place();
    await expect(versions.read(other, first.id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('are kept by themselves once per interval of editing, and the log is compacted', async () => {
    const { diagram } = await place();
    const { store } = openStore();
    const upkeeps = [1, 2].map(() =>
      createUpkeep({
        executor: database.log,
        documents: store,
        newId: uuidv7,
        logger,
        limits: { rows: 4, versionInterval: 60_000 },
      }),
    );
    for (let write = 0; write < 5; write += 1) {
      await store.replace(diagram, ann.id, [cell(`c${write}`)], null);
      for (const upkeep of upkeeps) upkeep.noted(diagram, 1, true);
    }
    await Promise.all(upkeeps.map((upkeep) => upkeep.idle()));
    const kept = await database.log.query<{ kind: string }>('select kind from document_version where diagram_id = $1', [
      diagram,
    ]);
    expect(kept).toEqual([{ kind: 'automatic' }]);
    expect(await database.log.query('select from document_snapshot where diagram_id = $1', [diagram])).toHaveLength(1);
    await Promise.all(upkeeps.map((upkeep) => upkeep.stop()));
  });
});
