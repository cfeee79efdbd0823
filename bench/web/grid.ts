/** The canvas that is measured: 1,000 cells, of which 600 are nodes in 20 rows of 30, each joined to the next in two of three columns. */
import type { Cell } from '../../src/client/cells.ts';

export const COLUMNS = 30;
export const ROWS = 20;
const STEP = { x: 180, y: 110 };
const shapes = ['process', 'store', 'actor'];

export const idAt = (column: number, row: number): string => `n${column}-${row}`;
export const placeAt = (column: number, row: number) => ({ x: column * STEP.x, y: row * STEP.y });

export function cellsOfGrid(): Cell[] {
  const cells: Cell[] = [];
  for (let row = 0; row < ROWS; row += 1) {
    for (let column = 0; column < COLUMNS; column += 1) {
      const shape = shapes[column % shapes.length]!;
      const label = `${shape} ${column} ${row}`;
      cells.push({ id: idAt(column, row), shape, ...placeAt(column, row), width: 120, height: 60, label, z: 1 });
    }
  }
  for (let row = 0; row < ROWS; row += 1) {
    for (let column = 0; column < COLUMNS; column += 3) {
      for (const from of [column, column + 1]) {
        const ends = { source: { cell: idAt(from, row) }, target: { cell: idAt(from + 1, row) } };
        cells.push({ id: `e${from}-${row}`, shape: 'flow', ...ends, label: '', z: 2 });
      }
    }
  }
  return cells;
}
