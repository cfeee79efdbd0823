/** What the top bar says of the changes made here: whether the server has them. */

export type Link = 'connecting' | 'online' | 'offline';

export interface SavedFacts {
  link: Link;
  /** Changes made here that the server has not acknowledged; it acknowledges only what it has stored (DO1). */
  unsaved: number;
  readOnly: boolean;
}

export type SavedState = { kind: 'saved' | 'saving' | 'offline' | 'kept'; words: string };

export function savedState({ link, unsaved, readOnly }: SavedFacts): SavedState {
  const kept = `${unsaved} ${unsaved === 1 ? 'change' : 'changes'} kept here`;
  if (link === 'connecting' && unsaved === 0) return { kind: 'saving', words: 'Connecting' };
  if (link !== 'online')
    return { kind: 'offline', words: unsaved === 0 ? 'Offline, all changes saved' : `Offline, ${kept}` };
  if (unsaved === 0) return { kind: 'saved', words: 'Saved' };
  if (readOnly) return { kind: 'kept', words: `Not saved, ${kept}` };
  return { kind: 'saving', words: 'Saving' };
}
