/** The workshop: the same work, in a thread of its own where there is much of it. */
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { edgeSchema, type StoredCell } from '../../src/documents/diagram.ts';
import { Unreadable, type LogPart } from '../../src/documents/log-part.ts';
import { joinUpdates, splitUpdates } from '../../src/documents/row.ts';
import { MalformedUpdate } from '../../src/documents/update.ts';
import { work } from '../../src/documents/work.ts';
import { createWorkshop, type Workshop } from '../../src/documents/workshop.ts';
import { cell } from './stage.ts';

const thread = createWorkshop({ largeBytes: 0 });
afterAll(() => thread.stop());

function documentOf(cells: number): Y.Doc {
  const document = new Y.Doc();
  document.transact(() => {
    const map = document.getMap('cells');
    for (let index = 0; index < cells; index += 1)
      map.set(`c${index}`, new Y.Map(Object.entries({ z: index, label: 'a' })));
  });
  return document;
}

const partOf = (...updates: Uint8Array[]): LogPart => ({
  head: 1,
  snapshot: null,
  rows: [{ seq: 1, bytes: joinUpdates(updates) }],
});

const whole = { id: 'a', shape: 'process', x: 0, y: 0, width: 1, height: 1, label: '', z: 0 };
const bodyOf = (...cells: StoredCell[]) => Buffer.from(JSON.stringify({ cells }));

describe.each<[string, Workshop]>([
  ['in its thread', thread],
  ['here and now', createWorkshop()],
])('%s', (_, workshop) => {
  const document = documentOf(50);
  const state = Y.encodeStateAsUpdate(document);
  const part = partOf(state);

  it('reads cells and state, and makes snapshots', async () => {
    expect(Buffer.from(await workshop.run('cells', part))).toEqual(Buffer.from(work.cells(part)));
    expect(Buffer.from(await workshop.run('state', part))).toEqual(Buffer.from(state));
    const snapshot = await workshop.run('snapshot', part);
    const copy = new Y.Doc();
    for (const slice of splitUpdates(snapshot)) Y.applyUpdate(copy, slice);
    expect(copy.getMap('cells').toJSON()).toEqual(document.getMap('cells').toJSON());
  });

  it('builds edits', async () => {
    const replacement = await workshop.run('replacement', 'edit 1', part, 'body', bodyOf(cell('only')), 7, 1e6);
    expect(replacement.kind).toBe('edit');
    const row = (replacement as { rows: Uint8Array[] }).rows[0]!;
    for (const update of splitUpdates(row)) Y.applyUpdate(document, update);
    expect(document.getMap('cells').toJSON()).toEqual({ only: { id: 'only', z: 0 } });
    expect(
      await workshop.run(
        'replacement',
        'edit 2',
        partOf(state, ...splitUpdates(row)),
        'body',
        bodyOf(cell('only')),
        7,
        1e6,
      ),
    ).toEqual({
      kind: 'nothing',
    });
    expect(await workshop.run('replacement', 'edit 3', part, 'body', bodyOf(cell('only')), 7, 10)).toEqual({
      kind: 'too large',
    });
  });

  it('DO6 brings a large edit up to what came meanwhile, and makes a small one anew', async () => {
    const large = partOf(Y.encodeStateAsUpdate(documentOf(5000)));
    const late = new Y.Doc();
    late.getMap('cells').set('late', new Y.Map());
    const later = {
      ...large,
      head: 2,
      rows: [...large.rows, { seq: 2, bytes: joinUpdates([Y.encodeStateAsUpdate(late)]) }],
    };
    const wanted = bodyOf(...Array.from({ length: 5000 }, (_unused, index) => cell(`c${index}`, index)));
    const made = await workshop.run('replacement', 'large', large, 'body', wanted, 7, 1e7);
    const caughtUp = await workshop.run('caughtUp', 'large', later, 1e7);
    expect([made.kind, caughtUp?.kind]).toEqual(['edit', 'edit']);
    expect((caughtUp as typeof made & { rows: Uint8Array[] }).rows).not.toEqual(
      (made as typeof made & { rows: Uint8Array[] }).rows,
    );
    await workshop.run('replacement', 'small', part, 'body', bodyOf(cell('only')), 7, 1e7);
    expect(await workshop.run('caughtUp', 'small', part, 1e7)).toBeNull();
  });

  it('CO5 names the faults of a body, however large', async () => {
    const faults = (body: string) => workshop.run('faultsOfBody', Buffer.from(body));
    expect(await faults(JSON.stringify({ cells: [whole] }))).toBeNull();
    for (const body of ['', 'null', '7', '{', '{"__proto__":{}}', `${'['.repeat(65)}${']'.repeat(65)}`])
      expect(await faults(body)).toEqual({});
    expect(await faults('{"cells":[],"more":1}')).toEqual({ fields: { more: 'unknown' } });
    expect(await faults('[]')).toEqual({ fields: { body: 'format' } });
  });

  it('CO5 names the first cell, and of an edge the first vertex, that is at fault, and twenty members that are not known', async () => {
    const faults = (body: unknown) => workshop.run('faultsOfBody', Buffer.from(JSON.stringify(body)));
    const edge = { id: 'e', shape: 'flow', source: { cell: 'a' }, target: { cell: 'b' }, z: 0 };
    const bent = { ...edge, vertices: [{ x: 1, y: 1 }] };
    const zeros = Array.from({ length: 100_000 }, () => 0);
    expect(await faults({ cells: [bent] })).toBeNull();
    expect(await faults({ cells: [edge, ...zeros] })).toEqual({ fields: { 'cells.1': 'format' } });
    const { error } = edgeSchema.safeParse({ ...edge, vertices: [{ x: 1, y: 1 }, ...zeros] });
    expect(error!.issues.map(({ path }) => path)).toEqual([['vertices', 1]]);
    const unknown = Object.fromEntries(zeros.map((_none, index) => [`m${index}`, 0]));
    const { fields } = (await faults({ cells: [], ...unknown })) as { fields: object };
    expect(Object.keys(fields)).toHaveLength(20);
  });

  it('DO5 tells what is wrong', async () => {
    await expect(workshop.run('cells', partOf(new Uint8Array([9, 9])))).rejects.toThrow(Unreadable);
    await expect(workshop.run('slices', new Uint8Array([9, 9]))).rejects.toThrow(MalformedUpdate);
  });
});

