/** What a replica remembers of the rows it applied. */
import { expect, it } from 'vitest';
import { baseAt, NO_ROWS } from '../../../src/documents/base.ts';
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

it('DO3 what edits are judged on is known by its bytes, unless they are many or another row was noted since', () => {
  const memory = createMemory();
  expect(memory.baseAt(0)).toEqual(NO_ROWS);
  const whole = Buffer.from('row 1 and more');
  memory.note({ seq: 1, bytes: whole.subarray(0, 5) });
  whole.fill(0); // it was a part of what is used again
  expect(memory.baseAt(1)).toEqual(baseAt(row(1, 'row 1')));
  expect(memory.baseAt(2)).toEqual({ seq: 2, sum: null }); // a snapshot took the document there
  memory.note(row(3, 'x'.repeat(65_537)));
  expect(memory.baseAt(3)).toEqual({ seq: 3, sum: null });
});
