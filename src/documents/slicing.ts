/**
 * Large updates cut into small ones that follow each other, so that they can be applied in turns with everything else
 * that this process has to do. Each part names only what it holds itself or what came before it; deletions come last.
 *
 * A few bytes can delete much. For each cell that goes Yjs moves all that stands behind it in a large document, so what a
 * part deletes is bounded too, except for what is deleted already; and what stands last goes first, so that less is left
 * to be moved. How much there is to delete within a range only the document tells: of a client's clocks there may be more
 * than anybody could count, all in one struct. So a range is cut where it is applied, and at no more places than there are
 * structs to delete.
 */
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { advance } from './causality.ts';
import { joinUpdates } from './row.ts';
import { endOf, MalformedUpdate, type DecodedUpdate, type Range, type StateOf, type Struct } from './update.ts';

/** How much a part holds, and how many clocks it deletes: applying so many takes a few milliseconds. */
const STRUCTS = 500;
const RANGES = 4000;
const DELETED = 500;
/** How many bytes of slices make a row: the driver copies each at a stretch. */
const ROW = 1_048_576;

/**
 * @param update what it builds on outside itself is taken to be known
 * @returns updates that say the same, in order; the update itself if it is small
 * @throws MalformedUpdate if its structs wait for each other
 */
export function sliced(update: DecodedUpdate): Uint8Array[] {
  const deletions = portionsOf(update.deletes, weighedIn(update));
  if (update.structs.length <= STRUCTS && deletions.length <= 1) return [update.bytes];
  return [...slicedStructs(update), ...deletions];
}

/** What an update brings, without what it deletes. @throws MalformedUpdate if its structs wait for each other */
export function slicedStructs({ structs }: Pick<DecodedUpdate, 'structs'>): Uint8Array[] {
  const absent = new Set<Struct>();
  const standIn = (client: number, clock: number, length: number) => {
    const made = new Y.GC(Y.createID(client, clock), length);
    absent.add(made);
    return made;
  };
  const whole = structs.flatMap((struct, index) => {
    const { client, clock } = struct.id;
    const known = struct instanceof Y.Skip ? standIn(client, clock, struct.length) : struct;
    return structs[index + 1]?.id.client === client ? known : [known, standIn(client, endOf(struct), Infinity)];
  });
  const order = advance({ structs: whole, deletes: new Map() }, before(structs))?.order;
  if (!order) throw new MalformedUpdate('structs that wait for each other');
  const parts: (Y.Item | Y.GC)[][] = [];
  let room = 0;
  for (const struct of order) {
    if (absent.has(struct)) {
      if (struct.length < Infinity) room = 0; // a client has no hole within a part
      continue;
    }
    if (room === 0) {
      parts.push([]);
      room = STRUCTS;
    }
    parts.at(-1)!.push(struct);
    room -= 1;
  }
  return parts.map((part) => encodeUpdate(part, new Map()));
}

/** What an update deletes of a document that has all of it. */
export const slicedDeletions = ({ deletes }: DecodedUpdate, { store }: Y.Doc): Uint8Array[] =>
  portionsOf(deletes, (client, ranges) => cutUp(ranges, store.clients.get(client) ?? []));

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
function before(structs: readonly Struct[]): StateOf {
  const starts = new Map<number, number>();
  for (const { id } of structs) if (!starts.has(id.client)) starts.set(id.client, id.clock);
  return (client) => starts.get(client) ?? Infinity;
}

/** Some of what is deleted of a client, and how many clocks are not deleted yet. */
interface Weighed {
  range: Range;
  deletes: number;
}

/** The deletions in portions, what stands last first. */
function portionsOf(
  deletes: DecodedUpdate['deletes'],
  weigh: (client: number, ranges: readonly Range[]) => Iterable<Weighed>,
): Uint8Array[] {
  const found: Map<number, Range[]>[] = [];
  let [count, weight] = [RANGES, 0];
  for (const [client, ranges] of deletes) {
    for (const { range, deletes: more } of weigh(client, ranges)) {
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
  return found.toReversed().map((portion) => encodeUpdate([], portion));
}

/** Weighs the ranges of an update, of which nothing is known but what it brings as deleted. */
function weighedIn({ structs }: DecodedUpdate): (client: number, ranges: readonly Range[]) => Iterable<Weighed> {
  const dead = Map.groupBy(structs.filter(isDead), ({ id }) => id.client);
  return (client, ranges) => weighed(ranges, dead.get(client) ?? []);
}

function isDead(struct: Struct): boolean {
  return struct instanceof Y.GC || (struct instanceof Y.Item && struct.content instanceof Y.ContentDeleted);
}

/** Ranges, and how many clocks each deletes beside the dead. All are in order of clocks. */
function* weighed(ranges: readonly Range[], dead: readonly Struct[]): Iterable<Weighed> {
  let next = 0;
  for (const range of ranges) {
    const end = range.clock + range.len;
    let alive = range.len;
    for (; next < dead.length && dead[next]!.id.clock < end; next += 1) {
      const { id, length } = dead[next]!;
      alive -= Math.max(0, Math.min(end, id.clock + length) - Math.max(range.clock, id.clock));
      if (id.clock + length > end) break;
    }
    yield { range, deletes: alive };
  }
}

/**
 * Ranges cut between structs, so that each deletes no more than a part may, or one struct.
 * @param structs all of the client, in order of clocks
 */
function* cutUp(ranges: readonly Range[], structs: readonly Struct[]): Iterable<Weighed> {
  const behind = structs.length > 0 ? endOf(structs.at(-1)!) : 0;
  for (const { clock, len } of ranges) {
    const end = clock + len;
    let [start, deletes] = [clock, 0];
    for (let index = clock < behind ? indexAt(structs, clock) : Infinity; index < structs.length; index += 1) {
      const struct = structs[index]!;
      if (struct.id.clock >= end) break;
      if (struct.deleted) continue;
      const more = Math.min(end, endOf(struct)) - Math.max(start, struct.id.clock);
      if (deletes > 0 && deletes + more > DELETED) {
        yield { range: { clock: start, len: struct.id.clock - start }, deletes };
        [start, deletes] = [struct.id.clock, 0];
      }
      deletes += more;
    }
    yield { range: { clock: start, len: end - start }, deletes };
  }
}

const indexAt = (structs: readonly Struct[], clock: number) => Y.findIndexSS(structs as (Y.Item | Y.GC)[], clock);

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
