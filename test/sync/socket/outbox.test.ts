/** What is sent in one turn goes out together. */
import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createOutbox, createTurnEnd } from '../../../src/sync/socket/outbox.ts';

/** A connection over a network that takes what is written at once, or, where it is slow, when it is told to. */
function connection() {
  const calls: string[][] = [];
  const taking: (() => void)[] = [];
  const took = (done: () => void) => (state.slow ? void taking.push(done) : done());
  const stream = new Duplex({
    write(chunk, _, done) {
      calls.push([String(chunk)]);
      took(done);
    },
    writev(chunks, done) {
      calls.push(chunks.map(({ chunk }) => String(chunk)));
      took(done);
    },
  });
  const unsent: number[] = [];
  const state = { open: true, slow: false, taken: 0 };
  const outbox = createOutbox({
    stream,
    atTurnEnd: createTurnEnd(),
    open: () => state.open,
    sent: () => unsent.push(stream.writableLength),
    taken: () => void (state.taken += 1),
  });
  const take = async () => {
    taking.shift()!();
    await turn();
  };
  return { calls, unsent, state, outbox, take, put: (text: string) => outbox.put(Buffer.from(text)) };
}

it('NO3 what a connection is sent in one turn goes out at its end, in one piece, and only then is looked at what waits', async () => {
  const { calls, unsent, state, put } = connection();
  put('a');
  put('b');
  await Promise.resolve();
  put('c');
  expect(calls).toEqual([]);
  await turn();
  expect(calls).toEqual([['abc']]);
  put('d');
  await turn();
  expect(calls).toEqual([['abc'], ['d']]);
  expect(unsent).toEqual([0, 0]);
  await turn();
  expect(state.taken).toBe(0);
});

it('NO3 where something waits already it is told when the network has taken more', async () => {
  const { unsent, state, take, put } = connection();
  state.slow = true;
  put('ab');
  await turn();
  put('c');
  await turn();
  expect([unsent, state.taken]).toEqual([[2, 3], 0]);
  await take();
  expect(state.taken).toBe(0);
  await take();
  expect(state.taken).toBe(1);
});

it('what is large is sent with the rest, but not copied for it', async () => {
  const { calls, put } = connection();
  const large = 'x'.repeat(20_000);
  put('a');
  put(large);
  await turn();
  expect(calls).toEqual([['a', large]]);
});

it('flushing sends what waits before what comes next, once', async () => {
  const { calls, put, outbox } = connection();
  put('a');
  outbox.flush();
  expect(calls).toEqual([['a']]);
  put('b');
  await turn();
  expect(calls).toEqual([['a'], ['b']]);
});

it('nothing is written behind a close', async () => {
  const { calls, put, state } = connection();
  put('a');
  state.open = false;
  await turn();
  expect(calls).toEqual([]);
});
