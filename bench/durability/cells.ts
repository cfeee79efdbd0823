/** Documents of so many cells. */
import * as Y from 'yjs';
import { replaceCells } from '../../src/documents/diagram.ts';

export const cellsOf = (cells: number, prefix = 'cell') =>
  Array.from({ length: cells }, (_, z) => ({
    id: `${prefix}-${z}`,
    shape: 'process',
    width: 120,
    height: 60,
    x: z % 997,
    y: z % 991,
    label: `Cell ${z}`,
    z,
  }));

export function documentOf(cells: number, prefix?: string): Uint8Array {
  const document = new Y.Doc();
  replaceCells(document, cellsOf(cells, prefix));
  return Y.encodeStateAsUpdate(document);
}
