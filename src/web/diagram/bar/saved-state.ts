/** What the top bar says of the changes made here: whether the server has them. It acknowledges only what is durable. */
import type { DiagramState } from '../../../client/index.ts';

export type SavedState =
  /** Nothing has answered yet, and nothing was changed. */
  | { kind: 'connecting' }
  | { kind: 'saved' }
  | { kind: 'saving' }
  /** Without a connection; `changes` are kept here. */
  | { kind: 'offline'; changes: number }
  /** The server would not take them from somebody who may only read. */
  | { kind: 'kept'; changes: number };

export function savedState({
  status,
  unsavedChanges: changes,
  permissions,
}: Pick<DiagramState, 'status' | 'unsavedChanges' | 'permissions'>): SavedState {
  if (status.kind === 'connecting' && changes === 0) return { kind: 'connecting' };
  if (status.kind !== 'live') return { kind: 'offline', changes };
  if (changes === 0) return { kind: 'saved' };
  return permissions === 'reader' ? { kind: 'kept', changes } : { kind: 'saving' };
}
