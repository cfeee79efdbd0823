/**
 * Copy, cut and paste through the system's clipboard, as text: what is copied here can be pasted into another diagram,
 * another window, or a file, and a file with cells can be pasted here. An edge that was copied without what it joins joins
 * the same again where that is there. More than a paste takes is not cut, and what a paste leaves out is told; text that
 * holds no cells is meant for something else, of which nothing is said.
 */
import type { TFunction } from 'i18next';
import type { Desk } from '../desk.ts';
import type { Point } from '../model/geometry.ts';
import { readImport } from '../transfer/read-import.ts';
import { sentencesOf } from '../transfer/sentences.ts';
import type { Acting } from './acting.ts';

interface Surroundings {
  /** Where a paste goes: under the pointer if it is on the canvas, else to the middle of what is seen. */
  middle(): Point;
  say(sentence: string): void;
  t: TFunction<'editor'>;
}

export interface Clipboard {
  copy(event: ClipboardEvent): void;
  cut(event: ClipboardEvent): void;
  paste(event: ClipboardEvent): void;
}

export function clipboardOf({ drawing, writable }: Desk, acting: Acting, { middle, say, t }: Surroundings): Clipboard {
  const read = (text: string) => readImport(text, (id) => drawing.rect(id) !== null);

  /** What is selected, as text; null for nothing. */
  function chosen(): string | null {
    const clip = acting.clip();
    return clip.length === 0 ? null : JSON.stringify({ cells: clip }, null, 2);
  }

  function put(event: ClipboardEvent, text: string): void {
    event.preventDefault();
    event.clipboardData?.setData('text/plain', text);
  }

  return {
    copy(event) {
      const text = chosen();
      if (text !== null) put(event, text);
    },
    cut(event) {
      const text = chosen();
      if (text === null) return;
      const back = read(text);
      if (!back.ok && back.fault === 'too_many') return say(t('cutTooMuch'));
      put(event, text);
      acting.remove();
    },
    paste(event) {
      if (!writable.get()) return;
      const clip = read(event.clipboardData?.getData('text/plain') ?? '');
      const told = sentencesOf(clip.notes, t);
      if (clip.ok) acting.putDown(clip.cells, middle());
      else if (clip.fault === 'too_many') told.unshift(t('pasteTooMuch'));
      else if (clip.fault === 'nothing') told.unshift(t('pasteNothing'));
      else return;
      event.preventDefault();
      if (told.length > 0) say(told.join(' '));
    },
  };
}
