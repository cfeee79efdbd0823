/** A few at a time. */
import { expect, it } from 'vitest';
import { createGate } from '../../src/waiting/gate.ts';

it('CS13 no more are inside than may be, in order, and one that fails lets the next in', async () => {
  const gate = createGate(2);
  const begun: number[] = [];
  const works = [0, 1, 2, 3].map(() => Promise.withResolvers<number>());
  const answers = works.map(({ promise }, index) =>
    gate(async () => {
      begun.push(index);
      return promise;
    }),
  );
  expect(begun).toEqual([0, 1]);
  works[1]!.reject(new Error('failed'));
  await expect(answers[1]).rejects.toThrow('failed');
  expect(begun).toEqual([0, 1, 2]);
  for (const { resolve } of works) resolve(7);
  expect(await Promise.all([answers[0], answers[2], answers[3]])).toEqual([7, 7, 7]);
  expect(begun).toEqual([0, 1, 2, 3]);
  expect(await gate(async () => 8)).toBe(8);
});

it('DO4 what is urgent goes before what has waited longer, in order', async () => {
  const gate = createGate(1);
  const begun: string[] = [];
  const work = (name: string, urgency?: 'urgent') => gate(async () => void begun.push(name), urgency);
  await Promise.all([work('a'), work('b'), work('c'), work('d', 'urgent'), work('e', 'urgent')]);
  expect(begun).toEqual(['a', 'd', 'e', 'b', 'c']);
});
