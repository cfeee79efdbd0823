/** Frames that wait for what they depend on. */
import { expect, it } from 'vitest';
import { createAside } from '../../../src/sync/intake/aside.ts';
import type { Arrived } from '../../../src/sync/intake/arrived.ts';

const frame = (order: number): Arrived => ({
  kind: 'update',
  order,
  bytes: new Uint8Array(1),
  debt: null,
  covers: [],
  asideSince: 0,
  answered: false,
  counted: false,
});

it('DO4 those that came before an answer have had it; the others wait on', () => {
  const aside = createAside();
  for (const order of [1, 2, 4]) aside.put(frame(order), 0);
  expect(aside.dueBefore(3).map(({ order, answered }) => [order, answered])).toEqual([
    [1, true],
    [2, true],
  ]);
  expect(aside.dueBefore(4)).toEqual([]);
  expect(aside.empty().map(({ order, answered }) => [order, answered])).toEqual([[4, false]]);
});

it('DO4 one that waits for longer than it may is told of', () => {
  const aside = createAside();
  aside.put(frame(1), 100);
  aside.put(frame(2), 200);
  expect([aside.overdue(150, 50), aside.overdue(151, 50)]).toEqual([false, true]);
  aside.dueBefore(2);
  expect(aside.overdue(250, 50)).toBe(false);
});

it('DO4 no more than a thousand wait', () => {
  const aside = createAside();
  const taken = Array.from({ length: 1001 }, (_, order) => aside.put(frame(order), 0));
  expect(taken.filter(Boolean)).toHaveLength(1000);
  expect(taken.at(-1)).toBe(false);
});
