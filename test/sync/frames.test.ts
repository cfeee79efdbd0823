/** Frames as they are read, and those that are written by hand as the Hocuspocus protocol's own libraries write them. */
import * as encoding from 'lib0/encoding';
import { writeUpdate } from 'y-protocols/sync';
import { expect, it } from 'vitest';
import {
  closeFrame,
  decodeFrame,
  outgoingKind,
  stepOneFrame,
  stepTwoFrame,
  updateFramesTo,
} from '../../src/sync/frames.ts';

const ADDRESS = 'diagram:é\0session';

it.each([0, 1, 127, 128, 16_383, 16_384, 2_097_152])(
  'an update of %i bytes is framed as y-protocols frames it',
  (size) => {
    const update = new Uint8Array(size).fill(7);
    const expected = encoding.encode((encoder) => {
      encoding.writeVarString(encoder, ADDRESS);
      encoding.writeVarUint(encoder, 0);
      writeUpdate(encoder, update);
    });
    const framed = updateFramesTo(ADDRESS)(update);
    expect(Buffer.compare(framed, expected)).toBe(0);
    expect(decodeFrame(framed)).toMatchObject({ kind: 'update', address: ADDRESS });
  },
);

it('NO3 what a frame carries is not read before it is known whose it is', () => {
  const unreadable = Uint8Array.of(255, 255, 3, 1);
  expect(decodeFrame(stepOneFrame(ADDRESS, unreadable))).toMatchObject({ kind: 'step1', stateVector: unreadable });
});

it('CS13 what is cut short, is said by servers only, or has an address without end is no frame', () => {
  const read = (address: string, ...rest: (number | string)[]) =>
    decodeFrame(
      encoding.encode((encoder) => {
        encoding.writeVarString(encoder, address);
        for (const one of rest)
          if (typeof one === 'number') encoding.writeVarUint(encoder, one);
          else encoding.writeVarString(encoder, one);
      }),
    )?.kind ?? null;
  const [AUTH, QUERY, STATELESS, CLOSE] = [2, 3, 5, 7];
  const [TOKEN, DENIED, MORE] = [0, 1, 9];
  expect([read('a', AUTH, TOKEN, 'token'), read('a', AUTH, TOKEN, 'token', '4.8.0')]).toEqual(['auth', 'auth']);
  expect([read('a', STATELESS, 'text'), read('a'.repeat(512), QUERY)]).toEqual(['other', 'query']);
  expect([read('a', AUTH, TOKEN), read('a', AUTH, TOKEN, 'token', MORE), read('a', STATELESS)]).toEqual([
    null,
    null,
    null,
  ]);
  expect([read('a', AUTH, DENIED, 'reason'), read('a', QUERY + 1, 'text')]).toEqual([null, null]);
  expect([read('a'.repeat(513), QUERY), read('a'.repeat(513), CLOSE)]).toEqual([null, null]);
});

it('what answers a step 1 is told from an edit, which counts against whoever does not read', () => {
  const frames = [stepOneFrame, stepTwoFrame].map((frame) => frame(ADDRESS, Uint8Array.of(0, 0)));
  const [update, close] = [updateFramesTo(ADDRESS)(Uint8Array.of(0, 0)), closeFrame(ADDRESS, '')];
  expect([...frames, update, close].map(outgoingKind)).toEqual(['step1', 'step2', 'other', 'close']);
});
