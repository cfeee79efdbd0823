/**
 * Which changes made here the server does not have yet. The provider's own counter tells when there are none; in between
 * it also counts handshakes, and it starts again at one with every connection. So edits are counted here, and forgotten
 * when that counter reaches zero.
 */
import type { HocuspocusProvider } from '@hocuspocus/provider';
import type * as Y from 'yjs';
import { cellsOf, HERE, listCells, type Cell } from './cells.ts';

export type Unsaved = ReturnType<typeof trackUnsaved>;

/** @param changed called after the count has changed */
export function trackUnsaved(document: Y.Doc, provider: HocuspocusProvider, changed: () => void) {
  let count = 0;
  const touched = new Set<string>();

  document.on('update', (_update: Uint8Array, origin: unknown) => {
    if (origin !== HERE) return;
    count += 1;
    changed();
  });
  cellsOf(document).observeDeep((events, transaction) => {
    if (transaction.origin !== HERE) return;
    for (const event of events) {
      if (event.path.length > 0) touched.add(String(event.path[0]));
      else for (const id of event.changes.keys.keys()) touched.add(id);
    }
  });
  provider.on('unsyncedChanges', ({ number }: { number: number }) => {
    if (number > 0 || count === 0) return;
    count = 0;
    touched.clear();
    changed();
  });

  return {
    count: () => count,
    /** The cells that were changed here since all was saved; one that was deleted is told by its id alone. */
    cells(): (Cell | { id: string; deleted: true })[] {
      const present = new Map(listCells(cellsOf(document)).map((cell) => [cell.id, cell]));
      return [...touched].map((id) => present.get(id) ?? { id, deleted: true });
    },
  };
}
