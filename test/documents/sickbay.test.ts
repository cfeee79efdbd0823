/** Queues that could not be written: when each is tried again, and how many at a time. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { newQueue, type Queue } from '../../src/documents/queue.ts';
import { createSickbay } from '../../src/documents/sickbay.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const troubled = (diagram: string): Queue => ({ ...newQueue(diagram), failures: 1 });

/** A sickbay whose attempts fail, or come to an end when they are told to. */
function open(treat: (queue: Queue) => Promise<void>) {
  const recovered = vi.fn();
  return { recovered, ...createSickbay({ leastPause: 10, mostPause: 50, treat, recovered }) };
}

it('DO1 pauses grow up to the longest, and an attempt that succeeds is the last', async () => {
  const times: number[] = [];
  const begun = Date.now();
  const { admit, recovered } = open(async (queue) => {
    times.push(Date.now() - begun);
    queue.failures = times.length < 6 ? queue.failures + 1 : 0;
  });
  const queue = troubled('a');
  admit(queue);
  admit(queue); // once is enough
  await vi.advanceTimersByTimeAsync(1000);
  expect(times).toEqual([10, 30, 70, 120, 170, 220]);
  expect(recovered).toHaveBeenCalledTimes(1);
});

it('DO1 two are tried at the same time, the next when one of them is done', async () => {
  const under: (() => void)[] = [];
  const tried: string[] = [];
  const { admit } = open(async (queue) => {
    tried.push(queue.diagram);
    await new Promise<void>((resolve) => under.push(resolve));
    queue.failures = 0;
  });
  ['a', 'b', 'c', 'd'].map(troubled).forEach(admit);
  await vi.advanceTimersByTimeAsync(1000);
  expect(tried).toEqual(['a', 'b']);
  under.shift()!();
  await vi.advanceTimersByTimeAsync(0);
  expect(tried).toEqual(['a', 'b', 'c']);
});

it('RU7 when it stops, what is under way is finished, and nothing else is begun', async () => {
  const under: (() => void)[] = [];
  const { admit, stop } = open(() => new Promise<void>((resolve) => under.push(resolve)));
  ['a', 'b', 'c', 'd', 'e'].map(troubled).forEach(admit);
  await vi.advanceTimersByTimeAsync(10);
  admit(troubled('f')); // which is still pausing
  const stopped = stop();
  under.forEach((resolve) => resolve());
  await stopped;
  expect(under).toHaveLength(2);
  expect(vi.getTimerCount()).toBe(0);
});
