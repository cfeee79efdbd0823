/** Cells as they are stored, which may be anything, told apart. */
import { expect, it } from 'vitest';
import { isEdge, isNode } from '../../src/client/index.ts';

const box = { id: 'shop', x: 0, y: -1.5, width: 10, height: 10 };
const line = { id: 'order', source: { cell: 'shop', port: 'left' }, target: { cell: 'bank' } };

it('SD1 a node has a place and a size', () => {
  expect(isNode(box)).toBe(true);
  for (const wrong of [
    { ...box, x: '0' },
    { ...box, y: null },
    { ...box, width: NaN },
    { id: 'shop', x: 0, y: 0 },
    line,
  ])
    expect(isNode(wrong)).toBe(false);
});

it('SD1 an edge has two ends', () => {
  expect(isEdge(line)).toBe(true);
  for (const wrong of [
    { ...line, source: null },
    { ...line, target: { x: 1, y: 1 } },
    { ...line, source: 'shop' },
    box,
  ])
    expect(isEdge(wrong)).toBe(false);
});
