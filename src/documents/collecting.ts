/**
 * What was deleted, collected at once. Yjs does it at the end of each transaction, and for each cell that went it moves
 * all structs of the same client that stand behind it: where 100,000 of 200,000 cells go, that takes a quarter of a
 * minute. So from much that is deleted on Yjs is told to leave it, and in the end all that is dead is collected as Yjs
 * would do it, a stretch of structs at a time, which are moved once for a stretch. After each step the document is whole.
 *
 * This knows how Yjs keeps structs: for each client an array of them, in the order of their clocks, without a hole.
 */
import * as Y from 'yjs';

/**
 * How many structs Yjs would move at most, one for each clock that is deleted and each struct of its client, before it
 * takes less to look at every struct: some 20 ms.
 */
const MUCH = 200_000_000;
/** How many structs are collected in one step, and joined: for each such stretch those behind it are moved. */
const COLLECTED = 4000;
const JOINED = 20_000;

type Collected = Y.Item | Y.GC;

/**
 * To be called before much is deleted.
 * @returns what collects afterwards, outside of a transaction, in steps
 */
export function postponed(document: Y.Doc, much: number = MUCH): () => Iterable<() => undefined> {
  let moved = 0;
  const weigh = ({ deleteSet }: Y.Transaction) => {
    for (const [client, ranges] of deleteSet.clients) {
      const { length } = document.store.clients.get(client)!;
      for (const { len } of ranges) moved += len * length;
    }
    if (moved > much) document.gc = false;
  };
  document.on('beforeObserverCalls', weigh); // the last that Yjs tells of before it collects
  return function* () {
    document.off('beforeObserverCalls', weigh);
    if (document.gc) return;
    yield* steps(document);
    document.gc = true;
  };
}

/** Does something to a document that may delete much, where nobody waits for a turn. */
export function collectedAfter(document: Y.Doc, change: () => void): void {
  const collect = postponed(document);
  change();
  for (const step of collect()) step();
}

function* steps({ store, gcFilter }: Y.Doc): Iterable<() => undefined> {
  // From the end, so that little is left to be moved, and each stretch with the first struct of the one behind it. It is
  // joined at once, because what is dropped young costs V8 nothing; and once more, for what was inside of another stretch.
  for (const structs of store.clients.values()) {
    for (let end = structs.length; end > 0; end -= COLLECTED)
      yield () => {
        const first = Math.max(0, end - COLLECTED);
        for (let index = first; index < end; index += 1) {
          const struct = structs[index]!;
          if (isDead(struct) && gcFilter(struct)) struct.gc(store, false);
        }
        joinNeighbours(structs, first, end + 1);
      };
  }
  for (const structs of store.clients.values()) {
    for (let end = structs.length; end > 0; end -= JOINED)
      yield () => joinNeighbours(structs, Math.max(0, end - JOINED), end + 1);
  }
}

/** Whether something was deleted and still holds its content. (What is inside of it becomes Y.GC together with it.) */
function isDead(struct: Collected): struct is Y.Item {
  return struct instanceof Y.Item && struct.deleted && !struct.keep && !(struct.content instanceof Y.ContentDeleted);
}

function joinNeighbours(structs: Collected[], first: number, behind: number): undefined {
  const end = Math.min(structs.length, behind);
  let last = first;
  for (let index = first + 1; index < end; index += 1) {
    const struct = structs[index]!;
    if (!isJoined(structs[last]!, struct)) structs[(last += 1)] = struct;
  }
  if (last + 1 < end) structs.splice(last + 1, end - last - 1);
}

/** Joins two that are dead if Yjs would. */
function isJoined(left: Collected, right: Collected): boolean {
  if (!left.deleted || !right.deleted || left.constructor !== right.constructor) return false;
  if (!left.mergeWith(right as never)) return false;
  if (right instanceof Y.Item && right.parentSub !== null) {
    const { _map: map } = right.parent as Y.AbstractType<unknown>;
    if (map.get(right.parentSub) === right) map.set(right.parentSub, left as Y.Item);
  }
  return true;
}