it('the event loop goes on while it works', async () => {
  let turns = 0;
  let working = true;
  const count = () => working && (turns += 1) && setImmediate(count);
  const done = thread.run('cells', partOf(Y.encodeStateAsUpdate(documentOf(5000)))).finally(() => (working = false));
  count();
  await done;
  expect(turns).toBeGreaterThan(10);
});

it('DO3 a compaction holds up nothing that somebody waits for', async () => {
  const done: string[] = [];
  await thread.run('cells', partOf()); // so that its thread is there
  const compaction = thread.run('compaction', partOf(Y.encodeStateAsUpdate(documentOf(5000))));
  void compaction.then(() => done.push('compaction'));
  await thread.run('cells', partOf(Y.encodeStateAsUpdate(documentOf(1)))).then(() => done.push('cells'));
  await compaction;
  expect(done).toEqual(['cells', 'compaction']);
});

it('DO3 what nobody waits for holds up the event loop less than what somebody does', async () => {
  const workshop = createWorkshop();
  const sent = vi.spyOn(Worker.prototype, 'postMessage');
  const part = partOf(Y.encodeStateAsUpdate(documentOf(500)));
  await workshop.run('state', part);
  expect([part.rows[0]!.bytes.byteLength > 16_384, sent.mock.calls.length]).toEqual([true, 0]);
  await workshop.run('compaction', part);
  expect(sent).toHaveBeenCalledOnce();
  await workshop.run('compaction', partOf(Y.encodeStateAsUpdate(documentOf(5))));
  expect(sent).toHaveBeenCalledOnce();
  sent.mockRestore();
  await workshop.stop();
});

it('what takes too long is given up, and the next work is done', async () => {
  const workshop = createWorkshop({ largeBytes: 0, patience: 1 });
  await expect(workshop.run('cells', partOf(Y.encodeStateAsUpdate(documentOf(3000))))).rejects.toThrow('too long');
  await workshop.stop();
  const patient = createWorkshop({ largeBytes: 0 });
  expect((await patient.run('state', partOf())).byteLength).toBeGreaterThan(0);
  const unfinished = patient.run('cells', partOf(Y.encodeStateAsUpdate(documentOf(3000))));
  await Promise.all([expect(unfinished).rejects.toThrow('stopped'), patient.stop()]);
});

it('CS13 a thread that breaks takes with it only what it was doing', async () => {
  const workshop = createWorkshop({ largeBytes: 0 });
  const sent = vi.spyOn(Worker.prototype, 'postMessage');
  const run = (cells: number) => workshop.run('state', partOf(Y.encodeStateAsUpdate(documentOf(cells))));
  for (let time = 0; time < 2; time += 1) {
    const [current, ...others] = [run(5000), run(1), run(2)];
    void (sent.mock.contexts.at(-1) as Worker).terminate();
    await expect(current).rejects.toThrow('ended');
    expect((await Promise.all(others)).map(({ byteLength }) => byteLength > 10)).toEqual([true, true]);
  }
  sent.mockRestore();
  await workshop.stop();
});

it('CS13 a body of more values than a document holds is too large before it is parsed, whatever they are', () => {
  const bodyWith = (data: string) =>
    Buffer.from(`{"cells":[${JSON.stringify({ ...whole, data: 0 }).slice(0, -2)}${data}}]}`);
  const parse = vi.spyOn(JSON, 'parse');
  for (const data of [`[${'0,'.repeat(4_000_000)}0]`, `[${'{},'.repeat(2_000_000)}0]`, `${'['.repeat(4_000_000)}`])
    expect(work.faultsOfBody(bodyWith(data))).toBe('too large');
  expect(parse).not.toHaveBeenCalled();
  parse.mockRestore();
  expect(work.faultsOfBody(bodyWith(JSON.stringify(',[{\\"'.repeat(2_000_000))))).toBeNull();
});

it('DO3 a document that was edited more often than one update may say is compacted like any other', () => {
  const document = new Y.Doc();
  const members = document.getMap('cells');
  document.transact(() => {
    for (let edit = 0; edit <= 1_000_000; edit += 1) members.set(edit % 2 === 0 ? 'x' : 'y', edit);
  });
  const state = Y.encodeStateAsUpdate(document);
  expect(() => work.slices(state)).toThrow('too many structs');
  const { snapshots } = work.compaction(partOf(state));
  expect(snapshots).toHaveLength(1);
  expect(splitUpdates(snapshots[0]!.bytes).length).toBeGreaterThan(200);
});
