/**
 * Rooms as the database has them. One statement reads a room: its revision, the notices after another one, and what
 * some people are to its container; so what was read belongs together. One statement finds, among all rooms that are
 * open on a node, those that differ from what the node knows.
 */
import type { Queries } from '../../access/standing.ts';
import { roomScope, type Place } from '../../membership/announce.ts';

export interface StoredNotice {
  revision: number;
  payload: unknown;
  at: string;
}

/** A room at one moment of the database. */
export interface RoomMoment {
  revision: number;
  /** Those asked for, by profile id; null: nothing to the container. */
  roles: ReadonlyMap<string, string | null>;
  /** In order. */
  notices: readonly StoredNotice[];
}

/** Somebody in a room, as a node knows it. */
export interface Known {
  room: string;
  place: Place;
  /** How far they have been told. */
  revision: number;
  person: string;
  role: string | null;
}

/** After every notice: asks for none. */
export const AFTER_ALL = 2_147_483_647;

/** Where a kind's room is: the type of its container's id, and in SQL, of somebody in `open`, its revision and their role. */
const CONTAINERS: Record<Place['kind'], { id: 'uuid' | 'int'; joins: string; revision: string; role: string }> = {
  workspace: {
    id: 'uuid',
    joins: `left join workspace w on w.id = open.workspace
      left join workspace_member wm on wm.workspace_id = open.workspace and wm.profile_id = open.person`,
    revision: 'w.revision',
    role: 'wm.role',
  },
  group: {
    id: 'uuid',
    joins: `left join user_group g on g.id = open."group"
      left join group_member gm on gm.group_id = open."group" and gm.profile_id = open.person`,
    revision: 'g.revision',
    role: `case when g.owner_id = open.person then 'owner' when gm.group_id is not null then 'member' end`,
  },
  conversation: {
    id: 'int',
    joins: `left join conversation c on c.id = open.conversation
      left join conversation_participant cp on cp.conversation_id = open.conversation and cp.profile_id = open.person`,
    revision: 'c.revision',
    role: 'cp.role',
  },
};
const OF_EACH = Object.values(CONTAINERS);

/** Of somebody in a room: one of the containers, and what is known. */
const COLUMNS: readonly (readonly [name: string, type: string])[] = [
  ['room', 'text'],
  ...Object.entries(CONTAINERS).map(([kind, { id }]) => [kind, id] as const),
  ['person', 'uuid'],
  ['revision', 'int'],
  ['role', 'text'],
];

/** @param open one row for each person in a room; the columns of its container are null if it is gone */
const joined = (open: string) => [open, ...OF_EACH.map(({ joins }) => joins)].join('\n');
const REVISION = `coalesce(${OF_EACH.map(({ revision }) => revision).join(', ')})`;
const ROLE = `coalesce(${OF_EACH.map(({ role }) => role).join(', ')})`;

const row = ({ kind, container }: Place) => ({
  [kind]: CONTAINERS[kind].id === 'int' ? Number(container) : container,
});

const ASKED = `jsonb_to_recordset(?::jsonb) as open (${COLUMNS.map(([name, type]) => `"${name}" ${type}`).join(', ')})`;
const READ = `
  with listening as (select open.person, ${REVISION} as revision, ${ROLE} as role from ${joined(ASKED)})
  select (select max(revision) from listening) as revision,
    (select jsonb_object_agg(person, role) from listening) as roles,
    (select coalesce(jsonb_agg(jsonb_build_object('revision', n.revision, 'payload', n.payload, 'at', n.at)
        order by n.revision, n.ordinal), '[]') from notice n where n.scope = ? and n.revision > ?) as notices`;

/**
 * @param people profile ids, at least one
 * @param after the revision whose notices are known
 * @returns null if the container does not exist
 */
export async function readRoom(
  queries: Queries,
  place: Place,
  { people, after }: { people: readonly string[]; after: number },
): Promise<RoomMoment | null> {
  const asked = people.map((person) => ({ ...row(place), person }));
  const [read] = (await queries.execute(READ, [JSON.stringify(asked), roomScope(place), after])) as [
    { revision: number | null; roles: Record<string, string | null>; notices: StoredNotice[] },
  ];
  const { revision, roles, notices } = read;
  return revision === null ? null : { revision, roles: new Map(Object.entries(roles)), notices };
}

/** For the poll: of people in rooms, as `openRooms` writes them, the rooms that have moved, that are gone, or in which somebody is something else now. */
export function differingRooms(first: number): string {
  const arrays = COLUMNS.map(([, type], index) => `$${first + index}::${type}[]`).join(', ');
  const names = COLUMNS.map(([name]) => `"${name}"`).join(', ');
  return `select distinct open.room as key, 'news' as what from ${joined(`unnest(${arrays}) as open (${names})`)}
    where ${REVISION} is distinct from open.revision or ${ROLE} is distinct from open.role`;
}

/** Column by column: PostgreSQL then knows how many they are before it chooses its way, which takes a third of the time. */
export function openRooms(known: readonly Known[]): unknown[][] {
  const rows = known.map(({ place, ...open }): Record<string, unknown> => ({ ...row(place), ...open }));
  return COLUMNS.map(([name]) => rows.map((one) => one[name] ?? null));
}
