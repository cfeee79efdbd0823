/** Content and edits over REST, from the log. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidv7 } from 'uuidv7';
import * as Y from 'yjs';
import type { SqlExecutor } from '../../src/database/database.ts';
import { bindClients, boundClients } from '../../src/documents/client-binding.ts';
import { encodeUpdate } from '../../src/documents/slicing.ts';
import { createOwnClients } from '../../src/documents/own-clients.ts';
import { cellsOf, contentOf, documentOf } from '../support/content.ts';
import { grant, setBack } from '../sync/stage.ts';
import { cell, openStage, updateOf, type DocumentStage } from './stage.ts';

let stage: DocumentStage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

/** Does something each time before the store locks a diagram. */
function beforeEachLock(meddle: () => Promise<unknown>): SqlExecutor {
  return {
    query: (text, values) => stage.database.content.query(text, values),
    async transaction(work) {
      await meddle();
      return stage.database.content.transaction(work);
    },
  };
}

describe('replace', () => {
  it('DO6 becomes one edit; another one that changes nothing becomes none', async () => {
    const { diagram } = await stage.place();
    const { store, rows } = stage.openStore();
    expect(await store.replace(diagram, stage.ann.id, [cell('b', 1), cell('a', 2)], null)).toEqual({ head: 1 });
    expect(await store.replace(diagram, stage.ann.id, [cell('b', 1), cell('a', 2)], null)).toEqual({ head: 1 });
    expect(await store.replace(diagram, stage.ann.id, [cell('a', 2)], null)).toEqual({ head: 2 });
    expect(rows.map((row) => row.seq)).toEqual([1, 2]);
    expect(await contentOf(store, diagram)).toEqual({ head: 2, current: true, cells: [cell('a', 2)] });
  });

  it('DO6 compares If-Match with the head', async () => {
    const { diagram } = await stage.place();
    const { store } = stage.openStore();
    await store.replace(diagram, stage.ann.id, [cell('a')], 0);
    await expect(store.replace(diagram, stage.ann.id, [], 0)).rejects.toMatchObject({ code: 'precondition_failed' });
    expect(await store.replace(diagram, stage.ann.id, [], 1)).toEqual({ head: 2 });
  });

  it('AC3 is refused to who may not write, also when that changes while it is being built', async () => {
    const { model, diagram } = await stage.place();
    await expect(stage.openStore().store.replace(diagram, stage.bob.id, [], null)).rejects.toMatchObject({
      code: 'forbidden',
    });
    const { store } = stage.openStore(beforeEachLock(() => grant(stage.database, model, stage.ann, 'reader')));
    await expect(store.replace(diagram, stage.ann.id, [cell('a')], null)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(store.replace(uuidv7(), stage.ann.id, [], null)).rejects.toMatchObject({ code: 'not_found' });
    expect(await stage.rowsOf(diagram)).toEqual([]);
  });

  it('DO2 is told of to nobody before its commit', async () => {
    const { diagram } = await stage.place();
    const fault = new Error('the commit failed');
    const failing: SqlExecutor = {
      query: (text, values) => stage.database.content.query(text, values),
      transaction: (work) =>
        stage.database.content.transaction(async (transaction) => {
          await work(transaction);
          throw fault;
        }),
    };
    const { store, rows } = stage.openStore(failing);
    await expect(store.replace(diagram, stage.ann.id, [cell('a')], null)).rejects.toBe(fault);
    expect([rows, await stage.rowsOf(diagram)]).toEqual([[], []]);
  });

  it('DO3 is built again when the head has moved, however often', async () => {
    const { diagram } = await stage.place();
    const other = stage.openStore().store;
    let moves = 0;
    const meddled = stage.openStore(
      beforeEachLock(() => other.replace(diagram, stage.ann.id, [cell(`other${(moves += 1)}`)], null)),
    ).store;
    const { head } = await meddled.replace(diagram, stage.ann.id, [cell('mine')], null);
    expect(moves).toBeGreaterThan(3);
    expect(head).toBe(moves + 1);
    expect(await cellsOf(other, diagram)).toEqual([cell('mine')]);
  });

  it('DO3 is not stored where the database was set back, and written to, while it was being built', async () => {
    const { diagram } = await stage.place();
    const { store } = stage.openStore();
    for (const id of ['a', 'b']) await store.replace(diagram, stage.ann.id, [cell(id)], null);
    const another = stage.openStore().store;
    const meddled = stage.openStore(
      beforeEachLock(async () => {
        await setBack(stage.database, diagram);
        await another.replace(diagram, stage.ann.id, [cell('c')], null);
      }),
    ).store;
    const late = meddled.replace(diagram, stage.ann.id, [cell('b'), cell('d')], null);
    await expect(late).rejects.toMatchObject({ code: 'unavailable' });
    expect(await contentOf(store, diagram)).toEqual({ head: 2, current: true, cells: [cell('c')] });
  });

  it('DO3 of simultaneous ones each is one row, and the last one is the content', async () => {
    const { diagram } = await stage.place();
    const { store, rows } = stage.openStore();
    await Promise.all(
      Array.from({ length: 8 }, (_, index) => store.replace(diagram, stage.ann.id, [cell(`c${index}`)], null)),
    );
    expect(await stage.rowsOf(diagram)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(rows).toHaveLength(8);
    expect(await cellsOf(store, diagram)).toHaveLength(1);
  });

  it('DO4 refuses a document that would be too large', async () => {
    const { diagram } = await stage.place();
    const { store } = stage.openStore(stage.database.content, 1000);
    await expect(
      store.replace(diagram, stage.ann.id, [cell('a', 0, { data: 'x'.repeat(2000) })], null),
    ).rejects.toMatchObject({
      code: 'payload_too_large',
    });
  });

  it("writes under the same client id each time, unless that is somebody else's", async () => {
    const { diagram } = await stage.place();
    const { store } = stage.openStore();
    for (let write = 0; write < 5; write += 1) await store.replace(diagram, stage.ann.id, [cell(`c${write}`)], null);
    const document = await documentOf(store, diagram);
    expect(document.store.clients.size).toBe(1);
    await stage.database.log.query('update document_client set profile_id = $2 where diagram_id = $1', [
      diagram,
      stage.bob.id,
    ]);
    await store.replace(diagram, stage.ann.id, [cell('under another')], null);
    expect(await cellsOf(store, diagram)).toEqual([cell('under another')]);
  });

  it('DO6 writes under another where that one is used up, as an update may say', async () => {
    const { diagram } = await stage.place();
    const { store } = stage.openStore();
    await store.replace(diagram, stage.ann.id, [cell('a')], null);
    const [[client, end]] = [...Y.decodeStateVector(Y.encodeStateVector(await documentOf(store, diagram)))] as [
      [number, number],
    ];
    const rest = new Y.GC(Y.createID(client, end), Number.MAX_SAFE_INTEGER - end - 1);
    await store.submit(diagram, stage.ann.id, encodeUpdate([rest], new Map()));
    const cells = ['a', 'b', 'c'].map((id) => cell(id));
    await store.replace(diagram, stage.ann.id, cells, null);
    expect(await cellsOf(store, diagram)).toEqual(cells);
  });

  it.each(['an answer', 'no answer'])(
    'DO3 pages get what is written after the database was set back, also to before an edit that got %s',
    async (got) => {
      const { diagram } = await stage.place();
      const lost = new Error('the answer was lost');
      let answers = true;
      const { store } = stage.openStore({
        query: (text, values) => stage.database.content.query(text, values),
        async transaction(work) {
          const answer = await stage.database.content.transaction(work);
          if (!answers) throw lost;
          return answer;
        },
      });
      await store.replace(diagram, stage.ann.id, [cell('a')], null);
      answers = got === 'an answer';
      const second = store.replace(diagram, stage.ann.id, [cell('a'), cell('b')], null);
      expect(await second.catch((fault: unknown) => fault)).toEqual(answers ? { head: 2 } : lost);
      const page = await documentOf(store, diagram);
      expect([...page.getMap('cells').keys()].sort()).toEqual(['a', 'b']);
      await setBack(stage.database, diagram);
      answers = true;
      await store.replace(diagram, stage.ann.id, [cell('a'), cell('c')], null);
      const stored = await documentOf(store, diagram);
      expect([...stored.getMap('cells').keys()].sort()).toEqual(['a', 'c']);
      Y.applyUpdate(page, Y.encodeStateAsUpdate(stored));
      expect([...page.getMap('cells').keys()].sort()).toEqual(['a', 'b', 'c']);
      const { clients } = stored.store;
      await store.replace(diagram, stage.ann.id, [cell('a')], null);
      expect((await documentOf(store, diagram)).store.clients.size).toBe(clients.size);
    },
  );

  it('DO3 remembers where documents end for some thousand clients, those that were used last', () => {
    const clients = createOwnClients(2);
    const [first, second] = ['a', 'b'].map((diagram) => clients.of(diagram, 'ann'));
    expect(clients.of('a', 'ann')).toBe(first);
    clients.of('c', 'ann');
    expect(clients.of('a', 'ann')).toBe(first);
    expect(clients.of('b', 'ann')).not.toBe(second);
    const renewed = clients.renewed('a', 'ann');
    expect(renewed).not.toBe(first);
    expect(clients.of('a', 'ann')).toBe(renewed);
    expect(clients.of('a', 'bob')).not.toBe(renewed);
  });
});

it('CS13 of large documents three are read at a time, of one diagram one', async () => {
  const diagrams = await Promise.all(Array.from({ length: 5 }, async () => (await stage.place()).diagram));
  const large = [cell('a', 0, { data: 'x'.repeat(200_000) })];
  await Promise.all(diagrams.map((diagram) => stage.openStore().store.replace(diagram, stage.ann.id, large, null)));
  let [inside, most] = [0, 0];
  const executor: SqlExecutor = {
    ...stage.database.content,
    async query(text, values) {
      const isRead = text.includes('with snapshot');
      if (isRead) most = Math.max(most, (inside += 1));
      const answer = await stage.database.content.query<never>(text, values);
      if (isRead) inside -= 1;
      return answer;
    },
  };
  const { store } = stage.openStore(executor);
  const mostOf = async (asked: string[]) => {
    most = 0;
    for (const content of await Promise.all(asked.map((diagram) => store.content(diagram, 'cells'))))
      expect(content!.head).toBe(1);
    return most;
  };
  expect(await mostOf([...diagrams, ...diagrams])).toBe(3);
  expect(await mostOf(Array.from({ length: 5 }, () => diagrams[0]!))).toBe(1);
});

describe('submit', () => {
  it('stores an update once', async () => {
    const { diagram } = await stage.place();
    const { store } = stage.openStore();
    const update = updateOf((cells) => cells.set('a', new Y.Map([['z', 1]])));
    expect(await store.submit(diagram, stage.ann.id, update)).toEqual({ head: 1 });
    expect(await store.submit(diagram, stage.ann.id, update)).toEqual({ head: 1 });
    expect(await cellsOf(store, diagram)).toEqual([cell('a', 1)]);
  });

  it("DO4 refuses noise, a gap, and another person's client id", async () => {
    const { model, diagram } = await stage.place();
    const { store } = stage.openStore();
    const document = new Y.Doc();
    await expect(store.submit(diagram, stage.ann.id, new Uint8Array([1, 2, 3]))).rejects.toMatchObject({
      code: 'invalid',
    });
    const first = updateOf((cells) => cells.set('a', 1), document);
    const second = updateOf((cells) => cells.set('a', 2), document);
    await expect(store.submit(diagram, stage.ann.id, second)).rejects.toMatchObject({
      code: 'invalid',
      details: { reason: 'gap' },
    });
    await store.submit(diagram, stage.ann.id, first);
    await grant(stage.database, model, stage.bob, 'writer');
    await expect(store.submit(diagram, stage.bob.id, second)).rejects.toMatchObject({
      code: 'invalid',
      details: { reason: 'client' },
    });
    await store.submit(diagram, stage.ann.id, second);
  });

  it('DO4 refuses what no honest client would put there: types nested without bound', async () => {
    const { diagram } = await stage.place();
    const { store } = stage.openStore();
    const nested = updateOf((cells) => {
      for (let depth = 0, inner = cells; depth < 150; depth += 1) inner = inner.set('a', new Y.Map()) as Y.Map<unknown>;
    });
    await expect(store.submit(diagram, stage.ann.id, nested)).rejects.toMatchObject({
      code: 'invalid',
      details: { reason: 'misplaced' },
    });
    expect(await stage.rowsOf(diagram)).toEqual([]);
  });

  it('AC6 refuses one that brings more client ids than anybody has, and claims none', async () => {
    const { diagram } = await stage.place();
    const updates = Array.from({ length: 10_001 }, (_, index) => {
      const document = Object.assign(new Y.Doc(), { clientID: index + 1 });
      return updateOf((cells) => cells.set(`c${index}`, 1), document);
    });
    await expect(stage.openStore().store.submit(diagram, stage.ann.id, Y.mergeUpdates(updates))).rejects.toMatchObject({
      code: 'invalid',
      details: { reason: 'client' },
    });
    expect(await stage.database.log.query('select from document_client where diagram_id = $1', [diagram])).toEqual([]);
  });

  it('DO4 a reader claims no client id', async () => {
    const { diagram } = await stage.place();
    await expect(
      stage.openStore().store.submit(
        diagram,
        stage.bob.id,
        updateOf((cells) => cells.set('a', 1)),
      ),
    ).rejects.toMatchObject({ code: 'forbidden' });
    expect(await stage.database.log.query('select from document_client where diagram_id = $1', [diagram])).toEqual([]);
  });

  it('AC6 a client id is somebody’s in one diagram, and may be somebody else’s in another', async () => {
    const [one, other] = [await stage.place(), await stage.place()];
    const { content } = stage.database;
    await bindClients(content, one.diagram, stage.ann.id, [1]);
    expect(await boundClients(content, other.diagram, [1])).toEqual(new Map());
    expect(await bindClients(content, other.diagram, stage.bob.id, [1])).toEqual(new Map([[1, stage.bob.id]]));
    expect(await boundClients(content, one.diagram, [1])).toEqual(new Map([[1, stage.ann.id]]));
    expect(await bindClients(content, uuidv7(), stage.ann.id, [1])).toBe(null);
  });
});
