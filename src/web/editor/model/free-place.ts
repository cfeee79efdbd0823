/**
 * Where something new goes so that it hides nothing: where it is wanted if that is free, else as near to it as there is
 * room with a gap, rather below or to the right. Where all around is full it lies on top of others.
 */
import type { Point, Rect } from './geometry.ts';
import { GRID } from './shapes.ts';

const GAP = 2 * GRID;
/** Farther than so many gaps nobody would look for it. */
const REACH = 12;

const nearest: readonly Point[] = Array.from({ length: (2 * REACH + 1) ** 2 }, (_, index) => ({
  x: ((index % (2 * REACH + 1)) - REACH) * GAP,
  y: (Math.floor(index / (2 * REACH + 1)) - REACH) * GAP,
})).sort((one, other) => Math.hypot(one.x, one.y) - Math.hypot(other.x, other.y) || other.y - one.y || other.x - one.x);

/** @param taken what is not to be hidden */
export function freePlace(wanted: Rect, taken: readonly Rect[]): Point {
  const isFree = (place: Rect, gap: number) => !taken.some((other) => areCloser(place, other, gap));
  if (isFree(wanted, 0)) return wanted;
  const places = nearest.map(({ x, y }) => ({ ...wanted, x: wanted.x + x, y: wanted.y + y }));
  return places.find((place) => isFree(place, GAP)) ?? wanted;
}

function areCloser(one: Rect, other: Rect, gap: number): boolean {
  return (
    one.x < other.x + other.width + gap &&
    other.x < one.x + one.width + gap &&
    one.y < other.y + other.height + gap &&
    other.y < one.y + one.height + gap
  );
}
