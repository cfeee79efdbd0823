/**
 * A session as its rows say it is. It is read in one statement, so that what was read belongs together: the value, the
 * people in it, and the notices since a position.
 */
import { permissionsOf, type AccessRole, type Permissions } from '../access/roles.ts';
import type { Queries } from '../access/standing.ts';
import { arrayOf } from '../database/array.ts';
import { toPerson, type ProfileRow } from '../identity/profiles.ts';
import type { Attendee, EndReason, Session } from './session-value.ts';
import type { SessionNotice } from './session.ts';
import type { StoredSession } from './session-view.ts';

/** A place in a session's notices: they are told in order of revision, then ordinal. */
export interface Position {
  revision: number;
  ordinal: number;
}

/** A notice with its place, and when it was written (ms since the epoch). */
export interface PlacedNotice extends Position {
  at: number;
  notice: SessionNotice;
}

/** A session as it was at one moment of the database. */
export interface SessionMoment extends StoredSession {
  /** The database's clock, ms since the epoch. */
  now: number;
  /** The last ordinal used at the value's revision; -1 if none. */
  lastOrdinal: number;
  /** Notices after the position asked for. */
  notices: readonly PlacedNotice[];
}

/** Which session: by its id, whatever its state, or the active one of a diagram. */
export type SessionKey = { session: string } | { diagram: string };

/** After every notice: asks for none. */
export const AFTER_ALL: Position = { revision: 2_147_483_647, ordinal: 0 };

