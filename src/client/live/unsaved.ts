/**
 * Which changes made here the server does not have yet. The provider's own counter tells when there are none: the server
 * acknowledges exactly, and only what is committed. In between that counter also counts handshakes, and it starts again
 * with every connection; so changes are counted here, and forgotten when it reaches zero. What an offline copy brings
 * back was counted by the page that made it; which cells those changes were of, nobody knows any more.
 */
import type { HocuspocusProvider } from '@hocuspocus/provider';
import type * as Y from 'yjs';
import { cellsOf, listCells } from '../cells.ts';
import type { StoredCell } from '../shapes.ts';

export interface Unsaved {
  readonly count: number;
  /**
   * The cells that were changed here since everything was saved; of one that was deleted only the id. While changes of an
   * earlier page are not saved, all cells: theirs are among them.
   */
  cells(): (StoredCell | { id: string; deleted: true })[];
  /** Changes of an earlier page that were not saved then; if the server has everything by now, they are. */
  restore(count: number): void;
  /** The server has them all, though this connection did not tell. */
  forget(): void;
  stop(): void;
}

export interface UnsavedOptions {
  document: Y.Doc;
  provider: HocuspocusProvider;
  /** Whether a change comes from an offline copy. */
  isCopy(origin: unknown): boolean;
  /** Called after the count has changed. */
  changed(count: number): void;
}

export function trackUnsaved({ document, provider, isCopy, changed }: UnsavedOptions): Unsaved {
  const cells = cellsOf(document);
  const touched = new Set<string>();
  let count = 0;
  let isRestored = false;
  const set = (next: number) => {
    if (next === count) return;
    count = next;
    if (count === 0) {
      touched.clear();
      isRestored = false;
    }
    changed(count);
  };
  const madeHere = (origin: unknown) => origin !== provider && !isCopy(origin);
  const onUpdate = (_: Uint8Array, origin: unknown) => {
    if (madeHere(origin)) set(count + 1);
  };
  const onCells = (events: Y.YEvent<Y.AbstractType<unknown>>[], { origin }: Y.Transaction) => {
    if (!madeHere(origin)) return;
    for (const { path, changes } of events) {
      if (path.length > 0) touched.add(String(path[0]));
      else for (const id of changes.keys.keys()) touched.add(id);
    }
  };
  const onCounted = ({ number }: { number: number }) => {
    if (number === 0) set(0);
  };
  document.on('update', onUpdate);
  cells.observeDeep(onCells);
  provider.on('unsyncedChanges', onCounted);
  return {
    get count() {
      return count;
    },
    cells() {
      const present = new Map(listCells(cells).map((cell) => [cell.id, cell]));
      const ids = isRestored ? new Set([...present.keys(), ...touched]) : touched;
      return [...ids].map((id) => present.get(id) ?? { id, deleted: true });
    },
    restore(more) {
      if (provider.isSynced && provider.unsyncedChanges === 0) return;
      isRestored ||= more > 0;
      set(count + more);
    },
    forget: () => set(0),
    stop() {
      document.off('update', onUpdate);
      cells.unobserveDeep(onCells);
      provider.off('unsyncedChanges', onCounted);
    },
  };
}
