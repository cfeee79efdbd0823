/** What a hand cuts and pastes, and what is said of it. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { cellsOf, listCells, type Cell, type LiveDiagram } from '../../../src/client/index.ts';
import { openDesk } from '../../../src/web/editor/desk.ts';
import { addCells } from '../../../src/web/editor/document/edits.ts';
import { Step } from '../../../src/web/editor/document/history.ts';
import { createActing } from '../../../src/web/editor/hands/acting.ts';
import { clipboardOf } from '../../../src/web/editor/hands/clipboard.ts';

beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', () => 1);
});
afterEach(() => void vi.unstubAllGlobals());

const shop = { id: 'shop', shape: 'process', x: 0, y: 0, width: 120, height: 60, label: 'Shop', z: 1 };
const large = { ...shop, data: 'ż'.repeat(1_000_000) };

/** Somebody whose clipboard holds a text, on a diagram with some cells. */
function hand(text: string, ...cells: Cell[]) {
  const map = cellsOf(new Y.Doc());
  addCells(map, cells, new Step());
  const desk = openDesk({ cells: map } as LiveDiagram);
  desk.drawing.start();
  desk.writable.set(true);
  const said: string[] = [];
  let taken = 0;
  const t = ((key: string, { count = '' } = {}) => `${key}${count}`) as never;
  const { copy, cut, paste } = clipboardOf(desk, createActing(desk), {
    middle: () => ({ x: 0, y: 0 }),
    say: (sentence) => void said.push(sentence),
    t,
  });
  const clipboardData = { getData: () => text, setData: (_: string, next: string) => void (text = next) };
  const event = {
    clipboardData,
    preventDefault: () => void (taken += 1),
  } as never as ClipboardEvent;
  return {
    desk,
    said,
    clipboard: () => text,
    /** How often the browser was kept from doing what it does by itself. */
    taken: () => taken,
    cells: () => listCells(map),
    copy: () => copy(event),
    count: () => listCells(map).length,
    cut: () => cut(event),
    paste: () => paste(event),
  };
}

describe('WE6 the clipboard', () => {
  it('takes nothing away that could not be put down again, and says so', () => {
    const { desk, said, clipboard, count, cut } = hand('before', large);
    desk.drawing.select(['shop']);
    cut();
    expect({ said, clipboard: clipboard(), count: count() }).toEqual({
      said: ['cutTooMuch'],
      clipboard: 'before',
      count: 1,
    });
  });

  it('gives back what was cut, and says nothing', () => {
    const { desk, said, count, cut, paste } = hand('before', shop);
    desk.drawing.select(['shop']);
    cut();
    expect(count()).toBe(0);
    paste();
    expect(count()).toBe(1);
    expect(said).toEqual([]);
  });

  it('is left to the browser where nothing is selected, and where what is pasted holds no cells', () => {
    const { desk, clipboard, taken, copy, cut, paste } = hand('before', shop);
    for (const act of [copy, cut, paste]) act();
    expect([clipboard(), taken()]).toEqual(['before', 0]);
    desk.drawing.select(['shop']);
    for (const act of [copy, paste, cut]) act();
    expect(taken()).toBe(3);
  });

  it('joins an edge that was copied alone to what it joined, while that is there', () => {
    const bank = { ...shop, id: 'bank', x: 300 };
    const pay = { id: 'pay', shape: 'flow', source: { cell: 'shop' }, target: { cell: 'bank' }, label: '', z: 2 };
    const { desk, said, cells, copy, paste } = hand('', shop, bank, pay as Cell);
    desk.drawing.select(['pay']);
    copy();
    paste();
    const { source, target } = pay;
    expect(cells().filter(({ shape }) => shape === 'flow')).toMatchObject([pay, { source, target }]);
    expect(said).toEqual([]);
  });

  it.each([
    ['more than fits', { cells: [large] }, 0, ['pasteTooMuch']],
    ['what cannot be drawn', { cells: [{ id: 'a' }] }, 0, ['pasteNothing note_not_a_cell1']],
    ['what comes without its boundary', { cells: [{ ...shop, parent: 'away' }] }, 1, ['note_no_parent1']],
    ['no cells', { people: [] }, 0, []],
    ['no diagram', 'Checkout', 0, []],
  ])('of %s adds what it can, and tells the rest', (_, pasted, expected, sentences) => {
    const { said, count, paste } = hand(typeof pasted === 'string' ? pasted : JSON.stringify(pasted));
    paste();
    expect(count()).toBe(expected);
    expect(said).toEqual(sentences);
  });

  it('adds nothing for a reader, and says nothing', () => {
    const { desk, said, count, paste } = hand(JSON.stringify({ cells: [large] }));
    desk.writable.set(false);
    paste();
    expect(count()).toBe(0);
    expect(said).toEqual([]);
  });
});
