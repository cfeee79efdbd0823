/** The count of changes that the server does not have yet, with a provider whose counter the test sets. */
import type { HocuspocusProvider } from '@hocuspocus/provider';
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { cellsOf, putCells, relabel, removeCell } from '../../src/web/room/cells.ts';
import { trackUnsaved } from '../../src/web/room/unsaved.ts';

function tracked() {
  const document = new Y.Doc();
  let counted: (event: { number: number }) => void = () => {};
  const provider = { on: (_event: string, listener: typeof counted) => (counted = listener) };
  const unsaved = trackUnsaved(document, provider as unknown as HocuspocusProvider, () => {});
  return { document, unsaved, counter: (number: number) => counted({ number }) };
}

it('counts edits made here, and not what comes from others', () => {
  const { document, unsaved } = tracked();
  putCells(document, [{ id: 'a', shape: 'text', label: 'a' }]);
  relabel(document, 'a', 'b');
  document.transact(() => cellsOf(document).set('theirs', new Y.Map()), 'the provider');
  expect(unsaved.count()).toBe(2);
  expect(unsaved.cells()).toEqual([{ id: 'a', shape: 'text', label: 'b' }]);
});

it('DO1 forgets them only when the counter of the provider is at zero', () => {
  const { document, unsaved, counter } = tracked();
  putCells(document, [{ id: 'a', shape: 'text' }]);
  counter(1);
  expect(unsaved.count()).toBe(1);
  counter(0);
  expect(unsaved.count()).toBe(0);
  expect(unsaved.cells()).toEqual([]);
});

it('names what was deleted by its id', () => {
  const { document, unsaved, counter } = tracked();
  putCells(document, [{ id: 'a', shape: 'text' }]);
  counter(0);
  removeCell(document, 'a');
  expect(unsaved.cells()).toEqual([{ id: 'a', deleted: true }]);
});
