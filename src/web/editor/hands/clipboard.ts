/**
 * Copy, cut and paste through the system's clipboard, as text: what is copied here can be pasted into another diagram,
 * another window, or a file, and a file with cells can be pasted here.
 */
import type { ClipboardEvent } from 'react';
import type { Point } from '../model/geometry.ts';
import { readImport } from '../transfer/read-import.ts';
import type { Acting } from './acting.ts';

/** @param middle where a paste goes: under the pointer if it is on the canvas, else to the middle of what is seen */
export function clipboardOf(acting: Acting, middle: () => Point) {
  let last = '';
  let times = 0;

  function copy(event: ClipboardEvent): boolean {
    const clip = isWriting(event) ? [] : acting.clip();
    if (clip.length === 0) return false;
    event.preventDefault();
    event.clipboardData.setData('text/plain', JSON.stringify({ cells: clip }, null, 2));
    times = 0;
    return true;
  }

  return {
    onCopy: (event: ClipboardEvent) => void copy(event),
    onCut(event: ClipboardEvent) {
      if (copy(event)) acting.remove();
    },
    onPaste(event: ClipboardEvent) {
      if (isWriting(event)) return;
      const text = event.clipboardData.getData('text/plain');
      const read = readImport(text);
      if (!read.ok) return;
      event.preventDefault();
      times = text === last ? times + 1 : 0;
      last = text;
      const { x, y } = middle();
      acting.putDown(read.cells, { x: x + times * 20, y: y + times * 20 });
    },
  };
}

function isWriting({ target }: ClipboardEvent): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, [contenteditable]');
}
