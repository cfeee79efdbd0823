/** Snapshots of the log: what is kept, what goes, and what is done about one that cannot be read. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { SqlExecutor } from '../../src/database/database.ts';
import { isDue, partBefore } from '../../src/documents/compacting.ts';
import type { LogPart } from '../../src/documents/log-part.ts';
import { readLog } from '../../src/documents/reading.ts';
import { splitUpdates } from '../../src/documents/row.ts';
import type { Workshop } from '../../src/documents/workshop.ts';
import { compact } from '../../src/documents/snapshots.ts';
import { cellsOf, contentOf } from '../support/content.ts';
import { setBack } from '../sync/stage.ts';
import { cell, openStage, type DocumentStage } from './stage.ts';

let stage: DocumentStage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

/** A diagram with so many rounds of two writes, compacted after each. */
async function compactedDiagram(rounds: number): Promise<string> {
  const { diagram } = await stage.place();
  const { store } = stage.openStore();
  for (let round = 1; round <= rounds; round += 1) {
    await store.replace(diagram, stage.ann.id, [cell(`${round}:1`)], null);
    await store.replace(diagram, stage.ann.id, [cell(`${round}:2`)], null);
    expect(await stage.compacted(diagram)).toBe(round * 2);
  }
  return diagram;
}

describe('compaction', () => {
  it('DO5 keeps three snapshots, and the rows that the one before the newest does not cover', async () => {
    const diagram = await compactedDiagram(5);
    expect(await stage.compacted(diagram)).toBe(null);
    expect(await stage.snapshotsOf(diagram)).toEqual([6, 8, 10]);
    expect(await stage.rowsOf(diagram)).toEqual([9, 10]);
    const { store } = stage.openStore();
    await store.replace(diagram, stage.ann.id, [cell('after')], null);
    expect(await cellsOf(store, diagram)).toEqual([cell('after')]);
  });

  it('is due after so many rows, or so many bytes of them', async () => {
    const { diagram } = await stage.place();
    const { store } = stage.openStore();
    for (let write = 0; write < 3; write += 1) await store.replace(diagram, stage.ann.id, [cell(`${write}`)], null);
    const attempt = (rows: number, bytes: number) =>
      compact(stage.database.content, stage.workshop, diagram, { rows, bytes });
    expect(await attempt(4, 10_000)).toBe(null);
    expect(await attempt(3, 10_000)).toBe(3);
    await store.replace(diagram, stage.ann.id, [cell('large', 0, { label: 'x'.repeat(20_000) })], null);
    expect(await attempt(4, 100_000)).toBe(null);
    expect(await attempt(4, 10_000)).toBe(4);
  });

  it('DO3 that dies at any of its statements leaves a whole log', async () => {
    const { diagram } = await stage.place();
    const { store } = stage.openStore();
    const fault = new Error('the process is gone');
    /** The database of a process that is gone after so many statements. */
    const dying = (target: SqlExecutor, left: { statements: number }): SqlExecutor => ({
      query: (text, values) => ((left.statements -= 1) < 0 ? Promise.reject(fault) : target.query(text, values)),
      transaction: (work) => target.transaction((transaction) => work(dying(transaction, left))),
    });
    let statements = 0;
    for (let head: number | null = null; head === null; statements += 1) {
      const label = (edit: number) => `${statements} ${edit}`.padEnd(9000, 'x'); // enough for a new past to be begun
      for (let edit = 1; edit <= 6; edit += 1)
        await store.replace(diagram, stage.ann.id, [cell('a', 0, { label: label(edit) })], null);
      const executor = dying(stage.database.content, { statements });
      head = await compact(executor, stage.workshop, diagram, { rows: 1, bytes: Infinity }).catch((error: unknown) => {
        expect(error).toBe(fault);
        return null;
      });
      expect(await cellsOf(store, diagram)).toEqual([cell('a', 0, { label: label(6) })]);
    }
    expect(statements).toBeGreaterThan(4);
  });

  it('DO3 of several at once leaves a whole log', async () => {
    const { diagram } = await stage.place();
    const { store } = stage.openStore();
    const writes = Array.from({ length: 6 }, async (_, write) => {
      await store.replace(diagram, stage.ann.id, [cell(`${write}`)], null);
      await stage.compacted(diagram);
    });
    await Promise.all(writes);
    expect((await contentOf(store, diagram)).head).toBe(6);
    await readLog(stage.database.log, diagram, 0); // throws if it is not whole
  });

  it.each([
    ['is shorter', async () => {}],
    [
      'was written on',
      async (diagram: string) => {
        const { store } = stage.openStore();
        await store.replace(diagram, stage.ann.id, [cell('other')], null);
      },
    ],
  ])('DO3 is not written to a log that was set back while it was made, and %s', async (_, writeOn) => {
    const { diagram } = await stage.place();
    const { store } = stage.openStore();
    for (const id of ['a', 'b']) await store.replace(diagram, stage.ann.id, [cell(id)], null);
    const workshop: Pick<Workshop, 'run'> = {
      async run(...job) {
        const made = await stage.workshop.run(...job);
        await setBack(stage.database, diagram);
        await writeOn(diagram);
        return made;
      },
    };
    expect(await compact(stage.database.content, workshop, diagram, { rows: 1, bytes: Infinity })).toBe(null);
    const { head } = await contentOf(stage.openStore().store, diagram);
    expect(await stage.snapshotsOf(diagram)).toEqual([]);
    expect(await stage.rowsOf(diagram)).toHaveLength(head);
    expect(await stage.compacted(diagram)).toBe(head);
  });

  it('DO3 a snapshot is made of slices which each need only those before them', async () => {
    const { diagram } = await stage.place();
    const { store } = stage.openStore();
    const cells = Array.from({ length: 3000 }, (_, index) => cell(`c${index}`, index, { x: index, y: 1, label: 'a' }));
    await store.replace(diagram, stage.ann.id, cells, null);
    await stage.compacted(diagram);
    const { snapshot } = (await readLog(stage.database.log, diagram, 0))!;
    const slices = splitUpdates(snapshot!.bytes);
    expect(slices.length).toBeGreaterThan(3);
    const document = new Y.Doc();
    for (const slice of slices) {
      Y.applyUpdate(document, slice);
      expect([document.store.pendingStructs, document.store.pendingDs]).toEqual([null, null]);
    }
    expect(document.getMap('cells').size).toBe(3000);
  });
});

