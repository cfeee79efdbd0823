/**
 * What is inside a Yjs update, read before anybody trusts it (DO4). `decodeUpdate` reads an update with bounds on how
 * many structs and deletions it may hold and how deep its values may nest: a few bytes must not become gigabytes, and
 * what this process can read must not overflow the stack of a browser. The rest asks simple questions of the result,
 * given where a document ends for each client (its state vector).
 */
import * as Y from 'yjs';

/** Where a document ends for a client: the clock that its next struct would have. */
export type StateOf = (client: number) => number;

export type Struct = Y.Item | Y.GC | Y.Skip;

export interface DecodedUpdate {
  bytes: Uint8Array;
  structs: readonly Struct[];
  /** Client id to the ranges of clocks that are deleted. */
  deletes: ReadonlyMap<number, readonly { clock: number; len: number }[]>;
}

/** The bytes are not an update, or one out of all proportion. */
export class MalformedUpdate extends Error {}

const MAX_STRUCTS = 1_000_000;
const MAX_DELETES = 1_000_000;
const MAX_DEPTH = 100;

class BoundedDecoder extends Y.UpdateDecoderV1 {
  private structs = 0;
  private deletes = 0;

  override readInfo(): number {
    if (++this.structs > MAX_STRUCTS) throw new MalformedUpdate('too many structs');
    return super.readInfo();
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
    structs.forEach(checkStruct);
    return { bytes, structs, deletes: ds.clients };
  } catch (error) {
    throw error instanceof MalformedUpdate ? error : new MalformedUpdate('not an update', { cause: error });
  }
}

function checkStruct(struct: Struct): void {
  if (!Number.isSafeInteger(endOf(struct)) || struct.length < 1) throw new MalformedUpdate('a clock out of range');
  if (!(struct instanceof Y.Item)) return;
  const { content } = struct;
  if (content instanceof Y.ContentDoc) throw new MalformedUpdate('a subdocument');
  if (content instanceof Y.ContentAny || content instanceof Y.ContentJSON) checkDepth(content.arr);
  else if (content instanceof Y.ContentEmbed) checkDepth(content.embed);
  else if (content instanceof Y.ContentFormat) checkDepth(content.value);
}

function checkDepth(value: unknown): void {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw new MalformedUpdate('a value nested too deep');
    const next: unknown[] = [];
    for (const nested of level) {
      if (typeof nested !== 'object' || nested === null || nested instanceof Uint8Array) continue;
      for (const member of Object.values(nested)) next.push(member);
    }
    level = next;
  }
}

const endOf = (struct: Struct) => struct.id.clock + struct.length;

/** Where a document ends. */
export function stateOf(document: Y.Doc): StateOf {
  return (client) => Y.getState(document.store, client);
}

/** The clients that an update brings structs of which the state does not cover. */
export function newClients(update: DecodedUpdate, state: StateOf): Set<number> {
  const clients = new Set<number>();
  for (const struct of update.structs) {
    if (!(struct instanceof Y.Skip) && endOf(struct) > state(struct.id.client)) clients.add(struct.id.client);
  }
  return clients;
}

/** Whether a document already has everything that an update says. */
export function bringsNothing(document: Y.Doc, update: DecodedUpdate): boolean {
  if (newClients(update, stateOf(document)).size > 0) return false;
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
