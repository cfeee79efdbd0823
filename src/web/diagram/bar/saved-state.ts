/** What the top bar says of the changes made here: whether the server has them. It acknowledges only what is durable. */
import type { DiagramState } from '../../../client/index.ts';

export type SavedState =
  /** Nothing has answered yet, and nothing was changed. */
  | { kind: 'connecting' }
  | { kind: 'saved' }
  | { kind: 'saving' }
  /** Without a connection; whether `changes` outlive the page is `here`. */
  | { kind: 'offline'; changes: number; here: boolean }
  /** The server would not take them from somebody who may only read. */
  | { kind: 'kept'; changes: number; here: boolean };

export function savedState({
  status,
  unsavedChanges: changes,
  permissions,
  keptHere: here,
}: Pick<DiagramState, 'status' | 'unsavedChanges' | 'permissions' | 'keptHere'>): SavedState {
  if (status.kind === 'connecting' && changes === 0) return { kind: 'connecting' };
  if (status.kind !== 'live') return { kind: 'offline', changes, here };
  if (changes === 0) return { kind: 'saved' };
  return permissions === 'reader' ? { kind: 'kept', changes, here } : { kind: 'saving' };
}
