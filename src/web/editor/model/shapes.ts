/** The shapes that people draw with. Others may be in a diagram too; they are shown as a plain box with their label. */
import type { Rect } from './geometry.ts';

/** In the order of the palette and of the keys 1 to 5. */
export const shapes = ['process', 'store', 'actor', 'boundary', 'text'] as const;
export type Shape = (typeof shapes)[number];

export type Joint = 'edge' | 'flow';

export function isShape(value: string): value is Shape {
  return (shapes as readonly string[]).includes(value);
}

export type Size = Pick<Rect, 'width' | 'height'>;

/** What a new one measures. */
export const sizes: Record<Shape, Size> = {
  process: { width: 140, height: 60 },
  store: { width: 140, height: 60 },
  actor: { width: 140, height: 60 },
  boundary: { width: 400, height: 260 },
  text: { width: 140, height: 40 },
};

/** No node gets smaller than this. */
export const smallest: Size = { width: 40, height: 30 };

/** What everything is laid on. */
export const GRID = 10;
