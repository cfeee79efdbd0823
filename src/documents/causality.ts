/**
 * Whether an update can be applied as a whole. Each struct follows the ones of its client without a hole, and names
 * structs that it stands beside or inside of; an update of which one is unknown has a gap: Yjs would keep the rest
 * waiting for it and say nothing.
 *
 * Each client's structs are walked in order. (Nearly every update has those of one client, and nothing to wait for.) One that names an unknown struct of another client waits until the walk
 * of that one has come past it; when nothing moves any more, whatever still waits is the gap. (Two that name each
 * other's later structs wait for ever, as they would in Yjs.)
 */
import * as Y from 'yjs';
import { endOf, type DecodedUpdate, type StateOf, type Struct } from './update.ts';

/** What an update without a gap does to a document's state. */
export interface Advance {
  /** The clients whose end moves, with their new ends. */
  ends: ReadonlyMap<number, number>;
  /** Its structs, each after those that it names. */
  order: readonly (Y.Item | Y.GC)[];
}

/**
 * Where a document ends after an update.
 * @param state where it ends before
 * @returns null if the update has a gap
 */
export function advance(update: DecodedUpdate, state: StateOf): Advance | null {
  const found = isOfOneClient(update) ? walkOne(update.structs, state) : walkAll(update.structs, state);
  if (!found) return null;
  for (const [client, ranges] of update.deletes) {
    const end = found.ends.get(client) ?? state(client);
    if (ranges.some(({ clock, len }) => clock + len > end)) return null;
  }
  return found;
}

const isOfOneClient = ({ structs }: DecodedUpdate) => structs[0]?.id.client === structs.at(-1)?.id.client;

function walkOne(structs: readonly Struct[], state: StateOf): Advance | null {
  const order: (Y.Item | Y.GC)[] = [];
  const ends = new Map<number, number>();
  if (structs.length === 0) return { ends, order };
  const { client } = structs[0]!.id;
  let end = state(client);
  for (const struct of structs) {
    if (struct instanceof Y.Skip) continue;
    if (struct.id.clock > end || unknownNeighbour(struct, state) !== null) return null;
    end = Math.max(end, endOf(struct));
    order.push(struct);
  }
  if (end > state(client)) ends.set(client, end);
  return { ends, order };
}

function walkAll(structs: readonly Struct[], state: StateOf): Advance | null {
  const ends = new Map<number, number>();
  const order: (Y.Item | Y.GC)[] = [];
  const now: StateOf = (client) => ends.get(client) ?? state(client);
  const walks = new Map<number, { structs: Struct[]; next: number }>();
  for (const struct of structs) {
    const walk = walks.get(struct.id.client);
    if (walk) walk.structs.push(struct);
    else walks.set(struct.id.client, { structs: [struct], next: 0 });
  }

  const waiting = new Map<number, Set<number>>();
  const ready = [...walks.keys()];
  for (let client = ready.pop(); client !== undefined; client = ready.pop()) {
    const walk = walks.get(client)!;
    const before = walk.next;
    for (; walk.next < walk.structs.length; walk.next += 1) {
      const struct = walk.structs[walk.next]!;
      const end = endOf(struct);
      if (struct instanceof Y.Skip) continue;
      if (struct.id.clock > now(client)) return null;
      const unknown = unknownNeighbour(struct, now); // asked of known ones too, as Yjs does
      if (unknown !== null) {
        if (!walks.has(unknown)) return null;
        waiting.set(unknown, (waiting.get(unknown) ?? new Set()).add(client));
        break;
      }
      if (end > now(client)) ends.set(client, end);
      order.push(struct);
    }
    if (walk.next === before) continue; // who waits for this one waits on
    ready.push(...(waiting.get(client) ?? []));
    waiting.delete(client);
  }

  for (const walk of walks.values()) if (walk.next < walk.structs.length) return null;
  return { ends, order };
}

/** The client of a struct that this one names and that is not known yet. */
function unknownNeighbour(struct: Struct, now: StateOf): number | null {
  if (!(struct instanceof Y.Item)) return null;
  const isUnknown = (named: unknown): named is Y.ID =>
    named instanceof Y.ID && named.clock >= (named.client === struct.id.client ? struct.id.clock : now(named.client));
  if (isUnknown(struct.origin)) return struct.origin.client;
  if (isUnknown(struct.rightOrigin)) return struct.rightOrigin.client;
  return isUnknown(struct.parent) ? struct.parent.client : null;
}
