/**
 * How a session goes on: the pure function `step(session, event)` gives the next value and the notices to send, or a
 * refusal. Nothing here reads a clock, a database or a socket.
 *
 * A change of what others see (who hosts, who presents, the list) raises the revision by exactly one; everything else
 * leaves it (CS10). Connections are counted by the caller: `joined` may come for each connection of a person, `left`
 * comes when the last one has gone (CS4).
 */
import type { Permissions } from '../access/roles.ts';
import { Refusal } from '../refusal.ts';
import {
  attendeeOf,
  deadline,
  isConnected,
  participants,
  type ActiveSession,
  type Attendee,
  type EndReason,
  type Session,
  type SessionLimits,
  type UserId,
} from './session-value.ts';

/** What happens to a session. `by` is who asks for it, `at` when it happened. */
export type SessionEvent =
  | { type: 'joined'; user: UserId; permissions: Permissions; at: number }
  | { type: 'left'; user: UserId; at: number }
  | { type: 'presenter_requested'; by: UserId }
  | { type: 'presenter_denied'; by: UserId; user: UserId }
  | { type: 'presenter_changed'; by: UserId; user: UserId }
  | { type: 'host_changed'; by: UserId; user: UserId }
  | { type: 'removed'; by: UserId; user: UserId; at: number }
  /** `permissions` null: all access is gone. */
  | { type: 'access_changed'; user: UserId; permissions: Permissions | null; at: number }
  | { type: 'ended'; by: UserId; at: number }
  | { type: 'expired'; at: number };

/** What is told besides the list of participants. With `to` it is for that person's connections only. */
export type SessionNotice =
  | { type: 'join' | 'leave'; user: UserId }
  | { type: 'session_ended'; reason: EndReason }
  | { type: 'presenter_request_event'; to: UserId; user: UserId }
  | { type: 'presenter_denied_event' | 'removed_from_session'; to: UserId }
  /** Not told on the wire: their connections are to be closed. */
  | { type: 'access_lost'; to: UserId }
  | { type: 'permission_changed'; to: UserId; permissions: Permissions };

export interface Step {
  session: Session;
  notices: readonly SessionNotice[];
}

/** The next session and what to tell, or why not. An ended session takes no further event. */
export function step(session: Session, event: SessionEvent, limits: SessionLimits): Step | Refusal {
  if (session.kind === 'ended') return new Refusal('session_not_found');
  switch (event.type) {
    case 'joined':
      return joined(session, event, limits);
    case 'left':
      return left(session, event.user, event.at, limits);
    case 'presenter_requested':
      return presenterRequested(session, event.by);
    case 'presenter_denied':
      return byHost(session, event, () => unchanged(session, [{ type: 'presenter_denied_event', to: event.user }]));
    case 'presenter_changed':
      return byHost(session, event, () => next(session, { presenter: event.user }));
    case 'host_changed':
      return byHost(session, event, () => next(session, { host: event.user }));
    case 'removed':
      return event.user === session.host
        ? new Refusal('forbidden')
        : byHost(session, event, () => removed(session, event));
    case 'access_changed':
      return accessChanged(session, event, limits);
    case 'ended':
      return event.by === session.host ? ended(session, 'host_ended', event.at) : new Refusal('forbidden');
    case 'expired':
      return expired(session, limits, event.at);
  }
}

/**
 * CS3, CS4, CS9: another connection of a person changes nothing; whoever returns keeps their first `joinedAt`. Whoever is
 * new comes after all others, also when the clock has stepped back: colours follow from the order.
 */
function joined(
  session: ActiveSession,
  { user, permissions, at }: EventOf<'joined'>,
  { maxParticipants }: SessionLimits,
): Step | Refusal {
  const known = attendeeOf(session, user);
  if (known?.presence.kind === 'removed') return new Refusal('removed_from_session');
  if (known?.presence.kind === 'connected') return unchanged(session);
  const here = { permissions, presence: { kind: 'connected' } } as const;
  const inList = participants(session);
  if (inList.some((participant) => participant.user === user)) {
    return next(session, { attendance: replaced(session, user, here) });
  }
  if (inList.length >= maxParticipants) return new Refusal('session_full');
  const latest = session.attendance.at(-1)?.joinedAt ?? -Infinity;
  const attendance = known
    ? replaced(session, user, here)
    : [...session.attendance, { user, joinedAt: Math.max(at, latest + 1), ...here }];
  return next(session, { attendance }, [{ type: 'join', user }]);
}

