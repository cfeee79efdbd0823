/**
 * Hears the clipboard for the canvas. Some browsers send a copy, a cut or a paste to where text is selected, which may be
 * a message beside the canvas that was read before; here it goes by what has the focus, as the keys do. The middle button
 * moves the canvas: it pastes nothing there, as some systems have it do.
 */
import { useEffect } from 'react';
import type { Clipboard } from './clipboard.ts';

export function useClipboard({ copy, cut, paste }: Clipboard): void {
  useEffect(() => {
    const heard = new AbortController();
    const hear = <Kind extends keyof DocumentEventMap>(kind: Kind, work: (event: DocumentEventMap[Kind]) => void) =>
      document.addEventListener(kind, (event) => isCanvasFocused() && work(event), { signal: heard.signal });
    hear('copy', copy);
    hear('cut', cut);
    hear('paste', paste);
    hear('auxclick', (event) => event.button === 1 && event.preventDefault());
    return () => heard.abort();
  }, [copy, cut, paste]);
}

/** Not where a field in it has the focus. */
function isCanvasFocused(): boolean {
  const { activeElement: focused } = document;
  return focused?.closest('[data-canvas]') != null && !focused.matches('input, textarea, [contenteditable]');
}
