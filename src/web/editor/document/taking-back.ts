/**
 * Whether anything is left of a step to take back, as Yjs decides it once it is asked to: something that the step made is
 * still there, or something that it removed can come back because nobody else has written in its place since. Of what
 * was done before somebody restored a version, for instance, there may be nothing.
 */
import * as Y from 'yjs';

type StackItem = Y.UndoManager['undoStack'][number];

/** Lets go of the steps on top of both stacks of which nothing is left: taking them back would do nothing. */
export function dropSpent(manager: Y.UndoManager): void {
  manager.doc.transact((transaction) => {
    for (const stack of [manager.undoStack, manager.redoStack])
      while (stack.length > 0 && !isLeft(stack.at(-1)!, manager, transaction)) stack.pop();
  });
}

function isLeft(step: StackItem, manager: Y.UndoManager, transaction: Y.Transaction): boolean {
  if (hasLive(step.insertions, manager.doc)) return true;
  const isRemoved = ({ id }: Y.Item) => Y.isDeleted(step.deletions, id) && !Y.isDeleted(step.insertions, id);
  const stacks = [...manager.undoStack, ...manager.redoStack];
  const isOwn = ({ id }: Y.Item) =>
    Y.isDeleted(step.insertions, id) || stacks.some(({ deletions }) => Y.isDeleted(deletions, id));

  const canComeBack = (item: Y.Item): boolean => {
    const holder = (item.parent as Y.AbstractType<unknown>)._item;
    if (holder && asItIsNow(holder, manager.doc).deleted && !(isRemoved(holder) && canComeBack(holder))) return false;
    // Of what was written in the same place one after the other, the last one counts.
    let last = item;
    while (last.right !== null && (last.right.redone !== null || isOwn(last.right)))
      last = asItIsNow(last.right, manager.doc);
    return item.redone === null && last.right === null;
  };
  let left = false;
  Y.iterateDeletedStructs(transaction, step.deletions, (struct) => {
    left ||= struct instanceof Y.Item && isRemoved(struct) && canComeBack(struct);
  });
  return left;
}

/** From the end: of a long drag only what came last is still there. */
function hasLive({ clients }: StackItem['insertions'], { store }: Y.Doc): boolean {
  for (const [client, ranges] of clients) {
    const structs = store.clients.get(client) ?? [];
    for (const { clock, len } of ranges.toReversed()) {
      for (let at = Y.findIndexSS(structs, clock + len - 1); at >= 0; at -= 1) {
        const struct = structs[at]!;
        if (struct.id.clock + struct.length <= clock) break;
        if (struct instanceof Y.Item && !asItIsNow(struct, { store }).deleted) return true;
      }
    }
  }
  return false;
}

/** What was taken back and done again is another item now. */
function asItIsNow(item: Y.Item, { store }: Pick<Y.Doc, 'store'>): Y.Item {
  let now = item;
  while (now.redone !== null) now = Y.getItem(store, now.redone) as Y.Item;
  return now;
}
