/** A session as the rest of the program sees it: the value of `session.ts` with the people in it. */
import type { Permissions } from '../access/roles.ts';
import type { Person } from '../identity/person.ts';
import { coloursOf } from './colour.ts';
import { participants, type Session, type UserId } from './session-value.ts';

export interface ParticipantView {
  person: Person;
  permissions: Permissions;
  joinedAt: Date;
  isHost: boolean;
  isPresenter: boolean;
  /** `#rrggbb` */
  colour: string;
}

export interface AttendanceView {
  person: Person;
  joinedAt: Date;
  /** When their last connection went; null while they are connected. */
  leftAt: Date | null;
}

export interface SessionView {
  /** The session's id. */
  session: string;
  diagram: string;
  revision: number;
  host: Person;
  presenter: Person;
  startedAt: Date;
  /** In order of `joinedAt`. */
  participants: readonly ParticipantView[];
  /** Everybody who ever connected, in order of `joinedAt`. */
  attendance: readonly AttendanceView[];
}

/** What a session's row and its participants' rows say, at one moment. */
export interface StoredSession {
  id: string;
  diagram: string;
  value: Session;
  /** Host, presenter and everybody in the attendance. */
  people: ReadonlyMap<UserId, Person>;
}

/** @throws Error if somebody in the session is not among its people: that cannot be */
export function viewOf({ id, diagram, value, people }: StoredSession): SessionView {
  const person = (user: UserId): Person => {
    const found = people.get(user);
    if (!found) throw new Error(`session ${id} names ${user}, whom it does not hold`);
    return found;
  };
  const colours = coloursOf(value.attendance.map(({ user }) => user));
  return {
    session: id,
    diagram,
    revision: value.revision,
    host: person(value.host),
    presenter: person(value.presenter),
    startedAt: new Date(value.startedAt),
    participants: participants(value).map(({ user, permissions, joinedAt }) => ({
      person: person(user),
      permissions,
      joinedAt: new Date(joinedAt),
      isHost: user === value.host,
      isPresenter: user === value.presenter,
      colour: colours.get(user)!,
    })),
    attendance: value.attendance.map(({ user, joinedAt, presence }) => ({
      person: person(user),
      joinedAt: new Date(joinedAt),
      leftAt: presence.kind === 'connected' ? null : new Date(presence.at),
    })),
  };
}
