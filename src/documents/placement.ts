/**
 * Where the structs of an update would go, and whether an honest client would put them there. Yjs does not ask: it
 * would let replicas diverge over a struct that stands between neighbours of different types, or over a key that has
 * something on its right or several values at once, and types nested without bound would overflow the stack of whoever deletes or reads them.
 *
 * A struct names its type, or a neighbour that it shares the type and the key with. What it names is in the document
 * or came earlier. What is named but was deleted for good is nowhere, and so is what
 * stands beside it: Yjs keeps only its length.
 */
import * as Y from 'yjs';
import { deletesAll, type DecodedUpdate, type StateOf, type Struct } from './update.ts';

type Type = NonNullable<ReturnType<Y.Doc['share']['get']>>;

/** A type of the document or of an update, or the name of one that nobody has used yet; and the key in it. */
interface Place {
  parent: Type | string;
  key: string | null;
}

export interface Placements {
  /**
   * Takes in an update.
   * @param order its structs, each after those that it names
   * @returns whether everything new is where an honest client would put it
   */
  take(update: DecodedUpdate, order: readonly Struct[]): boolean;
}

/** Types within types, at most. */
const MAX_NESTING = 100;

/** @param state where `document` ends */
export function createPlacements(document: Y.Doc, state: StateOf): Placements {
  /** What came in updates, per client in order of clocks. */
  const taken = new Map<number, Y.Item[]>();
  const places = new Map<Y.Item, Place | null>();
  const depths = new Map<Type, number>();

  function find({ client, clock }: Y.ID): Struct | null {
    if (clock < state(client)) {
      const structs = document.store.clients.get(client)!;
      return structs[Y.findIndexSS(structs, clock)]!;
    }
    const items = taken.get(client) ?? [];
    let [low, high] = [0, items.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (items[middle]!.id.clock <= clock) low = middle;
      else high = middle - 1;
    }
    const item = items[low];
    return item && item.id.clock <= clock && clock < item.id.clock + item.length ? item : null;
  }

  function placeOf(struct: Struct | null): Place | null {
    if (!(struct instanceof Y.Item)) return null;
    const place = places.get(struct);
    if (place !== undefined) return place;
    return struct.parent ? { parent: struct.parent as Type, key: struct.parentSub } : null;
  }

  function parentOf(named: string | Y.ID): Type | string | null {
    if (typeof named === 'string') return document.share.get(named) ?? named;
    const struct = find(named);
    return struct instanceof Y.Item && struct.content instanceof Y.ContentType ? struct.content.type : null;
  }

  /** @returns undefined where no honest client would put it */
  function placeOfNew(item: Y.Item): Place | null | undefined {
    const left = item.origin && placeOf(find(item.origin));
    const right = item.rightOrigin && placeOf(find(item.rightOrigin));
    const named = item.parent as unknown as string | Y.ID | null; // as it was read
    const parent = named === null ? null : parentOf(named);
    if ((item.origin && !left) || (item.rightOrigin && !right) || (named !== null && parent === null)) return null;
    if (left && right && (left.parent !== right.parent || left.key !== right.key)) return undefined;
    const place = left ?? right ?? (parent === null ? null : { parent, key: item.parentSub });
    return place?.key != null && item.rightOrigin ? undefined : place;
  }

  function depthOf(type: Type | string): number {
    if (typeof type === 'string') return 0;
    const known = depths.get(type);
    if (known !== undefined) return known;
    let depth = 0;
    for (let outer = type._item; outer && depth <= MAX_NESTING; depth += 1) outer = (outer.parent as Type)._item;
    return depth;
  }

  return {
    take(update, order) {
      for (const struct of order) {
        const { client, clock } = struct.id;
        if (!(struct instanceof Y.Item) || clock + struct.length <= state(client)) continue;
        const place = placeOfNew(struct);
        if (place === undefined) return false;
        if (place?.key != null && struct.length > 1 && !isGone(update, struct)) return false;
        places.set(struct, place);
        const items = taken.get(client);
        if (items) items.push(struct);
        else taken.set(client, [struct]);
        if (!place || !(struct.content instanceof Y.ContentType)) continue;
        const depth = depthOf(place.parent) + 1;
        if (depth > MAX_NESTING) return false;
        depths.set(struct.content.type as Type, depth);
      }
      return true;
    },
  };
}

/** Values of a key that were overwritten, one after the other, become one struct; one that stands does not. */
function isGone(update: DecodedUpdate, item: Y.Item): boolean {
  return item.content instanceof Y.ContentDeleted || deletesAll(update, item);
}
