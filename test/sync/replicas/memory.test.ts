/** What a replica remembers of the rows it applied. */
import { expect, it } from 'vitest';
import { createMemory } from '../../../src/sync/replicas/memory.ts';

const row = (seq: number, text: string) => ({ diagram: 'd', seq, bytes: Buffer.from(text) });

it('DO3 a row that says something else than the one that was applied is noticed, and no other', () => {
  const memory = createMemory();
  for (const seq of [1, 2, 300]) memory.note(row(seq, `row ${seq}`));
  expect(memory.contradicts(row(2, 'row 2'))).toBe(false);
  expect(memory.contradicts(row(2, 'something else'))).toBe(true);
  expect(memory.contradicts({ ...row(2, ''), bytes: null })).toBe(false); // told of without its bytes
  expect(memory.contradicts(row(44, 'long ago'))).toBe(false); // 300 has taken its place since
  expect(memory.contradicts(row(3, 'never applied'))).toBe(false);
});
