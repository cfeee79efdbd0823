/** A snapshot that does not say what it was made of is not written: here the slices lack something. */
import { expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { Unreadable } from '../../src/documents/log-part.ts';
import { joinUpdates } from '../../src/documents/row.ts';
import { work } from '../../src/documents/work.ts';

vi.mock(import('../../src/documents/slicing.ts'), async (original) => {
  const { slicedState } = await original();
  return { slicedState: (document) => (document.getMap('cells').size > 5 ? [] : slicedState(document)) };
});

function partOf(cells: number) {
  const document = new Y.Doc();
  const map = document.getMap('cells');
  for (let index = 0; index < cells; index += 1) map.set(`${index}`, index);
  return { head: 1, snapshot: null, rows: [{ seq: 1, bytes: joinUpdates([Y.encodeStateAsUpdate(document)]) }] };
}

it('DO5 a snapshot is read back before it is trusted', () => {
  expect(work.compaction(partOf(5)).snapshots).toHaveLength(1);
  expect(() => work.compaction(partOf(6))).toThrow(Unreadable);
});
