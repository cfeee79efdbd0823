/**
 * Things on their way to where somebody else put them. Each moves by the same share of what is left per time, so that a
 * stream of places becomes one movement, and comes to rest within a tenth of a second.
 */
import type { Point } from '../model/geometry.ts';

/** After this long about a third of the way is left, ms. */
const SLOWNESS = 35;
/** What nobody sees. */
const REST = 0.4;

/** @param since ms since the last step. @returns the next place; the aim itself once it is there */
export function glide(from: Point, aim: Point, since: number): Point {
  const left = Math.exp(-since / SLOWNESS);
  const [x, y] = [aim.x - from.x, aim.y - from.y];
  if (Math.hypot(x, y) * left < REST) return { x: aim.x, y: aim.y };
  return { x: aim.x - x * left, y: aim.y - y * left };
}

export function prefersStill(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
