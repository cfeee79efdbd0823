/**
 * Large updates cut into small ones that follow each other, so that they can be applied in turns with everything else
 * that this process has to do. Each part names only what it holds itself or what came before it; deletions come last.
 */
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { advance } from './causality.ts';
import type { DecodedUpdate, Range, StateOf } from './update.ts';

/** How much a part holds: applying so many takes a few milliseconds. */
const STRUCTS = 1000;
const RANGES = 5000;

/**
 * @param update one without holes; what it builds on outside itself is taken to be known
 * @returns updates that say the same, in order; the update itself if it is small or cannot be cut
 */
export function sliced(update: DecodedUpdate): Uint8Array[] {
  const ranges = [...update.deletes.values()].reduce((sum, { length }) => sum + length, 0);
  if (update.structs.length <= STRUCTS && ranges <= RANGES) return [update.bytes];
  const order = advance({ ...update, deletes: new Map() }, before(update))?.order;
  if (!order) return [update.bytes];
  const parts: Uint8Array[] = [];
  for (let first = 0; first < order.length; first += STRUCTS) {
    parts.push(encodeUpdate(order.slice(first, first + STRUCTS), new Map()));
  }
  for (const deletes of portions(update.deletes)) parts.push(encodeUpdate([], deletes));
  return parts;
}

/** Where the document ends that an update was made for, as far as it matters. */
function before(update: DecodedUpdate): StateOf {
  const starts = new Map<number, number>();
  for (const { id } of update.structs) if (!starts.has(id.client)) starts.set(id.client, id.clock);
  return (client) => starts.get(client) ?? Infinity;
}

/** The deletions in portions, each of no more ranges than fit. */
function portions(deletes: DecodedUpdate['deletes']): Map<number, Range[]>[] {
  const found: Map<number, Range[]>[] = [];
  let count = 0;
  for (const [client, ranges] of deletes) {
    for (const range of ranges) {
      if (count % RANGES === 0) found.push(new Map());
      const portion = found.at(-1)!;
      const taken = portion.get(client);
      if (taken) taken.push(range);
      else portion.set(client, [range]);
      count += 1;
    }
  }
  return found;
}

/**
 * @param structs of each client one stretch, in order of clocks
 * @param from of each client the clock that its stretch begins at, if that is within its first struct
 */
export function encodeUpdate(
  structs: readonly (Y.Item | Y.GC)[],
  deletes: ReadonlyMap<number, readonly Range[]>,
  from: ReadonlyMap<number, number> = new Map(),
): Uint8Array {
  const byClient = new Map<number, (Y.Item | Y.GC)[]>();
  for (const struct of structs) {
    const own = byClient.get(struct.id.client);
    if (own) own.push(struct);
    else byClient.set(struct.id.client, [struct]);
  }
  const encoder = new Y.UpdateEncoderV1();
  encoding.writeVarUint(encoder.restEncoder, byClient.size);
  for (const [client, own] of [...byClient].sort(([a], [b]) => b - a)) {
    encoding.writeVarUint(encoder.restEncoder, own.length);
    encoder.writeClient(client);
    const first = Math.max(own[0]!.id.clock, from.get(client) ?? 0);
    encoding.writeVarUint(encoder.restEncoder, first);
    for (const struct of own) struct.write(encoder, Math.max(0, first - struct.id.clock));
  }
  encoding.writeVarUint(encoder.restEncoder, deletes.size);
  for (const [client, ranges] of deletes) {
    encoding.writeVarUint(encoder.restEncoder, client);
    encoding.writeVarUint(encoder.restEncoder, ranges.length);
    for (const { clock, len } of ranges) {
      encoder.writeDsClock(clock);
      encoder.writeDsLen(len);
    }
  }
  return encoder.toUint8Array();
}
