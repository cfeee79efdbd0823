/** Whether a client reads what it is sent, as far as the network tells. */
import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createPace } from '../../../src/sync/socket/pace.ts';

/** A connection over a network that takes what is written piece by piece, when it is told to. */
function connection() {
  const state = { time: 0, reads: 0, drained: 0 };
  const taking: (() => void)[] = [];
  const stream = new Duplex({ write: (_chunk, _encoding, done) => void taking.push(done) });
  const pace = createPace({ stream, now: () => state.time, read: () => void (state.reads += 1) });
  const take = async (pieces = 1) => {
    for (let piece = 0; piece < pieces; piece += 1) {
      taking.shift()!();
      await turn();
    }
  };
  function write(bytes: number): void {
    stream.write(Buffer.alloc(bytes), pace.taken);
    pace.wrote();
  }
  const wait = () => void pace.drained().then(() => (state.drained += 1));
  return { state, stream, pace, take, write, wait };
}

it('NO3 what answers a step 1 does not count against a client that reads slowly, all else does', async () => {
  const { pace, take, write } = connection();
  pace.writeAnswer(Buffer.alloc(1000));
  write(10);
  pace.writeAnswer(Buffer.alloc(500));
  expect(pace.unsent()).toBe(10);
  await take(2);
  expect(pace.unsent()).toBe(0);
});

it('NO3 who makes an answer is told when it is read, and when nobody is there any more', async () => {
  const { state, pace, take, wait } = connection();
  expect(pace.isFull()).toBe(false);
  pace.writeAnswer(Buffer.alloc(70_000));
  expect(pace.isFull()).toBe(true);
  wait();
  await turn();
  expect(state.drained).toBe(0);
  await take();
  expect([state.drained, pace.isFull()]).toEqual([1, false]);
  wait();
  pace.end();
  wait();
  await turn();
  expect(state.drained).toBe(3);
});

it('NO3 since when nothing of what waits was taken is known; what is taken then was read at the other end', async () => {
  const { state, pace, take, write } = connection();
  expect(pace.stalledSince()).toBeNull();
  state.time = 1;
  write(10);
  state.time = 2;
  write(10);
  expect([pace.stalledSince(), state.reads]).toEqual([1, 0]);
  state.time = 3;
  await take();
  expect([pace.stalledSince(), state.reads]).toEqual([3, 1]);
  await take();
  expect([pace.stalledSince(), state.reads]).toEqual([null, 2]);
});

it('NO3 what was written where nothing waited, and of which nobody tells that it was taken, is no stall', async () => {
  const { state, stream, pace, take } = connection();
  stream.write(Buffer.alloc(10)); // as the outbox does then
  pace.wrote();
  expect(pace.stalledSince()).toBe(0);
  state.time = 20_000;
  await take();
  expect([pace.stalledSince(), state.reads]).toEqual([null, 1]);
});

it('CS5 what the network takes at once says nothing about the other end', async () => {
  const stream = new Duplex({ write: (_chunk, _encoding, done) => done() });
  let reads = 0;
  const pace = createPace({ stream, now: () => 0, read: () => void (reads += 1) });
  pace.writeAnswer(Buffer.alloc(70_000));
  expect([pace.isFull(), pace.stalledSince()]).toEqual([false, null]);
  await turn();
  expect(reads).toBe(0);
});
