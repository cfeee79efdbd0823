/**
 * Where the structs of an update would go, and whether an honest client would put them there. Yjs does not ask: it
 * would let replicas diverge over a struct that stands between neighbours of different types, or over a key that has
 * something on its right or several values at once, and types nested without bound would overflow the stack of whoever
 * deletes or reads them. For each struct without neighbours that it writes Yjs looks for the name of its root type among
 * those of all, so a document has only a few of these.
 *
 * A struct names its type, or a neighbour that it shares the type and the key with. What it names is in the document
 * or came earlier. What is named but was deleted for good is nowhere, and so is what
 * stands beside it: Yjs keeps only its length.
 *
 * What is judged is an update on the rows that its node has, not on those that come between. Somebody who may write, and
 * sends different structs under the same clocks over two connections at once, gets past this: then replicas of that
 * diagram may count a list differently, or lose what stood between its neighbours when one of these goes. To refuse it
 * the database would have to keep, for each client, where its structs end.
 */
import * as Y from 'yjs';
import { lastBegun } from './begun.ts';
import { deletesAll, endOf, type DecodedUpdate, type StateOf, type Struct } from './update.ts';
import { createWalks, type Place, type Type } from './walking.ts';

interface Placed {
  item: Y.Item;
  /** null: it stands beside or in what was deleted for good. */
  place: Place | null;
}

export interface Placements {
  /**
   * Takes in an update, or a slice of one.
   * @param update what it deletes, as a whole
   * @param order its structs that neither the document nor what was taken in before has, each after those that it names
   * @returns whether everything new is where an honest client would put it, and Yjs does not walk too far to put it there
   */
  take(update: Pick<DecodedUpdate, 'deletes'>, order: readonly Struct[]): boolean;
  /** How many steps Yjs takes to put there what was taken in; and whether they are many. */
  steps(): number;
  far(): boolean;
}

/** Types within types, at most. */
const MAX_NESTING = 100;
/** Types that are in no other, at most; a diagram has one, its cells. */
const MAX_ROOTS = 64;

/** @param state where `document` ends */
export function createPlacements(document: Y.Doc, state: StateOf): Placements {
  /** What came in updates, per client in order of clocks. */
  const taken = new Map<number, Placed[]>();
  const depths = new Map<Type, number>();
  /** Names of root types that the document does not have yet. */
  const roots = new Set<string>();
  const walks = createWalks(document, (id) => find(id)?.item);
  let last: unknown = null;

  /** @returns null if it is nowhere */
  function find({ client, clock }: Y.ID): Placed | null {
    if (clock < state(client)) {
      const structs = document.store.clients.get(client)!;
      const item = structs[Y.findIndexSS(structs, clock)]!;
      if (!(item instanceof Y.Item)) return null;
      return { item, place: item.parent ? { parent: item.parent as Type, key: item.parentSub } : null };
    }
    const placed = taken.get(client) ?? [];
    const found = placed[lastBegun(placed, clock, ({ item }) => item.id.clock)];
    return found && clock < endOf(found.item) ? found : null;
  }

  function parentOf(named: string | Y.ID): Type | string | null {
    if (typeof named === 'string') return document.share.get(named) ?? named;
    const content = find(named)?.item.content;
    return content instanceof Y.ContentType ? content.type : null;
  }

  /** @returns undefined where no honest client would put it */
  function placeOfNew(item: Y.Item): Place | null | undefined {
    const left = item.origin && find(item.origin)?.place;
    const right = item.rightOrigin && find(item.rightOrigin)?.place;
    const named = item.parent as unknown as string | Y.ID | null; // as it was read
    const parent = named === null ? null : parentOf(named);
    if (left && right && (left.parent !== right.parent || left.key !== right.key)) return undefined;
    const place = left ?? right ?? (parent === null ? null : { parent, key: item.parentSub });
    return place?.key != null && item.rightOrigin ? undefined : place;
  }

  function depthOf(type: Type | string): number {
    if (typeof type === 'string') return 0;
    const known = depths.get(type);
    if (known !== undefined) return known;
    let depth = 0;
    for (let outer = type._item; outer; depth += 1) outer = (outer.parent as Type)._item;
    return depth;
  }

  return {
    steps: walks.steps,
    far: walks.far,
    take(update, order) {
      if (update !== last) walks.next();
      last = update;
      for (const struct of order) {
        if (!(struct instanceof Y.Item)) continue;
        const { client } = struct.id;
        const place = placeOfNew(struct);
        if (place === undefined) return false;
        if (typeof place?.parent === 'string') roots.add(place.parent);
        if (roots.size > 0 && document.share.size + roots.size > MAX_ROOTS) return false;
        // Values of a key that were overwritten, one after the other, become one struct; one that stands does not.
        if (place?.key != null && struct.length > 1 && !deletesAll(update, struct)) return false;
        const placed = taken.get(client);
        if (placed) placed.push({ item: struct, place });
        else taken.set(client, [{ item: struct, place }]);
        if (place && !walks.put(struct, place)) return false;
        if (!place || !(struct.content instanceof Y.ContentType)) continue;
        const depth = depthOf(place.parent) + 1;
        if (depth > MAX_NESTING) return false;
        depths.set(struct.content.type as Type, depth);
      }
      return true;
    },
  };
}
