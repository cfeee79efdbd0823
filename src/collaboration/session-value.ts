/**
 * A collaboration session as a value: everybody who ever connected (`attendance`), who hosts and who presents. What
 * others see of it is `participants`: who is connected now, and the host while the grace runs (CS7). Times are ms since
 * the epoch, by the database's clock.
 */
import type { Permissions } from '../access/roles.ts';

/** The id of a profile. */
export type UserId = string;

export type EndReason = 'host_left' | 'host_ended' | 'idle';

/** Whether somebody who ever connected is here now. */
export type Presence =
  | { readonly kind: 'connected' }
  | { readonly kind: 'left'; readonly at: number }
  | { readonly kind: 'removed'; readonly at: number };

/** Somebody who connected to this session at least once. */
export interface Attendee {
  readonly user: UserId;
  readonly permissions: Permissions;
  /** When they first connected in this session, ms; kept when they return (CS4). */
  readonly joinedAt: number;
  readonly presence: Presence;
}

interface Roll {
  readonly revision: number;
  readonly startedAt: number;
  /** May never have connected (CS12). */
  readonly host: UserId;
  readonly presenter: UserId;
  /** In order of `joinedAt`. */
  readonly attendance: readonly Attendee[];
}

export interface ActiveSession extends Roll {
  readonly kind: 'active';
}

export interface EndedSession extends Roll {
  readonly kind: 'ended';
  readonly reason: EndReason;
  readonly at: number;
}

export type Session = ActiveSession | EndedSession;

export interface SessionLimits {
  /** People in one session. */
  maxParticipants: number;
  /** How long a session outlives its host's last connection, ms. */
  hostGrace: number;
  /** After how long a session without connections ends, ms. */
  idle: number;
}

/** Who is here, in order of `joinedAt`: who is connected, and the host while the grace runs (CS7). */
export function participants(session: Session): readonly Attendee[] {
  return session.attendance.filter(
    ({ user, presence }) => presence.kind === 'connected' || (user === session.host && presence.kind === 'left'),
  );
}

/**
 * When the session ends by itself if nothing happens, and why: the host's grace (CS7) or the idle time (CS11),
 * whichever is over first; null while the host, or anybody with a host who never came, is connected.
 */
export function deadline(session: Session, limits: SessionLimits): { reason: EndReason; at: number } | null {
  if (session.kind === 'ended') return null;
  const host = attendeeOf(session, session.host);
  const grace =
    host?.presence.kind === 'left' ? { reason: 'host_left' as const, at: host.presence.at + limits.hostGrace } : null;
  const idle = session.attendance.some(({ presence }) => presence.kind === 'connected')
    ? null
    : { reason: 'idle' as const, at: emptySince(session) + limits.idle };
  if (grace && idle) return idle.at < grace.at ? idle : grace;
  return grace ?? idle;
}

/** Their part in the session, if they ever connected. */
export function attendeeOf(session: Session, user: UserId): Attendee | undefined {
  return session.attendance.find((other) => other.user === user);
}

export function isConnected(session: Session, user: UserId): boolean {
  return attendeeOf(session, user)?.presence.kind === 'connected';
}

function emptySince({ startedAt, attendance }: ActiveSession): number {
  return attendance.reduce(
    (latest, { presence }) => (presence.kind === 'connected' ? latest : Math.max(latest, presence.at)),
    startedAt,
  );
}
