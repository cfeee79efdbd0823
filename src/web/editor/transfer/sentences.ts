/** What was left out of a file, or of a clip, or looks different here, in words. */
import type { TFunction } from 'i18next';
import type { ImportNote } from './read-import.ts';

export function sentencesOf(notes: readonly ImportNote[], t: TFunction<'editor'>): string[] {
  return notes.map((note) => {
    const shapes = note.kind === 'unknown_shape' ? note.shapes.join(', ') : '';
    return t(`note_${note.kind}`, { count: note.count, shapes });
  });
}
