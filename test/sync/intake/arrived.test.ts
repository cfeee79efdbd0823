/** Reading what a client sent. */
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { joinUpdates } from '../../../src/documents/row.ts';
import { readLarge } from '../../../src/sync/intake/arrived.ts';

it('DO3 the slices of a large update are read in turns with everything else', async () => {
  const slices = joinUpdates([1, 2, 3].map(() => Y.encodeStateAsUpdate(new Y.Doc())));
  let [turns, over] = [0, false];
  const count = () => void (over || ((turns += 1), setImmediate(count)));
  setImmediate(count);
  expect(await readLarge(new Uint8Array(1), { run: async () => slices as never })).toHaveLength(3);
  over = true;
  expect(turns).toBeGreaterThanOrEqual(2);
});
