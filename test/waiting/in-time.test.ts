/** Waiting for what may never come, and telling an answer that is late from one that is only read late. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { atMost } from '../../src/waiting/at-most.ts';
import { overdue } from '../../src/waiting/overdue.ts';
import { pause } from '../support/patience.ts';

let time = 0;

beforeEach(() => {
  time = 0;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate'] });
  vi.spyOn(performance, 'now').mockImplementation(() => time);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** So many ms go by, each in its time. */
const pass = (ms: number) => {
  time += ms;
  return vi.advanceTimersByTimeAsync(ms);
};

it('NO1 what never comes is waited for so long, and what comes leaves no timer', async () => {
  const over = vi.fn<() => void>();
  void atMost(1000, new Promise(() => {})).then(over);
  await pass(999);
  expect(over).not.toHaveBeenCalled();
  await pass(1);
  expect(over).toHaveBeenCalledTimes(1);
  await atMost(1000, Promise.resolve());
  await expect(atMost(1000, Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(vi.getTimerCount()).toBe(0);
});

it('NO2 an answer that has not come in time is late, and one that has is not', async () => {
  const late = vi.fn<() => void>();
  const answered = overdue(100, late);
  await pass(99);
  answered();
  expect(vi.getTimerCount()).toBe(0);
  overdue(100, late);
  await pass(99);
  expect(late).not.toHaveBeenCalled();
  await pass(1);
  await pass(2); // in the next turns
  expect(late).toHaveBeenCalledTimes(1);
});

it.each([
  ['as long again as this loop was late', 60, 60],
  ['never longer than the time itself', 5000, 100],
])('NO2 an answer is waited for %s', async (_, behind, more) => {
  const late = vi.fn<() => void>();
  overdue(100, late);
  time += behind;
  await pass(100);
  await pass(more - 1);
  expect(late).not.toHaveBeenCalled();
  await pass(2);
  expect(late).toHaveBeenCalledTimes(1);
});

it('NO2 what has arrived by the end of the time is read before it is called late', async () => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  const standStill = (ms: number) => {
    const until = performance.now() + ms;
    while (performance.now() < until);
  };
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [far] = (await once(server, 'connection')) as [Socket];
  const late = vi.fn<() => void>();
  near.on('data', overdue(20, late));
  const answer = () => {
    far.write('the answer');
    standStill(60); // past the time that was given once more
  };
  setTimeout(() => setImmediate(answer), 21);
  standStill(60);
  await pause(100);
  expect(late).not.toHaveBeenCalled();
  for (const socket of [near, far]) socket.destroy();
  server.close();
});
