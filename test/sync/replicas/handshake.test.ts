/** The answer to a step 1 about a large document: in turns, as fast as it is read, to its end, and only while it is wanted. */
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { answerInPortions, isHonest } from '../../../src/sync/replicas/handshake.ts';

const NEVER_FULL = { isFull: () => false, drained: async () => {} };

/** Sends portions of so many bytes. @returns what was sent, and the turns that passed before each */
async function answered(
  sizes: readonly number[],
  { wanted = (): boolean => true, pace = NEVER_FULL, making = (): void => {} } = {},
) {
  const sent: { bytes: number; turn: number }[] = [];
  let [turns, over] = [0, false];
  const count = () => void (over || ((turns += 1), setImmediate(count)));
  setImmediate(count);
  const send = ({ byteLength: bytes }: Uint8Array) => void sent.push({ bytes, turn: turns });
  await answerInPortions({
    address: 'a',
    document: new Y.Doc(),
    portions: (function* () {
      for (const size of sizes) {
        making();
        yield new Uint8Array(size);
      }
    })(),
    ask: send,
    socket: { answer: send, ...pace },
    wanted,
  });
  over = true;
  return sent;
}

it('DO3 no more than half a megabyte goes out in one turn', async () => {
  vi.spyOn(performance, 'now').mockReturnValue(0); // however long it takes
  const sent = await answered([300_000, 300_000, 300_000, 300_000]);
  vi.restoreAllMocks();
  expect(sent.map(({ bytes }) => bytes > 300_000)).toEqual([false, true, true, true, true, false]);
  expect(sent[2]!.turn).toBe(0);
  expect(sent[3]!.turn).toBeGreaterThan(0);
  expect(sent[4]!.turn).toBe(sent[3]!.turn);
});

it('DO3 nor more than is made in a few milliseconds', async () => {
  let time = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => time);
  const sent = await answered([10, 10, 10, 10], { making: () => void (time += 3) });
  vi.restoreAllMocks();
  const turns = sent.map((one) => one.turn);
  expect([turns[2], turns[4]]).toEqual([turns[1], turns[3]]);
  expect(turns[3]).toBeGreaterThan(turns[2]!);
});

it('NO3 nothing more is made nor told before what was told has been read, whoever else is told something there', async () => {
  const documents = 5;
  let [waiting, most, done] = [0, 0, 0];
  const woken: (() => void)[] = [];
  const socket = {
    answer: (bytes: Uint8Array) => void (most = Math.max(most, (waiting += bytes.byteLength))),
    isFull: () => waiting > 0,
    drained: () => new Promise<void>((resolve) => void woken.push(resolve)),
  };
  const all = Array.from({ length: documents }, async () => {
    await answerInPortions({
      address: 'a',
      document: new Y.Doc(),
      portions: [100, 100, 100].map((size) => new Uint8Array(size)),
      ask: () => {},
      socket,
      wanted: () => true,
    });
    done += 1;
  });
  for (; done < documents; await turn()) {
    waiting = 0;
    woken.splice(0).forEach((resolve) => resolve());
  }
  await Promise.all(all);
  expect(most).toBeLessThan(200);
});

it('NO1 who is gone is told no more', async () => {
  expect(await answered([600_000, 600_000], { wanted: () => false })).toHaveLength(1);
});

it('NO1 who goes while what they were told is not read is told no more', async () => {
  let gone = false;
  const pace = { isFull: () => true, drained: async () => void (gone = true) };
  expect(await answered([600_000], { wanted: () => !gone, pace })).toHaveLength(1);
});

it('NO3 a state vector has no more entries than the document has client ids, and than one client may bring new ones', () => {
  const vectorOf = (length: number) => Y.encodeStateVector(new Map(Array.from({ length }, (_, client) => [client, 1])));
  const document = new Y.Doc();
  document.getMap('cells').set('a', 1);
  expect([10_000, 10_001, 10_002].map((length) => isHonest(vectorOf(length), document))).toEqual([true, true, false]);
});

it('CS13 a state vector that cannot be read to its end is none', () => {
  const document = new Y.Doc();
  document.getMap('cells').set('a', 1);
  const vector = Y.encodeStateVector(document);
  expect(isHonest(vector, document)).toBe(true);
  for (const bytes of [Uint8Array.of(), vector.subarray(0, -1), new Uint8Array(12).fill(255)])
    expect(isHonest(bytes, document)).toBe(false);
});
