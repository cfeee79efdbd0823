/**
 * What somebody lacks of a large document who has most of it: the structs after their state vector, and all that is
 * deleted, since a state vector does not tell what they know of that. Yjs would look for the latter at a stretch, in
 * every struct that there is; here it is a portion at a time. What changes between two portions is broadcast to them.
 */
import * as Y from 'yjs';
import { encodeUpdate } from '../../documents/slicing.ts';
import type { Range } from '../../documents/update.ts';

/** How many structs are looked at for one portion. */
const AT_A_TIME = 10_000;

/** How many clocks of a document a state vector does not cover. */
export function lackedBy(stateVector: Uint8Array, { store }: Y.Doc): number {
  const known = Y.decodeStateVector(stateVector);
  let lacking = 0;
  for (const client of store.clients.keys())
    lacking += Math.max(0, Y.getState(store, client) - (known.get(client) ?? 0));
  return lacking;
}

/** @returns updates; null: nothing was found in this turn */
export function* lackingOf(document: Y.Doc, stateVector: Uint8Array): Iterable<Uint8Array | null> {
  yield structsAfter(stateVector, document);
  for (const deletes of deletionsOf(document)) yield deletes.size > 0 ? encodeUpdate([], deletes) : null;
}

function structsAfter(stateVector: Uint8Array, { store }: Y.Doc): Uint8Array | null {
  const known = Y.decodeStateVector(stateVector);
  const lacking: (Y.Item | Y.GC)[] = [];
  for (const [client, structs] of store.clients) {
    const from = known.get(client) ?? 0;
    if (from < Y.getState(store, client)) lacking.push(...structs.slice(Y.findIndexSS(structs, from)));
  }
  return lacking.length > 0 ? encodeUpdate(lacking, new Map(), known) : null;
}

/** Client to the clocks that are deleted, of so many structs at a time. Between two of them structs may split and join. */
function* deletionsOf({ store }: Y.Doc): Iterable<Map<number, Range[]>> {
  let found = new Map<number, Range[]>();
  let looked = 0;
  for (const [client, end] of [...store.clients.keys()].map((key) => [key, Y.getState(store, key)] as const)) {
    for (let clock = 0; clock < end;) {
      const structs = store.clients.get(client)!;
      const ranges: Range[] = [];
      for (let index = Y.findIndexSS(structs, clock); index < structs.length && looked < AT_A_TIME; index += 1) {
        const { id, length, deleted } = structs[index]!;
        const last = ranges.at(-1);
        if (deleted && last && last.clock + last.len === clock) last.len += id.clock + length - clock;
        else if (deleted) ranges.push({ clock, len: id.clock + length - clock });
        clock = id.clock + length;
        looked += 1;
      }
      if (ranges.length > 0) found.set(client, ranges);
      if (looked < AT_A_TIME) continue;
      yield found;
      found = new Map();
      looked = 0;
    }
  }
  if (found.size > 0) yield found;
}
