/**
 * Large updates cut into small ones that follow each other, so that they can be applied in turns with everything else
 * that this process has to do. Each part names only what it holds itself or what came before it; deletions come last.
 */
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { advance } from './causality.ts';
import { portionsIn, portionsOf, type Portion } from './deletions.ts';
import { joinUpdates } from './row.ts';
import { endOf, MalformedUpdate, type DecodedUpdate, type Range, type StateOf, type Struct } from './update.ts';

/** How much a part holds: applying so many takes a few milliseconds. */
const STRUCTS = 500;
/** How many bytes of slices make a row: the driver copies each at a stretch. */
const ROW = 1_048_576;

/**
 * @param update what it builds on outside itself is taken to be known
 * @returns updates that say the same, in order; the update itself if it is small
 * @throws MalformedUpdate if its structs wait for each other
 */
export function sliced(update: DecodedUpdate): Uint8Array[] {
  const deletions = portionsOf(update);
  if (update.structs.length <= STRUCTS && deletions.length <= 1) return [update.bytes];
  return [...slicedStructs(update), ...encoded(deletions)];
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
export const slicedDeletions = ({ deletes }: DecodedUpdate, document: Y.Doc): Uint8Array[] =>
  encoded(portionsIn(document, deletes));

/** What stands last goes first. */
const encoded = (portions: readonly Portion[]) => portions.toReversed().map((portion) => encodeUpdate([], portion));

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
