/**
 * Who is here: of everything that is told, the list with the greatest revision (CS10). REST and `participants_update`
 * may name a session that is new here; awareness only speaks of the one that is known, and may be late.
 */
import type { Session } from '../shapes.ts';
import type { Roster } from './messages.ts';

/** The roster of a session as REST tells it; null without an active one. */
export function rosterOf({ session_id, revision, participants, host, presenter }: Session): Roster | null {
  if (session_id === null || revision === null || host === null || presenter === null) return null;
  return { session_id, revision, participants, host, presenter };
}

/** What is known after something was told. */
export function told(known: Roster | null, roster: Roster): Roster {
  return known?.session_id === roster.session_id && roster.revision < known.revision ? known : roster;
}

/** What is known after awareness showed something: entries of the nodes, among those of people. */
export function shown(known: Roster | null, states: Iterable<unknown>): Roster | null {
  let best = known;
  for (const state of states) {
    if (best && isEntry(state) && state.session_id === best.session_id && state.revision > best.revision)
      best = rosterIn(state);
  }
  return best;
}

function isEntry(state: unknown): state is Roster {
  return typeof state === 'object' && state !== null && 'kind' in state && state.kind === 'session';
}

/** The roster of a message, or of an entry, that has more than that. */
export function rosterIn({ session_id, revision, participants, host, presenter }: Roster): Roster {
  return { session_id, revision, participants, host, presenter };
}
