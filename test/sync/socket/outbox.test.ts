/** What is sent in one turn goes out together. */
import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createOutbox, createTurnEnd } from '../../../src/sync/socket/outbox.ts';

function connection() {
  const calls: string[][] = [];
  const stream = new Duplex({
    write(chunk, _, done) {
      calls.push([String(chunk)]);
      done();
    },
    writev(chunks, done) {
      calls.push(chunks.map(({ chunk }) => String(chunk)));
      done();
    },
  });
  const unsent: number[] = [];
  const state = { open: true };
  const outbox = createOutbox({
    stream,
    atTurnEnd: createTurnEnd(),
    open: () => state.open,
    sent: () => unsent.push(stream.writableLength),
  });
  return { calls, unsent, state, outbox, put: (text: string) => outbox.put(Buffer.from(text)) };
}

it('NO3 what a connection is sent in one turn goes out at its end, in one piece, and only then is looked at what waits', async () => {
  const { calls, unsent, put } = connection();
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
