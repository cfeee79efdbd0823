/** What the top bar says of the changes made here. */
import { expect, it } from 'vitest';
import { savedState, type SavedFacts } from '../../src/web/room/saved-state.ts';

const words = (facts: Partial<SavedFacts>) =>
  savedState({ link: 'online', unsaved: 0, readOnly: false, ...facts }).words;

it.each([
  [{}, 'Saved'],
  [{ unsaved: 2 }, 'Saving'],
  [{ link: 'connecting' }, 'Connecting'],
  [{ link: 'offline' }, 'Offline, all changes saved'],
  [{ link: 'offline', unsaved: 1 }, 'Offline, 1 change kept here'],
  [{ link: 'offline', unsaved: 3 }, 'Offline, 3 changes kept here'],
  [{ link: 'connecting', unsaved: 3 }, 'Offline, 3 changes kept here'],
  [{ readOnly: true }, 'Saved'],
  [{ readOnly: true, unsaved: 2 }, 'Not saved, 2 changes kept here'],
] as [Partial<SavedFacts>, string][])('%o is told as "%s"', (facts, said) => {
  expect(words(facts)).toBe(said);
});
