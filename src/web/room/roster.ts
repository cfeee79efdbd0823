/** Who is here, as the wire tells it: a value, and what a message of the server makes of it. */
import type { Participant, Permissions, ServerMessage, Session } from '../wire.ts';

export interface Roster {
  session: string | null;
  revision: number;
  participants: readonly Participant[];
  /** Email. */
  host: string | null;
  /** Email. */
  presenter: string | null;
  /** What I may do, as far as it has been said. */
  permissions: Permissions | null;
}

/** The roster of a session as REST tells it. @param me my email */
export function rosterOf(session: Session, me: string, before: Permissions | null): Roster {
  return {
    session: session.session_id,
    revision: session.revision ?? 0,
    participants: session.participants,
    host: session.host,
    presenter: session.presenter,
    permissions: permissionsIn(session.participants, me) ?? before,
  };
}

/** An update that is older than what is known of the same session changes nothing (CS10: revisions only grow). */
export function hear(roster: Roster, message: ServerMessage, me: string): Roster {
  if (message.type === 'permission_changed') return { ...roster, permissions: message.permissions };
  if (message.type !== 'participants_update') return roster;
  if (message.session_id === roster.session && message.revision < roster.revision) return roster;
  return {
    session: message.session_id,
    revision: message.revision,
    participants: message.participants,
    host: message.host,
    presenter: message.presenter,
    permissions: permissionsIn(message.participants, me) ?? roster.permissions,
  };
}

/** What somebody is called: their name if they are here, else their email. */
export function nameIn(roster: Roster, email: string): string {
  return roster.participants.find((participant) => participant.user_id === email)?.name ?? email;
}

function permissionsIn(participants: readonly Participant[], me: string): Permissions | null {
  return participants.find((participant) => participant.user_id === me)?.permissions ?? null;
}