describe('DO5 what compaction keeps', () => {
  const part = (snapshot: number, rows: number[]): LogPart => ({
    head: 10 + rows.length,
    snapshot: { seq: 10, bytes: new Uint8Array(snapshot) },
    rows: rows.map((bytes, index) => ({ seq: 11 + index, bytes: new Uint8Array(bytes) })),
  });

  it('is bounded by the newest snapshot: a heavier past is begun anew, and rows of no more than it weighs stay', () => {
    expect(partBefore(part(100_000, [40_000, 40_000]), 100_000)).toBe(null);
    expect(partBefore(part(100_000, [60_000, 60_000, 30_000]), 100_000)).toMatchObject({
      head: 11,
      rows: [{ seq: 11 }],
    });
    expect(partBefore(part(100_000, [60_000, 60_000, 60_000]), 100_000)).toMatchObject({ head: 12 });
    expect(partBefore(part(9_000_000, [10_000, 10]), 1000)).toMatchObject({ head: 11 }); // nearly all was deleted
    expect(partBefore(part(9_000_000, [1000, 1000]), 100_000)).toMatchObject({ head: 11 }); // much was
    expect(partBefore(part(16_000, Array<number>(100).fill(1)), 1000)).toMatchObject({ head: 106 }); // so many rows weigh too
    expect(partBefore(part(9_000_000, [10_000]), 1000)).toBe(null); // by the only row, which the one before is for
    expect(partBefore(part(100, [1000, 1000]), 200)).toBe(null); // next to nothing
  });

  it('is due later where the document is large', () => {
    const limits = { rows: 500, bytes: 65_536 };
    expect(isDue({ snapshot: 10_000, rows: 500, bytes: 5000 }, limits)).toBe(true);
    expect(isDue({ snapshot: 10_000_000, rows: 500, bytes: 100_000 }, limits)).toBe(false);
    expect(isDue({ snapshot: 10_000_000, rows: 5000, bytes: 500_000 }, limits)).toBe(true);
    expect(isDue({ snapshot: 100_000, rows: 3, bytes: 90_000 }, limits)).toBe(false);
    expect(isDue({ snapshot: 100_000, rows: 3, bytes: 100_000 }, limits)).toBe(true);
  });

  it('DO5 is within four times the newest snapshot, and the newest can still be done without', async () => {
    const { diagram } = await stage.place();
    const { store } = stage.openStore();
    const label = (round: number) => `${round}`.padEnd(9000, 'x');
    for (let round = 1; round <= 12; round += 1) {
      await store.replace(diagram, stage.ann.id, [cell('a', 0, { label: label(round) })], null);
      if (round % 6 === 0) expect(await stage.compacted(diagram)).toBe(round);
    }
    expect(await stage.snapshotsOf(diagram)).toEqual([6, 11, 12]);
    expect(await stage.rowsOf(diagram)).toEqual([12]);
    const [size] = await stage.database.content.query<{ all: number; newest: number }>(
      `select (sum(octet_length(bytes)) + (select sum(octet_length(bytes)) from document_update where diagram_id = $1))::int as all,
         (array_agg(octet_length(bytes) order by seq desc))[1] as newest from document_snapshot where diagram_id = $1`,
      [diagram],
    );
    expect(size!.all).toBeLessThanOrEqual(4 * size!.newest);
    await stage.spoilSnapshot(diagram, 12);
    expect(await contentOf(store, diagram)).toMatchObject({ head: 12, current: true });
    await store.replace(diagram, stage.ann.id, [cell('b')], null); // most goes
    await store.replace(diagram, stage.ann.id, [cell('c')], null);
    expect(await stage.compacted(diagram)).toBe(14);
    expect(await contentOf(store, diagram)).toEqual({ head: 14, current: true, cells: [cell('c')] });
  });
});

