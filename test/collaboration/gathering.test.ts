/** What waits for the same thing is done together, each for itself. */
import { expect, it } from 'vitest';
import { createGathering } from '../../src/collaboration/gathering.ts';
import { createTurns } from '../../src/waiting/turns.ts';

/** Work that is held until the test lets it go on. */
function held() {
  const begun: { key: string; items: readonly number[]; end(outcomes?: (string | Error)[]): void; fail(): void }[] = [];
  const add = createGathering<number, string>(createTurns(), (key, items) => {
    const { promise, resolve, reject } = Promise.withResolvers<(string | Error)[]>();
    const end = (outcomes = items.map((item) => `${key}${item}`)) => resolve(outcomes);
    begun.push({ key, items, end, fail: () => reject(new Error('away')) });
    return promise;
  });
  return { begun, add };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

it('what comes during the work makes the next, in order; other keys do not wait', async () => {
  const { begun, add } = held();
  const first = add('a', 1);
  await settled();
  const rest = [add('a', 2), add('a', 3), add('b', 4)];
  await settled();
  expect(begun.map(({ key, items }) => [key, items])).toEqual([
    ['a', [1]],
    ['b', [4]],
  ]);
  begun[0]!.end();
  begun[1]!.end();
  expect(await first).toBe('a1');
  await settled();
  expect(begun[2]!.items).toEqual([2, 3]);
  begun[2]!.end();
  expect(await Promise.all(rest)).toEqual(['a2', 'a3', 'b4']);
});

it('one that is refused is refused alone; work that fails fails for all of it, and what comes later goes on', async () => {
  const { begun, add } = held();
  const together = [add('a', 1), add('a', 2)];
  await settled();
  begun[0]!.end(['well', new Error('refused')]);
  expect(await together[0]).toBe('well');
  await expect(together[1]).rejects.toThrow('refused');

  const failing = Promise.allSettled([add('a', 3), add('a', 4)]);
  await settled();
  const later = add('a', 5);
  begun[1]!.fail();
  expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await settled();
  begun[2]!.end();
  expect(await later).toBe('a5');
});
