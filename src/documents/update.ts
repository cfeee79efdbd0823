/**
 * What is inside a Yjs update, read before anybody trusts it (DO4). `decodeUpdate` reads an update with bounds on how
 * many structs, types, values and deletions it may hold and how deep the values may nest: a few bytes must not become gigabytes, and
 * what this process can read must not overflow the stack of a browser. What no Yjs client writes, and what Yjs would
 * not apply or write again as it was read here, or only in quadratic time, is refused too: a client twice, deletions that
 * overlap or are empty, a value with a prototype, anything behind the update. The rest asks simple questions of the
 * result, given where a document ends for each client (its state vector).
 */
import * as decoding from 'lib0/decoding';
import * as Y from 'yjs';
import { nestsDeeperThan } from '../json.ts';
import { lastBegun } from './begun.ts';
import { readCounted, valuesInJson } from './values.ts';

/** Where a document ends for a client: the clock that its next struct would have. */
export type StateOf = (client: number) => number;

export type Struct = Y.Item | Y.GC | Y.Skip;

/** Clocks of a client. */
export interface Range {
  clock: number;
  len: number;
}

export interface DecodedUpdate {
  bytes: Uint8Array;
  /** Those of one client are together, in order. */
  structs: readonly Struct[];
  /** Client id to the ranges of clocks that are deleted, in order; none touches another's clocks. */
  deletes: ReadonlyMap<number, readonly Range[]>;
}

/** The bytes are not an update, or one out of all proportion. */
export class MalformedUpdate extends Error {
  override readonly name = 'MalformedUpdate';
}

const MAX_STRUCTS = 1_000_000;
const MAX_DELETES = 1_000_000;
const MAX_TYPES = 200_000;
const MAX_VALUES = 2_000_000;
const MAX_DEPTH = 100;

/** The bits that tell what a struct holds, and JSON among it. */
const [CONTENT, CONTENT_JSON] = [31, 2];

class BoundedDecoder extends Y.UpdateDecoderV1 {
  /** The one that Yjs made last: it makes its decoder itself, and does not say how far it came. */
  static last: BoundedDecoder | null = null;
  private structs = 0;
  private deletes = 0;
  private types = 0;
  private values = 0;
  /** Whether the struct that is read holds JSON, which is read as strings. */
  private json = false;
  private first: number | null = null;
  private others: Set<number> | null = null;

  constructor(decoder: decoding.Decoder) {
    super(decoder);
    BoundedDecoder.last = this;
  }

  /** Each client's structs are together. */
  override readClient(): number {
    const client = super.readClient();
    if (this.first === null) this.first = client;
    else if (client === this.first || this.others?.has(client)) throw new MalformedUpdate('a client twice');
    else (this.others ??= new Set()).add(client);
    return client;
  }

  override readInfo(): number {
    if (++this.structs > MAX_STRUCTS) throw new MalformedUpdate('too many structs');
    const info = super.readInfo();
    this.json = (info & CONTENT) === CONTENT_JSON;
    return info;
  }

  override readTypeRef(): number {
    if (++this.types > MAX_TYPES) throw new MalformedUpdate('too many types');
    return super.readTypeRef();
  }

  override readAny(): unknown {
    return readCounted(this.restDecoder, () => this.countValues(1));
  }

  override readString(): string {
    const text = super.readString();
    if (this.json) this.countValues(valuesInJson(Buffer.from(text)));
    return text;
  }

  override readJSON(): unknown {
    const text = super.readString();
    this.countValues(valuesInJson(Buffer.from(text)));
    return JSON.parse(text);
  }

  private countValues(more: number): void {
    this.values += more;
    if (this.values > MAX_VALUES) throw new MalformedUpdate('too many values');
  }

  override readDsClock(): number {
    if (++this.deletes > MAX_DELETES) throw new MalformedUpdate('too many deletions');
    return super.readDsClock();
  }
}

/** @throws MalformedUpdate */
export function decodeUpdate(bytes: Uint8Array): DecodedUpdate {
  try {
    const { structs, ds } = Y.decodeUpdateV2(bytes, BoundedDecoder);
    if (decoding.hasContent(BoundedDecoder.last!.restDecoder)) throw new MalformedUpdate('more than an update'); // V2 begins as an empty V1
    structs.forEach(checkStruct);
    for (const ranges of ds.clients.values()) sortRanges(ranges);
    return { bytes, structs, deletes: ds.clients };
  } catch (error) {
    throw error instanceof MalformedUpdate ? error : new MalformedUpdate('not an update', { cause: error });
  }
}

