/** What undo says it can do: held against Yjs itself, which is asked what it does, while others draw and restore. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { cellsOf, listCells, putCell, type Cells } from '../../../src/client/index.ts';
import { addCells, placeNodes, removeCells, rename } from '../../../src/web/editor/document/edits.ts';
import { openHistory, Step, type History } from '../../../src/web/editor/document/history.ts';
import type { NodeCell } from '../../../src/web/editor/model/cell.ts';
import { replaceCells } from '../../support/content.ts';

const node = (id: string, x = 0): NodeCell =>
  ({ id, shape: 'process', x, y: 0, width: 140, height: 60, label: `at ${x}`, z: 1 }) as NodeCell;

interface Undoing {
  undo(): unknown;
  redo(): unknown;
}

/** One person's document, and another's that is told of everything and tells everything. */
function desk(undoing: (cells: Cells) => Undoing) {
  const [mine, theirs] = [new Y.Doc(), new Y.Doc()];
  [mine.clientID, theirs.clientID] = [1, 2];
  mine.on('update', (update, origin) => origin !== theirs && Y.applyUpdate(theirs, update, mine));
  theirs.on('update', (update, origin) => origin !== mine && Y.applyUpdate(mine, update, theirs));
  const cells = cellsOf(mine);
  const hand = undoing(cells);
  let kept = listCells(cells);
  const act = {
    add: (id: string, value: number) => addCells(cells, [node(id, value)], new Step()),
    move: (id: string, value: number) => {
      const step = new Step();
      for (const x of [value, value + 1]) placeNodes(cells, new Map([[id, { x, y: 0 }]]), step);
    },
    name(id: string, value: number) {
      const step = new Step();
      for (const label of [`${value}`, `${value + 1}`]) rename(cells, id, label, step);
    },
    strip: (id: string) => mine.transact(() => cells.get(id)?.delete('label'), new Step()),
    remove: (id: string) => removeCells(cells, [id], new Step()),
    undo: () => hand.undo(),
    redo: () => hand.redo(),
    theyAdd: (id: string, value: number) => putCell(cellsOf(theirs), { ...node(id, value) }),
    theyMove: (id: string, value: number) => cellsOf(theirs).get(id)?.set('x', value),
    theyStrip: (id: string) => cellsOf(theirs).get(id)?.delete('label'),
    theyRemove: (id: string) => cellsOf(theirs).delete(id),
    keep: () => (kept = listCells(cells)),
    restore: () => replaceCells(theirs, kept),
  };
  return { cells, hand, act };
}

const started = (cells: Cells): History => {
  const history = openHistory(cells);
  history.start();
  return history;
};

type Deed = keyof ReturnType<typeof desk>['act'];

/** Yjs alone, asked again until something is seen of it or it has nothing more. @returns whether something was */
const plain = (cells: Cells): Undoing => {
  let last: unknown = null;
  const manager: Y.UndoManager = new Y.UndoManager(cells, {
    trackedOrigins: new Set([Step]),
    captureTimeout: Number.MAX_SAFE_INTEGER,
    captureTransaction({ origin }) {
      if (origin instanceof Step && origin !== last) manager.stopCapturing();
      if (origin instanceof Step) last = origin;
      return true;
    },
  });
  const press = (way: 'undo' | 'redo') => {
    last = null;
    const before = JSON.stringify(listCells(cells));
    while (manager[way]() !== null) if (JSON.stringify(listCells(cells)) !== before) return true;
    return false;
  };
  return { undo: () => press('undo'), redo: () => press('redo') };
};

describe('WE2 undo', () => {
  it('has nothing to take back of what went when somebody restored a version, and says so', () => {
    const { act, hand } = desk(started);
    const history = hand as History;
    act.add('a', 1);
    act.keep();
    act.add('b', 2);
    act.name('a', 3);
    expect(history.state).toEqual({ canUndo: true, canRedo: false });
    act.restore();
    // What was there then is still mine to take back.
    expect(history.state).toEqual({ canUndo: true, canRedo: false });
    act.undo();
    expect(history.state).toEqual({ canUndo: false, canRedo: true });
    act.redo();
    act.theyRemove('a');
    expect(history.state).toEqual({ canUndo: false, canRedo: false });
  });

  it('notes nothing any more once it has ended, and begins anew with nothing to take back', () => {
    const { act, cells, hand } = desk(openHistory);
    const history = hand as History;
    const stop = history.start();
    act.add('a', 1);
    stop();
    act.add('b', 2);
    expect(history.state).toEqual({ canUndo: false, canRedo: false });
    history.start();
    act.undo();
    act.add('c', 3);
    act.undo();
    expect(listCells(cells).map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('in the middle of a drag makes what follows of it a step of its own', () => {
    const { act, cells, hand } = desk(started);
    act.add('a', 1);
    act.name('a', 2);
    const drag = new Step();
    placeNodes(cells, new Map([['a', { x: 10 }]]), drag);
    act.undo();
    expect((hand as History).state).toEqual({ canUndo: true, canRedo: true });
    placeNodes(cells, new Map([['a', { x: 20 }]]), drag);
    act.undo();
    expect(listCells(cells)).toMatchObject([{ x: 1, label: '3' }]);
  });

  const deedsOf = (deeds: readonly Deed[]) =>
    fc.array(
      fc.record({
        what: fc.constantFrom(...deeds),
        id: fc.constantFrom('a', 'b'),
      }),
      { maxLength: 25 },
    );
  /** Each with a value of its own. */
  const run = (act: ReturnType<typeof desk>['act'], done: readonly { what: Deed; id: string }[]) => {
    for (const [index, { what, id }] of done.entries()) act[what](id, 10 * (index + 1));
  };
  const all = Object.keys(desk(plain).act) as Deed[];

  it('can be pressed when, and only when, Yjs would do something, whatever was done before', () => {
    const deeds = deedsOf(['add', 'move', 'name', 'strip', 'remove', 'undo', 'redo', 'theyStrip', 'theyRemove']);
    fc.assert(
      fc.property(deeds, fc.constantFrom('undo', 'redo'), (done, way) => {
        const [one, other] = [desk(started), desk(plain)];
        for (const { act } of [one, other]) run(act, done);
        const { canUndo, canRedo } = (one.hand as History).state;
        expect(listCells(one.cells)).toEqual(listCells(other.cells));
        expect(way === 'undo' ? canUndo : canRedo).toBe(other.hand[way]());
      }),
      { numRuns: 400 },
    );
  });

  it('does something whenever it can be pressed, whatever others did', () => {
    fc.assert(
      fc.property(deedsOf(all), fc.constantFrom('undo', 'redo'), (deeds, way) => {
        const { act, hand, cells } = desk(started);
        run(act, deeds);
        const { canUndo, canRedo } = (hand as History).state;
        const before = listCells(cells);
        hand[way]();
        expect(way === 'undo' ? canUndo : canRedo).toBe(JSON.stringify(listCells(cells)) !== JSON.stringify(before));
      }),
      { numRuns: 400 },
    );
  });
});