it('DO5 no snapshot is kept that is larger than the newest, once nothing needs it', async () => {
  const { diagram } = await stage.place();
  const { store } = stage.openStore();
  await store.replace(diagram, stage.ann.id, [cell('a', 0, { label: 'x'.repeat(20_000) })], null);
  await stage.compacted(diagram);
  for (const id of ['b', 'c']) await store.replace(diagram, stage.ann.id, [cell(id)], null);
  await stage.compacted(diagram);
  expect(await stage.snapshotsOf(diagram)).toEqual([2, 3]);
});

describe('DO5 a document that cannot be read', () => {
  it('is not written, and its last readable snapshot is served, saying so', async () => {
    const diagram = await compactedDiagram(2);
    const { store } = stage.openStore();
    await store.replace(diagram, stage.ann.id, [cell('lost')], null);
    await stage.spoilRow(diagram, 5);
    expect(await contentOf(store, diagram)).toEqual({ head: 4, current: false, cells: [cell('2:2')] });
    await expect(store.replace(diagram, stage.ann.id, [], null)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(stage.compacted(diagram)).rejects.toThrow('row 5 cannot be read');
    expect(await stage.rowsOf(diagram)).toEqual([3, 4, 5]);
    await stage.spoilSnapshot(diagram, 4);
    expect(await contentOf(store, diagram)).toEqual({ head: 2, current: false, cells: [cell('1:2')] });
  });

  it('without any readable snapshot there is nothing to serve', async () => {
    const { diagram } = await stage.place();
    const { store } = stage.openStore();
    await store.replace(diagram, stage.ann.id, [cell('a')], null);
    await stage.database.log.query('delete from document_update where diagram_id = $1', [diagram]);
    await expect(store.content(diagram, 'cells')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('one that cannot be read and is made once more is written over', async () => {
    const { diagram } = await stage.place();
    const { store } = stage.openStore();
    const write = (edit: number) =>
      store.replace(diagram, stage.ann.id, [cell('a', 0, { label: `${edit}`.padEnd(9000, 'x') })], null);
    for (let edit = 1; edit <= 6; edit += 1) await write(edit);
    expect(await stage.compacted(diagram)).toBe(6);
    await stage.spoilSnapshot(diagram, 6);
    await write(7);
    expect(await stage.compacted(diagram)).toBe(7);
    await stage.spoilSnapshot(diagram, 7);
    expect(await contentOf(store, diagram)).toMatchObject({ head: 7, current: true });
  });

  it('a newest snapshot that cannot be read is done without, and followed by one that can', async () => {
    const diagram = await compactedDiagram(3);
    const { store } = stage.openStore();
    await stage.spoilSnapshot(diagram, 6);
    expect(await contentOf(store, diagram)).toEqual({ head: 6, current: true, cells: [cell('3:2')] });
    expect(await store.replace(diagram, stage.ann.id, [cell('on')], null)).toEqual({ head: 7 });
    expect(await stage.compacted(diagram)).toBe(7);
    expect(await stage.snapshotsOf(diagram)).toEqual([4, 6, 7]);
    expect(await stage.rowsOf(diagram)).toEqual([5, 6, 7]); // as far as the one before could be read
    expect(await contentOf(store, diagram)).toEqual({ head: 7, current: true, cells: [cell('on')] });
  });
});
