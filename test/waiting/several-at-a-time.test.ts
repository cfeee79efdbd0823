/** Many things, several at a time. */
import { expect, it } from 'vitest';
import { severalAtATime } from '../../src/waiting/several-at-a-time.ts';

/** Work on things that ends when a test says so. */
function workshop() {
  const begun: number[] = [];
  const works = [0, 1, 2, 3].map(() => Promise.withResolvers<string>());
  const work = async (thing: number) => {
    begun.push(thing);
    return works[thing]!.promise;
  };
  const settled = () => new Promise((turn) => setImmediate(turn));
  return { begun, works, work, settled };
}

it('CS13 no more are under way than may be, in order, and what became of each is told in order', async () => {
  const { begun, works, work, settled } = workshop();
  const all = severalAtATime(2, [0, 1, 2, 3], work);
  expect(begun).toEqual([0, 1]);
  works[1]!.resolve('b');
  await settled();
  expect(begun).toEqual([0, 1, 2]);
  for (const [index, { resolve }] of works.entries()) resolve('abcd'[index]!);
  expect(await all).toEqual(['a', 'b', 'c', 'd']);
  expect(begun).toEqual([0, 1, 2, 3]);
  expect(await severalAtATime(2, [], work)).toEqual([]);
});

it('NO5 one that fails does not keep others waiting, and it is told when all has ended', async () => {
  const { begun, works, work, settled } = workshop();
  let told: unknown = null;
  const all = severalAtATime(2, [0, 1, 2, 3], work).catch((error: unknown) => (told = error));
  works[0]!.reject(new Error('it fails'));
  await settled();
  expect(begun).toEqual([0, 1]);
  for (const more of [1, 2, 3]) {
    expect(told).toBeNull();
    works[more]!.resolve('done');
    await settled();
  }
  await all;
  expect([begun, told]).toEqual([[0, 1, 2, 3], new Error('it fails')]);
});

it('NO5 where all fail no more is begun than may be under way', async () => {
  const { begun, works, work } = workshop();
  const all = severalAtATime(2, [0, 1, 2, 3], work);
  for (const { reject, promise } of works) {
    promise.catch(() => {});
    reject(new Error('it fails'));
  }
  await expect(all).rejects.toThrow('it fails');
  expect(begun).toEqual([0, 1]);
});
