/** How much of my own the others are told, and how much of what others say is shown. */
import type { Viewport } from '../../../client/index.ts';
import { zooms } from '../canvas/framing.ts';
import { finite } from '../model/cell.ts';

/** The server takes about 400 ids of ours and then none at all, so whoever selects more is shown with these. */
const MOST_TOLD = 200;

export function toldOf(selection: ReadonlySet<string>): string[] {
  return [...selection].slice(0, MOST_TOLD);
}

/** A view that somebody shows, as near to it as this canvas goes; null for what is none: the server passes on anything. */
export function viewOf(shown: unknown): Viewport | null {
  const viewport = (shown ?? {}) as { x?: unknown; y?: unknown; zoom?: unknown };
  const [x, y, zoom] = [finite(viewport.x), finite(viewport.y), finite(viewport.zoom)];
  if (x === null || y === null || zoom === null || zoom <= 0) return null;
  return { x, y, zoom: Math.min(zooms.maxZoom, Math.max(zooms.minZoom, zoom)) };
}