/** CS6: a presenter who leaves hands back to the host. CS7: the host keeps both roles, and the place, during the grace. */
function left(session: ActiveSession, user: UserId, at: number, { hostGrace }: Pick<SessionLimits, 'hostGrace'>): Step {
  if (!isConnected(session, user)) return unchanged(session);
  if (user === session.host && hostGrace === 0) return ended(session, 'host_left', at);
  const attendance = replaced(session, user, { presence: { kind: 'left', at } });
  if (user === session.host) return next(session, { attendance });
  return next(session, { attendance, presenter: presenterWithout(session, user) }, [{ type: 'leave', user }]);
}

/** CS8: anybody who is here may ask; only the host hears it. Whoever presents already has nothing to ask for. */
function presenterRequested(session: ActiveSession, by: UserId): Step | Refusal {
  if (!isConnected(session, by)) return new Refusal('forbidden');
  if (by === session.presenter) return new Refusal('conflict');
  return unchanged(session, [{ type: 'presenter_request_event', to: session.host, user: by }]);
}

/** CS9: out, with all connections, and for the rest of this session. */
function removed(session: ActiveSession, { user, at }: EventOf<'removed'>): Step {
  const attendance = replaced(session, user, { presence: { kind: 'removed', at } });
  return next(session, { attendance, presenter: presenterWithout(session, user) }, [
    { type: 'removed_from_session', to: user },
    { type: 'leave', user },
  ]);
}

/** CS12: without access a host ends the session and anybody else leaves it; changed permissions are told to all. */
function accessChanged(
  session: ActiveSession,
  { user, permissions, at }: EventOf<'access_changed'>,
  limits: SessionLimits,
): Step {
  if (permissions === null && user === session.host) return ended(session, 'host_left', at);
  const known = participants(session).find((participant) => participant.user === user);
  if (!known || known.permissions === permissions) return unchanged(session);
  if (permissions !== null) {
    const attendance = replaced(session, user, { permissions });
    return next(session, { attendance }, [{ type: 'permission_changed', to: user, permissions }]);
  }
  const out = left(session, user, at, limits);
  return { ...out, notices: [{ type: 'access_lost', to: user }, ...out.notices] };
}

/** CS7, CS11: what the deadline says; nothing if somebody came back in time. */
function expired(session: ActiveSession, limits: SessionLimits, at: number): Step {
  const due = deadline(session, limits);
  return due ? ended(session, due.reason, at) : unchanged(session);
}

/** CS7: the leave of a host who did not come back is told at the end of the grace. */
function ended({ kind: _, ...roll }: ActiveSession, reason: EndReason, at: number): Step {
  const hostLeaves = reason === 'host_left' && roll.attendance.some(({ user }) => user === roll.host);
  const leave: SessionNotice[] = hostLeaves ? [{ type: 'leave', user: roll.host }] : [];
  const attendance = roll.attendance.map((other) =>
    other.presence.kind === 'connected' ? { ...other, presence: { kind: 'left', at } as const } : other,
  );
  return {
    session: { ...roll, kind: 'ended', revision: roll.revision + 1, attendance, reason, at },
    notices: [...leave, { type: 'session_ended', reason }],
  };
}

/** CS8: only the host, and only about a connected participant. */
function byHost(session: ActiveSession, { by, user }: { by: UserId; user: UserId }, act: () => Step): Step | Refusal {
  if (by !== session.host || !isConnected(session, by)) return new Refusal('forbidden');
  if (!isConnected(session, user)) return new Refusal('member_not_found');
  return act();
}

type EventOf<Type extends SessionEvent['type']> = Extract<SessionEvent, { type: Type }>;

function unchanged(session: ActiveSession, notices: readonly SessionNotice[] = []): Step {
  return { session, notices };
}

/** CS10: the one place where a revision is raised. */
function next(
  before: ActiveSession,
  change: Partial<Pick<ActiveSession, 'host' | 'presenter' | 'attendance'>>,
  notices: readonly SessionNotice[] = [],
): Step {
  const after = { ...before, ...change };
  return { session: looksTheSame(before, after) ? after : { ...after, revision: before.revision + 1 }, notices };
}

function looksTheSame(before: ActiveSession, after: ActiveSession): boolean {
  if (before.host !== after.host || before.presenter !== after.presenter) return false;
  const [was, is] = [participants(before), participants(after)];
  return (
    was.length === is.length &&
    was.every(({ user, permissions }, at) => is[at]?.user === user && is[at].permissions === permissions)
  );
}

function presenterWithout(session: ActiveSession, user: UserId): UserId {
  return session.presenter === user ? session.host : session.presenter;
}

function replaced(session: ActiveSession, user: UserId, change: Partial<Attendee>): readonly Attendee[] {
  return session.attendance.map((other) => (other.user === user ? { ...other, ...change } : other));
}
