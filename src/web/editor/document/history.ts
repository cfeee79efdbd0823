/**
 * Undo and redo of what one person does here, and of nothing that others do.
 *
 * Whatever is written by hand is written with a `Step` as the origin of its transactions. All transactions of the same
 * step, however long it lasts, are undone together; another step is another undo. Nothing needs to be told when a
 * gesture begins or ends. `canUndo` and `canRedo` are true only where something would happen.
 */
import * as Y from 'yjs';
import type { Cells } from '../../../client/index.ts';
import { createValue } from '../value.ts';
import { dropSpent } from './taking-back.ts';

/** One thing that somebody does: a drag from begin to end, a paste, a rename. */
export class Step {
  /** ms, by the page's clock. */
  readonly begunAt = performance.now();
}

export interface HistoryState {
  readonly canUndo: boolean;
  readonly canRedo: boolean;
}

export interface History {
  /** The same value until it changes. */
  readonly state: HistoryState;
  subscribe(listener: () => void): () => void;
  undo(): void;
  redo(): void;
  /** Begins to note what is done; anew, with nothing to take back, after it has ended. @returns what ends it */
  start(): () => void;
}

export function openHistory(cells: Cells): History {
  const state = createValue<HistoryState>({ canUndo: false, canRedo: false });
  let manager: Y.UndoManager | null = null;
  let last: unknown = null;
  const changed = () => {
    const next = { canUndo: manager?.canUndo() ?? false, canRedo: manager?.canRedo() ?? false };
    const { canUndo, canRedo } = state.get();
    if (next.canUndo !== canUndo || next.canRedo !== canRedo) state.set(next);
  };
  return {
    get state() {
      return state.get();
    },
    subscribe: state.subscribe,
    undo() {
      manager?.undo();
      changed();
    },
    redo() {
      manager?.redo();
      changed();
    },
    start() {
      const started: Y.UndoManager = new Y.UndoManager(cells, {
        trackedOrigins: new Set([Step]),
        captureTimeout: Number.MAX_SAFE_INTEGER,
        captureTransaction({ origin }) {
          if (origin instanceof Step && origin !== last) {
            started.stopCapturing();
            last = origin;
          }
          return true;
        },
      });
      // What others do may leave nothing to take back, as when they restore a version; and so may an undo of the step
      // after.
      const settle = ({ origin, changed: types }: Y.Transaction) => {
        if (origin instanceof Step || types.size === 0) return;
        dropSpent(started);
        changed();
      };
      started.doc.on('afterTransaction', settle);
      for (const name of ['stack-item-added', 'stack-item-updated', 'stack-item-popped', 'stack-cleared'] as const)
        started.on(name, changed);
      manager = started;
      return () => {
        started.doc.off('afterTransaction', settle);
        started.destroy();
        manager = null;
        changed();
      };
    },
  };
}
