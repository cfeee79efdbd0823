/**
 * The keys of the canvas: which one asks for what. Nothing is done here, so that the list of keys, the canvas and the
 * tests have one table.
 */
import { GRID, shapes, type Shape } from '../model/shapes.ts';
import type { Point } from '../model/geometry.ts';

export type Wish =
  | { kind: 'create'; shape: Shape }
  | { kind: 'move' | 'grow'; by: Point }
  | { kind: 'step'; back: boolean }
  | { kind: 'zoom'; by: 'in' | 'out' | 'one' }
  | {
      kind: 'remove' | 'rename' | 'undo' | 'redo' | 'duplicate' | 'all' | 'leave' | 'fit' | 'help' | 'connect' | 'keep';
    };

export interface Pressed {
  key: string;
  shiftKey: boolean;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
}

const FAR = 10;

const arrows: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** Null for a key that is none of ours. Copy, cut and paste come as events of the clipboard. */
export function wishOf(pressed: Pressed): Wish | null {
  const { key, shiftKey, altKey } = pressed;
  const held = pressed.ctrlKey || pressed.metaKey;
  const arrow = arrows[key];
  if (arrow && !held) {
    const step = altKey ? GRID : shiftKey ? FAR : 1;
    return { kind: altKey ? 'grow' : 'move', by: { x: arrow.x * step, y: arrow.y * step } };
  }
  if (altKey) return null;
  return held ? withHeld(key.toLowerCase(), shiftKey) : alone(key, shiftKey);
}

function withHeld(key: string, shift: boolean): Wish | null {
  switch (key) {
    case 'z':
      return { kind: shift ? 'redo' : 'undo' };
    case 'y':
      return { kind: 'redo' };
    case 'd':
      return { kind: 'duplicate' };
    case 'a':
      return { kind: 'all' };
    default:
      return null;
  }
}

function alone(key: string, shift: boolean): Wish | null {
  const shape = shapes[Number(key) - 1];
  if (shape && !shift) return { kind: 'create', shape };
  switch (key) {
    case 'Delete':
    case 'Backspace':
      return { kind: 'remove' };
    case 'Enter':
    case 'F2':
      return { kind: 'rename' };
    case 'Escape':
      return { kind: 'leave' };
    case 'Tab':
      return { kind: 'step', back: shift };
    case 'c':
    case 'C':
      return { kind: 'connect' };
    case 's':
    case 'S':
      return { kind: 'keep' };
    case '+':
    case '=':
      return { kind: 'zoom', by: 'in' };
    case '-':
      return { kind: 'zoom', by: 'out' };
    case '0':
      return { kind: 'zoom', by: 'one' };
    case 'f':
    case 'F':
      return { kind: 'fit' };
    case '?':
      return { kind: 'help' };
    default:
      return null;
  }
}
