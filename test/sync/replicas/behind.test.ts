/** Edits of other nodes on their way into a document. */
import { beforeEach, expect, it, vi } from 'vitest';
import { createBehind } from '../../../src/sync/replicas/behind.ts';

beforeEach(() => void vi.useFakeTimers());

const update = (byte: number, length = 1) => new Uint8Array(length).fill(byte);

function play() {
  const taken: number[][] = [];
  return { taken, behind: createBehind((updates) => void taken.push(updates.map(([byte]) => byte!))) };
}

it('DO3 are taken in together after a second, in order', () => {
  const { taken, behind } = play();
  behind.add([update(1), update(2)]);
  vi.advanceTimersByTime(900);
  behind.add([update(3)]);
  expect(taken).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(taken).toEqual([[1, 2, 3]]);
  behind.add([update(4)]);
  vi.advanceTimersByTime(999);
  expect(taken).toHaveLength(1);
});

it('DO3 are taken in at once for whoever looks, and not again', () => {
  const { taken, behind } = play();
  behind.settle();
  behind.add([update(1)]);
  behind.settle();
  behind.settle();
  vi.advanceTimersByTime(5000);
  expect(taken).toEqual([[1]]);
});

it('DO3 are taken in a second after they came, also where somebody has just looked', () => {
  const { taken, behind } = play();
  behind.add([update(1)]);
  vi.advanceTimersByTime(500);
  behind.settle();
  behind.add([update(2)]);
  vi.advanceTimersByTime(999);
  expect(taken).toEqual([[1]]);
  vi.advanceTimersByTime(1);
  expect(taken).toEqual([[1], [2]]);
});

it('NO1 are no more than are taken in within a few milliseconds', () => {
  const { taken, behind } = play();
  behind.add([update(1, 16_384)]);
  expect(taken).toEqual([]);
  behind.add([update(2)]);
  expect(taken).toEqual([[1, 2]]);
});
