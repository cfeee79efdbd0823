/**
 * Copy, cut and paste through the system's clipboard, as text: what is copied here can be pasted into another diagram,
 * another window, or a file, and a file with cells can be pasted here. An edge that was copied without what it joins joins
 * the same again where that is there.
 */
import type { ClipboardEvent } from 'react';
import type { Point } from '../model/geometry.ts';
import { readImport } from '../transfer/read-import.ts';
import type { Acting } from './acting.ts';

/**
 * @param present whether a node is on the canvas
 * @param middle where a paste goes: under the pointer if it is on the canvas, else to the middle of what is seen
 */
export function clipboardOf(acting: Acting, present: (id: string) => boolean, middle: () => Point) {
  function copy(event: ClipboardEvent): boolean {
    const clip = isWriting(event) ? [] : acting.clip();
    if (clip.length === 0) return false;
    event.preventDefault();
    event.clipboardData.setData('text/plain', JSON.stringify({ cells: clip }, null, 2));
    return true;
  }

  return {
    onCopy: (event: ClipboardEvent) => void copy(event),
    onCut(event: ClipboardEvent) {
      if (copy(event)) acting.remove();
    },
    onPaste(event: ClipboardEvent) {
      if (isWriting(event)) return;
      const read = readImport(event.clipboardData.getData('text/plain'), present);
      if (!read.ok) return;
      event.preventDefault();
      acting.putDown(read.cells, middle());
    },
  };
}

function isWriting({ target }: ClipboardEvent): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, [contenteditable]');
}
