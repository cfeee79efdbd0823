/** Frames as they are read, and those that are written by hand as the Hocuspocus protocol's own libraries write them. */
import * as encoding from 'lib0/encoding';
import { writeUpdate } from 'y-protocols/sync';
import { expect, it } from 'vitest';
import { decodeFrame, stepOneFrame, updateFramesTo } from '../../src/sync/frames.ts';

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
