/** Points, rectangles and sides, in the coordinates of the diagram: y grows downwards. */

export interface Point {
  x: number;
  y: number;
}

export interface Rect extends Point {
  width: number;
  height: number;
}

export const sides = ['top', 'right', 'bottom', 'left'] as const;
export type Side = (typeof sides)[number];

export function isSide(value: unknown): value is Side {
  return (sides as readonly unknown[]).includes(value);
}

export function centreOf({ x, y, width, height }: Rect): Point {
  return { x: x + width / 2, y: y + height / 2 };
}

export function holds(outer: Rect, inner: Rect): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

export function holdsPoint(outer: Rect, { x, y }: Point): boolean {
  return holds(outer, { x, y, width: 0, height: 0 });
}

/** The smallest rectangle around all of them; null around nothing. */
export function around(rects: Iterable<Rect>): Rect | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y, width, height } of rects) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + width);
    bottom = Math.max(bottom, y + height);
  }
  return left === Infinity ? null : { x: left, y: top, width: right - left, height: bottom - top };
}

/** Where a line may hang on a rectangle: the middle of a side, or `along` units to the right of it or below. */
export function atSide({ x, y, width, height }: Rect, side: Side, along = 0): Point {
  const middle = { x: x + width / 2 + along, y: y + height / 2 + along };
  if (side === 'top') return { x: middle.x, y };
  if (side === 'bottom') return { x: middle.x, y: y + height };
  return { x: side === 'left' ? x : x + width, y: middle.y };
}

/** One step away from a side. */
export const outward: Record<Side, Point> = {
  top: { x: 0, y: -1 },
  right: { x: 1, y: 0 },
  bottom: { x: 0, y: 1 },
  left: { x: -1, y: 0 },
};
