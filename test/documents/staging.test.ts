/** Writes that are large: several rows, committed together, for which nobody has to wait. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { uuidv7 } from 'uuidv7';
import type * as Y from 'yjs';
import type { SqlExecutor } from '../../src/database/database.ts';
import { NO_ROWS } from '../../src/documents/base.ts';
import { flush, prepareWrite } from '../../src/documents/flush.ts';
import { joinUpdates } from '../../src/documents/row.ts';
import { documentOf } from '../support/content.ts';
import { openStage, updateOf, type DocumentStage } from './stage.ts';

let stage: DocumentStage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

/** Some 3 MB. */
const large = updateOf((cells) => {
  for (let z = 0; z < 3000; z += 1) cells.set(`c${z}`, 'x'.repeat(1000));
});

/** Does something each time after the store has written a row that is not yet committed. */
function afterEachRow(meddle: () => Promise<unknown>): SqlExecutor {
  return {
    query: (text, values) => stage.database.content.query(text, values),
    transaction: (work) =>
      stage.database.content.transaction((transaction) =>
        work({
          ...transaction,
          async query(text, values) {
            const rows = await transaction.query(text, values);
            if (text.startsWith('insert into document_update')) await meddle();
            return rows as never;
          },
        }),
      ),
  };
}

/** Somebody's edit, which must not have to wait for a lock. */
const edit = (diagram: string) =>
  stage.database.log.transaction(async (transaction) => {
    await prepareWrite(transaction, 500);
    const bytes = joinUpdates([updateOf((cells) => cells.set(uuidv7(), 1))]);
    const batch = { diagram, id: uuidv7(), epoch: 0, base: NO_ROWS, authors: [stage.ann.id], bytes };
    const verdicts = await flush(transaction, [batch], { kind: 'wait', ms: 500 });
    expect(verdicts.get(diagram)).toMatchObject({ kind: 'in' });
  });

it('DO1 others edit while a large update is written; it follows them, in rows that follow each other', async () => {
  const { diagram } = await stage.place();
  let edits = 0;
  const { store, rows } = stage.openStore(
    afterEachRow(async () => {
      edits += 1;
      await edit(diagram);
    }),
  );
  const { head } = await store.submit(diagram, stage.ann.id, large);
  expect(edits).toBe(3);
  expect(head).toBe(6);
  expect(rows.map(({ seq }) => seq)).toEqual([4, 5, 6]);
  expect(await stage.rowsOf(diagram)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(Math.max(...rows.map(({ bytes }) => bytes.byteLength))).toBeLessThan(1_048_576 + 100);
  expect((await documentOf(store, diagram)).getMap('cells').size).toBe(3003);
});

it('DO2 a large write that fails half-way leaves nothing', async () => {
  const { diagram } = await stage.place();
  let written = 0;
  const fault = new Error('the connection is gone');
  const failing = afterEachRow(async () => {
    if ((written += 1) === 2) throw fault;
  });
  const { store, rows } = stage.openStore(failing);
  await expect(store.submit(diagram, stage.ann.id, large)).rejects.toBe(fault);
  expect([rows, await stage.rowsOf(diagram)]).toEqual([[], []]);
  const { head } = await stage.openStore().store.submit(diagram, stage.ann.id, large);
  expect(head).toBe(3);
});

it('DO6 a large replacement is stored in rows that are no larger', async () => {
  const { diagram } = await stage.place();
  const { store, rows } = stage.openStore();
  const cells = Array.from({ length: 3000 }, (_, z) => ({ id: `c${z}`, z, label: 'x'.repeat(1000) }));
  expect(await store.replace(diagram, stage.ann.id, cells, 0)).toEqual({ head: rows.length });
  expect(rows.length).toBeGreaterThan(2);
  expect(rows.map(({ seq }) => seq)).toEqual(await stage.rowsOf(diagram));
  expect((await documentOf(store, diagram)).getMap<Y.Map<unknown>>('cells').size).toBe(3000);
});

it('a large update of a diagram that is deleted meanwhile finds none', async () => {
  const { diagram } = await stage.place();
  const meddled: SqlExecutor = {
    query: (text, values) => stage.database.content.query(text, values),
    async transaction(work) {
      await stage.database.log.query('delete from diagram where id = $1', [diagram]);
      return stage.database.content.transaction(work);
    },
  };
  await expect(stage.openStore(meddled).store.submit(diagram, stage.ann.id, large)).rejects.toMatchObject({
    code: 'not_found',
  });
});
