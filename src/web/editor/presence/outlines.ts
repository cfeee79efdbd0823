/** What others have selected: the colour of the outline of each such cell. Only a cell whose outline changes is told. */
import { createContext, useContext, useSyncExternalStore } from 'react';
import type { LiveDiagram, Presence } from '../../../client/index.ts';
import { createValue } from '../value.ts';

export interface Outlines {
  /** A colour; null where nobody else has selected the cell. */
  of(id: string): string | null;
  subscribe(listener: () => void): () => void;
  /** Begins to hear. @returns what ends it */
  start(): () => void;
}

export function createOutlines(diagram: Pick<LiveDiagram, 'presence' | 'on'>): Outlines {
  const colours = createValue<ReadonlyMap<string, string>>(new Map());
  const hear = (others: readonly Presence[]) => {
    const next = coloursOf(others);
    if (!same(next, colours.get())) colours.set(next);
  };
  return {
    of: (id) => colours.get().get(id) ?? null,
    subscribe: colours.subscribe,
    start() {
      hear(diagram.presence);
      return diagram.on('presence', hear);
    },
  };
}

/** Of several people on one cell the first is shown. */
function coloursOf(others: readonly Presence[]): Map<string, string> {
  const colours = new Map<string, string>();
  for (const { selection, color } of others) {
    for (const id of selection) if (!colours.has(id)) colours.set(id, color);
  }
  return colours;
}

function same(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([id, colour]) => other.get(id) === colour);
}

const OutlinesContext = createContext<Outlines | null>(null);
export const OutlinesProvider = OutlinesContext;

const never = () => () => {};

export function useOutline(id: string): string | null {
  const outlines = useContext(OutlinesContext);
  return useSyncExternalStore(outlines?.subscribe ?? never, () => outlines?.of(id) ?? null);
}
