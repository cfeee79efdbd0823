/**
 * Whether an update can be applied as a whole. Each struct follows the ones of its client without a hole, and names
 * structs that it stands beside or inside of; an update of which one is unknown has a gap: Yjs would keep the rest
 * waiting for it and say nothing.
 *
 * Each client's structs are walked in order. Where one names an unknown struct of another client, the walk of that one is
 * taken a step further first, and so on. If that has come to its end, or waits itself, there is the gap. (Two that name
 * each other's later structs wait for ever, as they would in Yjs.)
 */
import * as Y from 'yjs';
import { endOf, type DecodedUpdate, type StateOf, type Struct } from './update.ts';

/** What an update without a gap does to a document's state. */
export interface Advance {
  /** The clients whose end moves, with their new ends. */
  ends: ReadonlyMap<number, number>;
  /** Its structs that are new, each after those that it names. */
  order: readonly (Y.Item | Y.GC)[];
}

/**
 * Where a document ends after an update.
 * @param state where it ends before
 * @returns null if the update has a gap
 */
export function advance(update: Pick<DecodedUpdate, 'structs' | 'deletes'>, state: StateOf): Advance | null {
  const found = walk(update.structs, state);
  if (!found) return null;
  for (const [client, ranges] of update.deletes) {
    const end = found.ends.get(client) ?? state(client);
    if (ranges.some(({ clock, len }) => clock + len > end)) return null;
  }
  return found;
}

/** The structs of one client, and how far they have been walked. */
interface Walk {
  structs: Struct[];
  next: number;
  /** Whether its next one waits for that of another. */
  waits: boolean;
}

function walk(structs: readonly Struct[], state: StateOf): Advance | null {
  const ends = new Map<number, number>();
  const order: (Y.Item | Y.GC)[] = [];
  const now: StateOf = (client) => ends.get(client) ?? state(client);
  const walks = new Map<number, Walk>();
  for (const struct of structs) {
    const own = walks.get(struct.id.client);
    if (own) own.structs.push(struct);
    else walks.set(struct.id.client, { structs: [struct], next: 0, waits: false });
  }

  for (const first of walks.values()) {
    const path = [first]; // each waits for the next
    while (first.next < first.structs.length) {
      const last = path.at(-1)!;
      const struct = last.structs[last.next]!;
      const unknown = unknownNeighbour(struct, now); // asked of known ones too, as Yjs does
      last.waits = unknown !== null;
      if (unknown !== null) {
        const other = walks.get(unknown);
        if (!other || other.waits || other.next === other.structs.length) return null;
        path.push(other);
        continue;
      }
      if (!(struct instanceof Y.Skip)) {
        const { client, clock } = struct.id;
        if (clock > now(client)) return null;
        if (endOf(struct) > now(client)) {
          ends.set(client, endOf(struct));
          order.push(struct);
        }
      }
      last.next += 1;
      if (path.length > 1) path.pop();
    }
  }
  return { ends, order };
}

/** The client of a struct that this one names and that is not known yet. */
function unknownNeighbour(struct: Struct, now: StateOf): number | null {
  if (!(struct instanceof Y.Item)) return null;
  const isUnknown = (named: unknown): named is Y.ID =>
    named instanceof Y.ID && named.clock >= (named.client === struct.id.client ? struct.id.clock : now(named.client));
  if (isUnknown(struct.origin)) return struct.origin.client;
  if (isUnknown(struct.rightOrigin)) return struct.rightOrigin.client;
  // One that was read names its type; one that is in a document has it.
  const parent: unknown = struct.parent instanceof Y.AbstractType ? struct.parent._item?.id : struct.parent;
  return isUnknown(parent) ? parent.client : null;
}