/** The state of a document that was accepted piece by piece: as a whole it is out of no proportion, however long it lives. */
export function decodeState(bytes: Uint8Array): DecodedUpdate {
  const { structs, ds } = Y.decodeUpdateV2(bytes, Y.UpdateDecoderV1);
  for (const ranges of ds.clients.values()) sortRanges(ranges);
  return { bytes, structs, deletes: ds.clients };
}

function checkStruct(struct: Struct): void {
  if (!Number.isSafeInteger(endOf(struct)) || struct.length < 1) throw new MalformedUpdate('a clock out of range');
  if (!(struct instanceof Y.Item)) return;
  const { content } = struct;
  if (content instanceof Y.ContentDoc) throw new MalformedUpdate('a subdocument');
  if (content instanceof Y.ContentAny || content instanceof Y.ContentJSON) checkValue(content.arr);
  else if (content instanceof Y.ContentEmbed) checkValue(content.embed);
  else if (content instanceof Y.ContentFormat) checkValue(content.value);
}

function sortRanges(ranges: Range[]): void {
  ranges.sort((a, b) => a.clock - b.clock);
  for (const [index, { clock, len }] of ranges.entries()) {
    const next = ranges[index + 1]?.clock ?? Number.MAX_SAFE_INTEGER;
    if (len < 1 || clock + len > next) throw new MalformedUpdate('deletions that are empty or overlap');
  }
}

function checkValue(value: unknown): void {
  if (nestsDeeperThan(MAX_DEPTH, value)) throw new MalformedUpdate('a value nested too deep');
  if (hasPrototype(value)) throw new MalformedUpdate('a value with a prototype');
}

/** A member `__proto__` makes of an object something else, such as bytes, which no replica could write any more. */
function hasPrototype(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Uint8Array.prototype) return false;
  if (prototype !== Object.prototype && prototype !== Array.prototype) return true;
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(hasPrototype);
}

/** The clock behind a struct. */
export const endOf = (struct: Struct) => struct.id.clock + struct.length;

/** Where a document ends. */
export function stateOf(document: Y.Doc): StateOf {
  return (client) => Y.getState(document.store, client);
}

/**
 * An update without what the state covers of structs that it covers in part. Yjs would do the same while it applies the
 * update, but believe it about the part that is known.
 */
export function trimmed(update: DecodedUpdate, state: StateOf): DecodedUpdate {
  if (!update.structs.some((struct) => straddles(struct, state))) return update;
  const ends = new Map(update.structs.map(({ id }) => [id.client, state(id.client)]));
  return decodeUpdate(Y.diffUpdate(update.bytes, Y.encodeStateVector(ends)));
}

function straddles(struct: Struct, state: StateOf): boolean {
  const { client, clock } = struct.id;
  return !(struct instanceof Y.Skip) && clock < state(client) && state(client) < endOf(struct);
}

/** Whether an update deletes a stretch of a client's clocks as a whole. */
export function deletesAll({ deletes }: Pick<DecodedUpdate, 'deletes'>, { id, length }: Struct): boolean {
  const ranges = deletes.get(id.client) ?? [];
  const range = ranges[lastBegun(ranges, id.clock, ({ clock }) => clock)];
  return range !== undefined && id.clock + length <= range.clock + range.len;
}

/** The clients that an update brings structs of which the state does not cover. */
export function newClients(update: DecodedUpdate, state: StateOf): number[] {
  const clients: number[] = [];
  for (const struct of update.structs) {
    const { client } = struct.id;
    if (client !== clients.at(-1) && isNew(struct, state)) clients.push(client);
  }
  return clients;
}

export const isNew = (struct: Struct, state: StateOf) =>
  !(struct instanceof Y.Skip) && endOf(struct) > state(struct.id.client);

/** Whether a document already has everything that an update says. */
export function bringsNothing(document: Y.Doc, update: DecodedUpdate): boolean {
  const state = stateOf(document);
  if (update.structs.some((struct) => isNew(struct, state))) return false;
  for (const [client, ranges] of update.deletes) {
    if (!ranges.every(({ clock, len }) => isDeleted(document, client, clock, clock + len))) return false;
  }
  return true;
}

function isDeleted(document: Y.Doc, client: number, from: number, to: number): boolean {
  const structs = document.store.clients.get(client);
  if (!structs || to > Y.getState(document.store, client)) return false;
  for (let index = Y.findIndexSS(structs, from); index < structs.length; index += 1) {
    const struct = structs[index]!;
    if (struct.id.clock >= to) break;
    if (!struct.deleted) return false;
  }
  return true;
}
