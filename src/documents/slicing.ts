/**
 * Large updates cut into small ones that follow each other, so that they can be applied in turns with everything else
 * that this process has to do. Each part names only what it holds itself or what came before it; deletions come last.
 *
 * A few bytes can delete much. For each cell that goes Yjs moves all that stands behind it in a large document, so what a
 * part deletes is bounded too, except for what the update itself brings as deleted; and what stands last goes first, so
 * that less is left to be moved.
 */
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { advance } from './causality.ts';
import { joinUpdates } from './row.ts';
import type { DecodedUpdate, Range, StateOf, Struct } from './update.ts';

/** How much a part holds, and how many clocks it deletes: applying so many takes a few milliseconds. */
const STRUCTS = 500;
const RANGES = 5000;
const DELETED = 500;
/** How many bytes of slices make a row: the driver copies each at a stretch. */
const ROW = 1_048_576;

/**
 * @param update one without holes; what it builds on outside itself is taken to be known
 * @returns updates that say the same, in order; the update itself if it is small or cannot be cut
 */
export function sliced(update: DecodedUpdate): Uint8Array[] {
  const deletions = portionsOf(update);
  if (update.structs.length <= STRUCTS && deletions.length <= 1) return [update.bytes];
  const order = advance({ ...update, deletes: new Map() }, before(update))?.order;
  if (!order) return [update.bytes];
  const parts: Uint8Array[] = [];
  for (let first = 0; first < order.length; first += STRUCTS) {
    parts.push(encodeUpdate(order.slice(first, first + STRUCTS), new Map()));
  }
  for (const deletes of deletions.toReversed()) parts.push(encodeUpdate([], deletes));
  return parts;
}

/** The state of a document in slices: made of the structs that are there, it need not be encoded and read as a whole. */
export function slicedState(document: Y.Doc): Uint8Array[] {
  const { store } = document;
  return sliced({
    structs: sorted(store.clients).flatMap(([, structs]) => structs),
    deletes: new Map(sorted(Y.createDeleteSetFromStructStore(store).clients)),
    get bytes() {
      return Y.encodeStateAsUpdate(document);
    },
  });
}

/** In the order in which Yjs writes clients. */
const sorted = <Of>(byClient: ReadonlyMap<number, Of>) => [...byClient].sort(([a], [b]) => b - a);

/** Slices as rows of the log, in order. */
export function inRows(slices: readonly Uint8Array[]): Uint8Array[] {
  const rows: Uint8Array[][] = [];
  let room = 0;
  for (const slice of slices) {
    if (slice.byteLength > room) {
      rows.push([]);
      room = ROW;
    }
    rows.at(-1)!.push(slice);
    room -= slice.byteLength;
  }
  return rows.map(joinUpdates);
}

/** How much an update changes: how many structs it brings, and how many clocks it deletes. */
export function weightOf({ structs, deletes }: DecodedUpdate): number {
  let weight = structs.length;
  for (const ranges of deletes.values()) for (const { len } of ranges) weight += len;
  return weight;
}

/** Where the document ends that an update was made for, as far as it matters. */
function before(update: DecodedUpdate): StateOf {
  const starts = new Map<number, number>();
  for (const { id } of update.structs) if (!starts.has(id.client)) starts.set(id.client, id.clock);
  return (client) => starts.get(client) ?? Infinity;
}

/** The deletions in portions. */
function portionsOf({ structs, deletes }: DecodedUpdate): Map<number, Range[]>[] {
  const found: Map<number, Range[]>[] = [];
  const dead = Map.groupBy(structs.filter(isDead), ({ id }) => id.client);
  let [count, weight] = [RANGES, 0];
  for (const [client, ranges] of deletes) {
    for (const { range, deletes: more } of weighed(ranges, dead.get(client) ?? [])) {
      if (count === RANGES || weight + more > DELETED) {
        found.push(new Map());
        [count, weight] = [0, 0];
      }
      const portion = found.at(-1)!;
      const taken = portion.get(client);
      if (taken) taken.push(range);
      else portion.set(client, [range]);
      count += 1;
      weight += more;
    }
  }
  return found;
}

function isDead(struct: Struct): boolean {
  return struct instanceof Y.GC || (struct instanceof Y.Item && struct.content instanceof Y.ContentDeleted);
}

/** Ranges, and how many clocks each deletes beside the dead: none more than a part may. All are in order of clocks. */
function* weighed(ranges: readonly Range[], dead: readonly Struct[]): Iterable<{ range: Range; deletes: number }> {
  let next = 0;
  for (const range of ranges) {
    const end = range.clock + range.len;
    let alive = range.len;
    for (; next < dead.length && dead[next]!.id.clock < end; next += 1) {
      const { id, length } = dead[next]!;
      alive -= Math.max(0, Math.min(end, id.clock + length) - Math.max(range.clock, id.clock));
      if (id.clock + length > end) break;
    }
    const step = alive > 0 ? DELETED : range.len;
    for (let clock = range.clock; clock < end; clock += step) {
      const len = Math.min(step, end - clock);
      yield { range: { clock, len }, deletes: Math.min(len, alive) };
    }
  }
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
  for (const [client, own] of sorted(byClient)) {
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
