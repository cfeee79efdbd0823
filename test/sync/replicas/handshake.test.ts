/** The answer to a step 1 about a large document: in turns, to its end, and only while it is wanted. */
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { answerInPortions } from '../../../src/sync/replicas/handshake.ts';

/** Sends portions of so many bytes. @returns what was sent, and the turns that passed before each */
async function answered(sizes: readonly number[], wanted = () => true) {
  const sent: { bytes: number; initialSync: boolean; turn: number }[] = [];
  let [turn, over] = [0, false];
  const count = () => void (over || ((turn += 1), setImmediate(count)));
  setImmediate(count);
  await answerInPortions({
    address: 'a',
    document: new Y.Doc(),
    portions: sizes.map((size) => new Uint8Array(size)),
    send: (bytes, { initialSync }) => sent.push({ bytes: bytes.byteLength, initialSync, turn }),
    wanted,
  });
  over = true;
  return sent;
}

it('DO3 no more than half a megabyte goes out in one turn', async () => {
  const sent = await answered([300_000, 300_000, 300_000]);
  expect(sent.map(({ bytes }) => bytes > 300_000)).toEqual([false, true, true, true, false]);
  expect(sent[2]!.turn).toBe(0);
  expect(sent[3]!.turn).toBeGreaterThan(0);
});

it('NO3 what answers a step 1 does not count against a client that reads slowly, what asks does', async () => {
  expect((await answered([1])).map(({ initialSync }) => initialSync)).toEqual([false, true, true]);
});

it('NO1 who is gone is told no more', async () => {
  expect(await answered([600_000, 600_000], () => false)).toHaveLength(2);
});
