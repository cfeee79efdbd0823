/**
 * What everybody points at, selects and sees, told through awareness. Of their own entry clients set three fields; who
 * they are is what the server says. My own fields are kept here as well: a page that was put aside loses its entry, and
 * what is set while the server's word on who I am is on its way would be lost to it. So what this page sets on the entry,
 * through here or by an editor plug-in, is mine, and a change from elsewhere that says otherwise is put right.
 */
import type { HocuspocusProvider } from '@hocuspocus/provider';
import type { Point, Viewport } from './messages.ts';

/** What one open page of somebody else shows; one person may have several. */
export interface Presence {
  readonly clientId: number;
  /** Email. */
  readonly user_id: string;
  readonly name: string;
  readonly color: string;
  readonly cursor: Point | null;
  /** Ids of cells. */
  readonly selection: readonly string[];
  readonly viewport: Viewport | null;
}

export interface OwnPresence {
  cursor?: Point | null;
  selection?: readonly string[];
  viewport?: Viewport | null;
}

export interface PresenceDesk {
  /** The others; the same list until something changes. */
  readonly others: readonly Presence[];
  set(fields: OwnPresence): void;
  /** Shows my own entry anew, with a newer clock: a server that knows it from an earlier connection takes only that. */
  renew(): void;
  stop(): void;
}

/** @param changed called when the others show something else; @param states called with all entries */
export function createPresence(
  provider: HocuspocusProvider,
  { changed, states }: { changed(others: readonly Presence[]): void; states(all: Iterable<unknown>): void },
): PresenceDesk {
  const awareness = provider.awareness!; // the stock provider makes one
  let own: OwnPresence | null = {};
  let others: readonly Presence[] = [];
  const renew = () => awareness.setLocalState(own);
  const read = ({ added, updated, removed }: Record<'added' | 'updated' | 'removed', number[]>, origin: unknown) => {
    const mine = awareness.getLocalState();
    const shown = mine && fieldsOf(mine);
    if (origin === 'local') own = shown;
    else if (shown && JSON.stringify(shown) !== JSON.stringify(own)) renew();
    if ([...added, ...updated, ...removed].every((id) => id === awareness.clientID)) return;
    const all = awareness.getStates();
    states(all.values());
    others = [...all].flatMap(([clientId, state]) => {
      const presence = clientId === awareness.clientID ? null : presenceIn(clientId, state as Record<string, unknown>);
      return presence ? [presence] : [];
    });
    changed(others);
  };
  awareness.on('change', read);
  return {
    get others() {
      return others;
    },
    set(fields) {
      own = { ...own, ...fields };
      renew();
    },
    renew,
    stop: () => awareness.off('change', read),
  };
}

/** Null for what is nobody's: the server's own entries, and people whom it has not named yet. */
function presenceIn(clientId: number, state: Record<string, unknown>): Presence | null {
  const { user_id } = (state.participant ?? {}) as { user_id?: unknown };
  const { name, color } = (state.user ?? {}) as { name?: unknown; color?: unknown };
  if (typeof user_id !== 'string' || typeof name !== 'string' || typeof color !== 'string') return null;
  const { cursor, selection, viewport } = state;
  return {
    clientId,
    user_id,
    name,
    color,
    cursor: isPoint(cursor) ? cursor : null,
    selection: Array.isArray(selection) ? selection.filter((id) => typeof id === 'string') : [],
    viewport: isPoint(viewport) && typeof (viewport as Viewport).zoom === 'number' ? (viewport as Viewport) : null,
  };
}

/** The three of an entry that are its owner's, in one order. */
const fieldsOf = ({ cursor, selection, viewport }: OwnPresence) => ({ cursor, selection, viewport }) as OwnPresence;

function isPoint(value: unknown): value is Point {
  const { x, y } = (value ?? {}) as Partial<Point>;
  return typeof x === 'number' && typeof y === 'number';
}
