/** Reading what a client sent. */
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { LARGE } from '../../../src/documents/pieces.ts';
import { joinUpdates } from '../../../src/documents/row.ts';
import { arrive, nextRun, readLarge } from '../../../src/sync/intake/arrived.ts';

it('DO3 the slices of a large update are read in turns with everything else', async () => {
  const slices = joinUpdates([1, 2, 3].map(() => Y.encodeStateAsUpdate(new Y.Doc())));
  let [turns, over] = [0, false];
  const count = () => void (over || ((turns += 1), setImmediate(count)));
  setImmediate(count);
  expect(await readLarge(new Uint8Array(1), { run: async () => slices as never })).toHaveLength(3);
  over = true;
  expect(turns).toBeGreaterThanOrEqual(2);
});

it('NO1 no more is read at a stretch than makes an update large, which is read by itself', () => {
  const sizes = [1, LARGE / 2, LARGE / 2, 5, LARGE - 6, 5, LARGE + 1, LARGE, 2];
  const waiting = sizes.map((size, order) =>
    arrive({ kind: 'update', order, bytes: new Uint8Array(size), debt: null, covers: [] }),
  );
  const runs: number[][] = [];
  while (waiting.length > 0) runs.push(nextRun(waiting).map(({ bytes }) => bytes.byteLength));
  expect(runs).toEqual([[1, LARGE / 2], [LARGE / 2, 5], [LARGE - 6, 5], [LARGE + 1], [LARGE], [2]]);
});
