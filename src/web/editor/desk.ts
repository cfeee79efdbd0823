/**
 * One open canvas and everything that works on it: the drawing, the history, what is being renamed, and the hands. What
 * the components share is here, outside of React, so that a change renders only what shows it.
 */
import { createContext, useContext, useSyncExternalStore } from 'react';
import type { LiveDiagram } from '../../client/index.ts';
import { openDrawing, type Drawing } from './canvas/drawing.ts';
import { openHistory, type History } from './document/history.ts';
import { createMoving, type Moving } from './hands/moving.ts';
import { createValue, type Value } from './value.ts';

export interface Desk {
  readonly diagram: LiveDiagram;
  readonly drawing: Drawing;
  readonly history: History;
  readonly moving: Moving;
  /** The cell whose label is being written; null for none. */
  readonly renaming: Value<string | null>;
  /** Whether an end of an edge is in hand. */
  readonly connecting: Value<boolean>;
  /** Whether the person may edit now. */
  readonly writable: Value<boolean>;
}

export function openDesk(diagram: LiveDiagram): Desk {
  const drawing = openDrawing(diagram.cells);
  return {
    diagram,
    drawing,
    history: openHistory(diagram.cells),
    moving: createMoving(diagram.cells, drawing),
    renaming: createValue<string | null>(null),
    connecting: createValue(false),
    writable: createValue(false),
  };
}

const DeskContext = createContext<Desk | null>(null);
export const DeskProvider = DeskContext;

/** Null on a canvas that nobody edits, such as a preview. */
export function useDeskOrNone(): Desk | null {
  return useContext(DeskContext);
}

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === null) throw new Error('this is not inside an Editor');
  return desk;
}

const nothing = { get: () => null, subscribe: () => () => {} };

/** A value of the desk, or what is made of it; rendered again only when that changes. */
export function useValue<T, Made>(
  value: Pick<Value<T>, 'get' | 'subscribe'> | null,
  make: (value: T | null) => Made,
): Made {
  const { get, subscribe } = value ?? nothing;
  return useSyncExternalStore(subscribe, () => make(get()));
}
