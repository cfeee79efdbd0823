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

it('NO5 where one fails no other is begun, and it is told when those under way have ended', async () => {
  const { begun, works, work, settled } = workshop();
  let told: unknown = null;
  const all = severalAtATime(2, [0, 1, 2, 3], work).catch((error: unknown) => (told = error));
  works[1]!.reject(new Error('the first'));
  await settled();
  expect([begun, told]).toEqual([[0, 1], null]);
  works[0]!.reject(new Error('the second'));
  await all;
  expect([begun, told]).toEqual([[0, 1], new Error('the first')]);
});
