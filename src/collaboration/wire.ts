/**
 * The shapes of a session on the wire, from one place for REST, stateless messages and awareness, so that the lists
 * are the same list (CS10). People are emails here; times are ISO 8601 UTC with milliseconds.
 */
import type { Permissions } from '../access/roles.ts';
import type { Person } from '../identity/person.ts';
import type { EndReason, UserId } from './session-value.ts';
import type { SessionNotice } from './session.ts';
import type { PlacedNotice } from './session-rows.ts';
import type { AttendanceView, ParticipantView, SessionView, StoredSession } from './session-view.ts';

export interface ParticipantOnWire {
  user_id: string;
  permissions: Permissions;
  joined_at: string;
  is_host: boolean;
  is_presenter: boolean;
  name: string;
  color: string;
  avatar_url: string | null;
}

export interface AttendanceOnWire {
  user_id: string;
  joined_at: string;
  left_at: string | null;
}

/** A session as REST answers it; without an active session the values are null and the lists empty. */
export interface SessionOnWire {
  session_id: string | null;
  revision: number | null;
  threat_model_id: string;
  threat_model_name: string;
  diagram_id: string;
  diagram_name: string;
  host: string | null;
  presenter: string | null;
  started_at: string | null;
  participants: ParticipantOnWire[];
  attendance: AttendanceOnWire[];
  document_name: string;
  websocket_url: string;
}

/** The diagram that a session is on, as REST names it. */
export interface SessionPlace {
  threatModel: { id: string; name: string };
  diagram: { id: string; name: string };
  /** Absolute. */
  websocketUrl: string;
}

/** What the server tells the connections of a session, besides errors. */
export type SessionMessage =
  | { type: 'join' | 'leave'; timestamp: string; session_id: string; revision: number; user_id: string }
  | ({ type: 'participants_update'; timestamp: string } & Roster)
  | { type: 'session_ended'; timestamp: string; session_id: string; reason: EndReason }
  | { type: 'presenter_request_event'; timestamp: string; user_id: string }
  | { type: 'presenter_denied_event'; timestamp: string }
  | { type: 'permission_changed'; timestamp: string; permissions: Permissions }
  | { type: 'removed_from_session'; timestamp: string; session_id: string }
  | { type: 'presenter_view'; timestamp: string; session_id: string; user_id: string; [shown: string]: unknown };

/** The list, with who hosts and presents, at a revision: what REST, `participants_update` and awareness agree on. */
export interface Roster {
  session_id: string;
  revision: number;
  participants: ParticipantOnWire[];
  host: string;
  presenter: string;
}

/** What the server writes into a client's own awareness entry. */
export interface AwarenessStamp {
  participant: Pick<ParticipantOnWire, 'user_id' | 'permissions' | 'is_host' | 'is_presenter' | 'joined_at'>;
  user: { name: string; color: string };
}

export function participantOnWire({
  person,
  permissions,
  joinedAt,
  isHost,
  isPresenter,
  colour,
}: ParticipantView): ParticipantOnWire {
  return {
    user_id: person.email,
    permissions,
    joined_at: joinedAt.toISOString(),
    is_host: isHost,
    is_presenter: isPresenter,
    name: nameOf(person),
    color: colour,
    avatar_url: person.avatarUrl,
  };
}

function attendanceOnWire({ person, joinedAt, leftAt }: AttendanceView): AttendanceOnWire {
  return { user_id: person.email, joined_at: joinedAt.toISOString(), left_at: leftAt?.toISOString() ?? null };
}

export function rosterOnWire(view: SessionView): Roster {
  return {
    session_id: view.session,
    revision: view.revision,
    participants: view.participants.map(participantOnWire),
    host: view.host.email,
    presenter: view.presenter.email,
  };
}

/** @param view null without an active session */
export function sessionOnWire(
  { threatModel, diagram, websocketUrl }: SessionPlace,
  view: SessionView | null,
): SessionOnWire {
  return {
    session_id: view?.session ?? null,
    revision: view?.revision ?? null,
    threat_model_id: threatModel.id,
    threat_model_name: threatModel.name,
    diagram_id: diagram.id,
    diagram_name: diagram.name,
    host: view?.host.email ?? null,
    presenter: view?.presenter.email ?? null,
    started_at: view?.startedAt.toISOString() ?? null,
    participants: view?.participants.map(participantOnWire) ?? [],
    attendance: view?.attendance.map(attendanceOnWire) ?? [],
    document_name: `diagram:${diagram.id}`,
    websocket_url: websocketUrl,
  };
}

/** CS3: what everybody is told after a run of events, and a newcomer after their `join`. */
export function participantsUpdate(view: SessionView, at: Date): SessionMessage {
  return { type: 'participants_update', timestamp: at.toISOString(), ...rosterOnWire(view) };
}

/** What the presenter shows, told to the others. @param shown `viewport`, `cursor`, `selected_cells`, as far as they are shown */
export function presenterViewOnWire(shown: Record<string, unknown>, view: SessionView, at: Date): SessionMessage {
  const { session, presenter } = view;
  return {
    ...shown,
    type: 'presenter_view',
    timestamp: at.toISOString(),
    session_id: session,
    user_id: presenter.email,
  };
}

/** A notice that is told on the wire. */
export type ToldNotice = Exclude<SessionNotice, { type: 'access_lost' }>;

/** What a notice is on the wire; `revision` is the one that its step led to. */
export function noticeOnWire(
  placed: PlacedNotice & { notice: ToldNotice },
  { id, people }: StoredSession,
): SessionMessage {
  const { notice, revision, at } = placed;
  const timestamp = new Date(at).toISOString();
  const email = (user: UserId) => people.get(user)?.email ?? user;
  switch (notice.type) {
    case 'join':
    case 'leave':
      return { type: notice.type, timestamp, session_id: id, revision, user_id: email(notice.user) };
    case 'session_ended':
      return { type: notice.type, timestamp, session_id: id, reason: notice.reason };
    case 'presenter_request_event':
      return { type: notice.type, timestamp, user_id: email(notice.user) };
    case 'presenter_denied_event':
      return { type: notice.type, timestamp };
    case 'permission_changed':
      return { type: notice.type, timestamp, permissions: notice.permissions };
    case 'removed_from_session':
      return { type: notice.type, timestamp, session_id: id };
  }
}

/** AC6: what the server says of a participant in their awareness entry. */
export function awarenessStamp(participant: ParticipantView): AwarenessStamp {
  const { user_id, permissions, is_host, is_presenter, joined_at, name, color } = participantOnWire(participant);
  return { participant: { user_id, permissions, is_host, is_presenter, joined_at }, user: { name, color } };
}

function nameOf(person: Person): string {
  return person.fullName ?? person.username;
}