const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::bigint`;

const MOMENT = `jsonb_build_object(
  'id', s.id, 'diagram', s.diagram_id, 'revision', s.revision, 'host', s.host_id, 'presenter', s.presenter_id,
  'startedAt', ${ms('s.started_at')}, 'endedAt', ${ms('s.ended_at')}, 'endReason', s.end_reason, 'now', ${ms('clock_timestamp()')},
  'attendance', (select coalesce(jsonb_agg(jsonb_build_object('user', p.profile_id, 'permissions', p.permissions,
      'joinedAt', ${ms('p.joined_at')}, 'leftAt', ${ms('p.left_at')}, 'removed', p.removed) order by p.joined_at, p.profile_id), '[]')
    from session_participant p where p.session_id = s.id),
  'people', (select jsonb_agg(to_jsonb(known)) from (
      select id, number, email, username, coalesce(p.name, full_name) as full_name,
        case when p.name is null then avatar_url else p.picture end as avatar_url
      from (select profile_id as id from session_participant where session_id = s.id union select s.host_id) someone
      join profile using (id) left join session_participant p on p.session_id = s.id and p.profile_id = id) known),
  'lastOrdinal', s.last_ordinal,
  'notices', (select coalesce(jsonb_agg(jsonb_build_object('revision', n.revision, 'ordinal', n.ordinal, 'at', ${ms('n.at')},
      'notice', n.payload) order by n.revision, n.ordinal), '[]')
    from notice n where n.scope = 'session:' || s.id and (n.revision, n.ordinal) > (?, ?))) as moment`;

interface MomentRow {
  id: string;
  diagram: string;
  revision: number;
  host: string;
  presenter: string;
  startedAt: number;
  endedAt: number | null;
  endReason: EndReason | null;
  now: number;
  attendance: { user: string; permissions: Permissions; joinedAt: number; leftAt: number | null; removed: boolean }[];
  people: ProfileRow[];
  lastOrdinal: number;
  notices: PlacedNotice[];
}

/** The notices after a position come along. @returns null if there is no such session */
export async function readSession(
  queries: Queries,
  key: SessionKey,
  after: Position = AFTER_ALL,
): Promise<SessionMoment | null> {
  const [where, id] =
    'session' in key ? ['s.id = ?', key.session] : ['s.diagram_id = ? and s.ended_at is null', key.diagram];
  const rows = (await queries.execute(`select ${MOMENT} from collaboration_session s where ${where}`, [
    after.revision,
    after.ordinal,
    id,
  ])) as { moment: MomentRow }[];
  return rows[0] ? toMoment(rows[0].moment) : null;
}

/** The active sessions of some diagrams. */
export async function readActive(queries: Queries, diagrams: readonly string[]): Promise<SessionMoment[]> {
  const rows = (await queries.execute(
    `select ${MOMENT} from collaboration_session s where s.diagram_id = any (?::uuid[]) and s.ended_at is null order by s.started_at, s.id`,
    [AFTER_ALL.revision, AFTER_ALL.ordinal, arrayOf(diagrams)],
  )) as { moment: MomentRow }[];
  return rows.map(({ moment }) => toMoment(moment));
}

/** CS12: which of some diagrams have an active session that says of somebody in it what is not so, or whose host may nothing. */
export async function readOutdated(queries: Queries, diagrams: readonly string[]): Promise<string[]> {
  const rows = (await queries.execute(
    `select s.diagram_id as diagram, person.permissions, diagram_role(s.diagram_id, person.id) as role
     from collaboration_session s cross join lateral (
       select p.profile_id as id, p.permissions from session_participant p
         where p.session_id = s.id and (p.left_at is null or p.profile_id = s.host_id)
       union all select s.host_id, null) person
     where s.diagram_id = any (?::uuid[]) and s.ended_at is null`,
    [arrayOf(diagrams)],
  )) as { diagram: string; permissions: Permissions | null; role: AccessRole | null }[];
  const outdated = rows.filter(({ permissions, role }) =>
    permissions === null ? role === null : permissionsOf(role) !== permissions,
  );
  return [...new Set(outdated.map(({ diagram }) => diagram))];
}

/** The diagrams of active sessions that nobody is connected to. */
export async function readDeserted(queries: Queries): Promise<string[]> {
  const rows = (await queries.execute(
    `select diagram_id as diagram from collaboration_session s
     where ended_at is null and not exists (select from session_connection c where c.session_id = s.id)`,
  )) as { diagram: string }[];
  return rows.map(({ diagram }) => diagram);
}

/**
 * Locks a session's row to the end of the transaction, then reads it: whoever comes later sees what this one wrote.
 * Where that had to wait for its end, another one of the diagram may have begun meanwhile, which only a second look sees.
 * @returns null if there is no such session
 */
export async function lockSession(queries: Queries, key: SessionKey): Promise<SessionMoment | null> {
  const [where, id] = 'session' in key ? ['id = ?', key.session] : ['diagram_id = ? and ended_at is null', key.diagram];
  const look = () => queries.execute(`select id from collaboration_session where ${where} for no key update`, [id]);
  let rows = (await look()) as { id: string }[];
  if (rows.length === 0) rows = (await look()) as { id: string }[];
  return rows[0] ? readSession(queries, { session: rows[0].id }) : null;
}

/** For the poll: of sessions, with the position that is known of each, those that have come to another one or are gone. */
export const differingSessions = (first: number) => `
  select known.id::text as key, 'news' as what
  from unnest($${first}::uuid[], $${first + 1}::int[], $${first + 2}::int[]) as known (id, revision, ordinal)
  left join collaboration_session s on s.id = known.id
  where s.revision is distinct from known.revision or s.last_ordinal is distinct from known.ordinal`;

function toMoment(row: MomentRow): SessionMoment {
  const { id, diagram, now, lastOrdinal, notices, people } = row;
  return {
    id,
    diagram,
    value: toValue(row),
    people: new Map(people.map((person) => [person.id, toPerson(person)])),
    now,
    lastOrdinal,
    notices,
  };
}

function toValue({ revision, startedAt, host, presenter, attendance, endedAt, endReason }: MomentRow): Session {
  const roll = { revision, startedAt, host, presenter, attendance: attendance.map(toAttendee) };
  return endedAt !== null && endReason !== null
    ? { kind: 'ended', ...roll, reason: endReason, at: endedAt }
    : { kind: 'active', ...roll };
}

function toAttendee({ user, permissions, joinedAt, leftAt, removed }: MomentRow['attendance'][number]): Attendee {
  if (leftAt === null) return { user, permissions, joinedAt, presence: { kind: 'connected' } };
  return { user, permissions, joinedAt, presence: { kind: removed ? 'removed' : 'left', at: leftAt } };
}
