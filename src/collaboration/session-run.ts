/** Several events on one session, one after the other: what becomes of it, and which of them are refused. */
import { Refusal } from '../refusal.ts';
import type { PlacedNotice, SessionMoment } from './session-rows.ts';
import type { Permissions } from '../access/roles.ts';
import type { Session, SessionLimits, UserId } from './session-value.ts';
import { step, type SessionEvent } from './session.ts';

/** What events make of a session, with each notice in its place; nothing happens after the end. @throws Refusal */
export function run(
  before: SessionMoment,
  events: readonly SessionEvent[],
  limits: SessionLimits,
): { value: Session; lastOrdinal: number; notices: PlacedNotice[] } {
  let { value, lastOrdinal } = before;
  const notices: PlacedNotice[] = [];
  for (const event of events) {
    if (value.kind === 'ended') break;
    const result = step(value, event, limits);
    if (result instanceof Refusal) throw result;
    if (result.session.revision !== value.revision) lastOrdinal = -1;
    value = result.session;
    for (const notice of result.notices)
      notices.push({ revision: value.revision, ordinal: (lastOrdinal += 1), at: before.now, notice });
  }
  return { value, lastOrdinal, notices };
}

/** Which of some events, one after the other, are refused: null for those that are not. */
export function refusalsOf(
  before: Session,
  events: readonly SessionEvent[],
  limits: SessionLimits,
): (Refusal | null)[] {
  let value = before;
  return events.map((event) => {
    const result = step(value, event, limits);
    if (result instanceof Refusal) return result;
    value = result.session;
    return null;
  });
}

/**
 * Whether one of several connections of somebody, of which the list has what the first brought, brings other permissions
 * (CS12). Which of them was decided later is not known.
 */
export function disagree(before: Session, arrivals: readonly { user: UserId; permissions: Permissions }[]): boolean {
  const connected = before.attendance.filter(({ presence }) => presence.kind === 'connected');
  const known = new Map(connected.map(({ user, permissions }) => [user, permissions]));
  return arrivals.some(({ user, permissions }) => {
    const first = known.get(user) ?? permissions;
    known.set(user, first);
    return first !== permissions;
  });
}
