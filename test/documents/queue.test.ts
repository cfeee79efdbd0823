/** How much of what waits for the log goes into a flush and into a row: as much as fits, and always something. */
import { expect, it } from 'vitest';
import { NO_ROWS } from '../../src/documents/base.ts';
import { newQueue, portionOf, take, type Queue } from '../../src/documents/queue.ts';

/** A diagram with entries of so many bytes. */
function queueOf(diagram: string, ...sizes: number[]): Queue {
  const queue = newQueue(diagram);
  for (const bytes of sizes) {
    const updates = [new Uint8Array(bytes)];
    const entry = { diagram, person: 'ann', epoch: 0, base: NO_ROWS, updates, settle: () => {} };
    queue.waiting.push({ entry, epoch: 0, bytes });
  }
  return queue;
}

const portion = (bytes: number, ...queues: Queue[]) => portionOf(queues, bytes).map(({ diagram }) => diagram);

it('DO1 a flush takes the diagrams that fit together, to the byte', () => {
  const queues = [queueOf('a', 3, 2), queueOf('empty'), queueOf('b', 5), queueOf('c', 1)];
  expect(portion(11, ...queues)).toEqual(['a', 'b', 'c']);
  expect(portion(10, ...queues)).toEqual(['a', 'b']);
  expect(portion(9, ...queues)).toEqual(['a']);
});

it('DO1 a diagram that has more than fits into any flush is written all the same, by itself', () => {
  expect(portion(10, queueOf('a', 11), queueOf('b', 1))).toEqual(['a']);
});

it('DO1 an entry that is larger than a row may be is written all the same, by itself', () => {
  const queue = queueOf('a', 11, 4, 6, 1);
  const sizes = () => take(queue, 'id', 10).taken.map(({ bytes }) => bytes);
  expect([sizes(), sizes(), sizes()]).toEqual([[11], [4, 6], [1]]);
});
