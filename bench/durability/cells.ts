/** Documents of so many cells. */
import * as Y from 'yjs';

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
  const map = document.getMap('cells');
  document.transact(() => {
    for (const cell of cellsOf(cells, prefix)) map.set(cell.id, new Y.Map<unknown>(Object.entries(cell)));
  });
  return Y.encodeStateAsUpdate(document);
}
