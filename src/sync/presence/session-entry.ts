/**
 * The server's own awareness entry of a diagram's document, one for each node: the session's list as clients that only
 * speak awareness read it (CS10). Of several nodes' entries the one with the greatest revision is right.
 */
import { removeAwarenessStates, type Awareness } from 'y-protocols/awareness';
import type { SessionView } from '../../collaboration/session-view.ts';
import { awarenessStamp, rosterOnWire, type Roster } from '../../collaboration/wire.ts';
import { userOf, type StampOf } from './awareness.ts';

interface SessionEntry extends Roster {
  kind: 'session';
}

export function showSession(awareness: Awareness, view: SessionView): void {
  awareness.setLocalState({ kind: 'session', ...rosterOnWire(view) } satisfies SessionEntry);
}

/** Takes the entry away if it is still this session's. */
export function hideSession(awareness: Awareness, session: string): void {
  if (awareness.getLocalState()?.session_id === session) awareness.setLocalState(null);
}

/** AC6: what each participant's entries are stamped with. */
export function stampsOf(view: SessionView): StampOf {
  const stamps = new Map(view.participants.map((participant) => [participant.person.id, awarenessStamp(participant)]));
  return (person) => stamps.get(person) ?? null;
}

/** CS5: takes away what people show who have left, also those whose node died and cannot do it. */
export function removeLeft(awareness: Awareness, before: SessionView, view: SessionView): void {
  const here = new Set(view.participants.map(({ person }) => person.email));
  const left = new Set(before.participants.map(({ person }) => person.email).filter((email) => !here.has(email)));
  const entries = [...awareness.getStates()].filter(([, state]) => left.has(userOf(state) ?? ''));
  const ids = entries.map(([id]) => id);
  if (ids.length > 0) removeAwarenessStates(awareness, ids, 'left the session');
}
