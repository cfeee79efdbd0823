/** How large an open document is: a sum that is measured only when it is too much, and never at the cost of somebody honest. */
import { expect, it } from 'vitest';
import { createSize, type Measured } from '../../../src/sync/replicas/size.ts';

/** Measurements that are answered by hand, in the order in which they began. */
function byHand() {
  const begun: ((measured: Measured | null) => void)[] = [];
  const size = createSize(() => new Promise((resolve) => begun.push(resolve)));
  return { size, begun, turn: () => new Promise((resolve) => setImmediate(resolve)) };
}

it('below the limit it is known at once, without a measurement', () => {
  const { size, begun } = byHand();
  size.add(1, 60);
  expect([size.exceeds(100, 40), begun.length]).toEqual([false, 0]);
});

it('DO4 above it the document is measured, and what came during that counts too', async () => {
  const { size, begun, turn } = byHand();
  size.add(1, 90);
  const asked = size.exceeds(100, 20);
  await turn();
  size.add(2, 5); // in what is measured
  size.add(3, 7); // not in it
  begun[0]!({ head: 2, bytes: 30 });
  expect(await asked).toBe(false);
  expect(size.exceeds(100, 63)).toBe(false);
  const over = size.exceeds(100, 64);
  await turn();
  begun[1]!({ head: 3, bytes: 37 });
  expect(await over).toBe(true);
  expect(size.exceeds(100, 63)).toBe(false);
});

it('DO4 who asks during a measurement is judged by the next one, and all who ask meanwhile by the same', async () => {
  const { size, begun, turn } = byHand();
  size.add(1, 100);
  const first = size.exceeds(100, 10);
  await turn();
  const later = [size.exceeds(100, 10), size.exceeds(100, 20)];
  begun[0]!({ head: 1, bytes: 100 });
  expect(await first).toBe(true);
  await turn();
  begun[1]!({ head: 2, bytes: 85 }); // much was deleted
  await turn();
  expect(begun.length).toBe(2);
  expect(await Promise.all(later)).toEqual([false, true]);
});

it('a measurement that fails refuses nobody for ever', async () => {
  let away = true;
  const size = createSize(async () => {
    if (away) throw new Error('away');
    return { head: 1, bytes: 10 };
  });
  size.add(1, 100);
  await expect(size.exceeds(100, 10)).rejects.toThrow('away');
  away = false;
  expect(await size.exceeds(100, 10)).toBe(false);
});
