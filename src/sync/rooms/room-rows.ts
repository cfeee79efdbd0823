/**
 * Rooms as the database has them. One statement reads a room: its revision, the notices after another one, and what
 * some people are to its container; so what was read belongs together. One statement finds, among all rooms that are
 * open on a node, those that differ from what the node knows.
 */
import type { Queries } from '../../access/standing.ts';
import { arrayOf } from '../../database/array.ts';
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
    joins: `left join workspace w on w.id = open.container
      left join workspace_member wm on wm.workspace_id = open.container and wm.profile_id = open.person`,
    revision: 'w.revision',
    role: 'wm.role',
  },
  group: {
    id: 'uuid',
    joins: `left join user_group g on g.id = open.container
      left join group_member gm on gm.group_id = open.container and gm.profile_id = open.person`,
    revision: 'g.revision',
    role: `case when g.owner_id = open.person then 'owner' when gm.group_id is not null then 'member' end`,
  },
  conversation: {
    id: 'int',
    joins: `left join conversation c on c.id = open.container
      left join conversation_participant cp on cp.conversation_id = open.container and cp.profile_id = open.person`,
    revision: 'c.revision',
    role: 'cp.role',
  },
};
const KINDS = Object.keys(CONTAINERS) as Place['kind'][];

const reading = ({ id, joins, revision, role }: (typeof CONTAINERS)[Place['kind']]) => `
  with listening as (
    select open.person, ${revision} as revision, ${role} as role
    from (select unnest(?::uuid[]) as person, ?::${id} as container) as open ${joins}
  )
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
  const values = [arrayOf(people), place.container, roomScope(place), after];
  const [read] = (await queries.execute(reading(CONTAINERS[place.kind]), values)) as [
    { revision: number | null; roles: Record<string, string | null>; notices: StoredNotice[] },
  ];
  const { revision, roles, notices } = read;
  return revision === null ? null : { revision, roles: new Map(Object.entries(roles)), notices };
}

/**
 * For the poll: of people in rooms, as `openRooms` writes them, the rooms that have moved, that are gone, or in which
 * somebody is something else now. Each kind by itself: to join the containers of all kinds takes twice as long.
 */
export function differingRooms(first: number): string {
  const ofEach = KINDS.map((kind, index) => {
    const { id, joins, revision, role } = CONTAINERS[kind];
    const types = ['text', id, 'uuid', 'int', 'text'];
    const arrays = types.map((type, column) => `$${first + index * types.length + column}::${type}[]`);
    return `select open.room as key, 'news' as what
      from unnest(${arrays.join(', ')}) as open (room, container, person, revision, role) ${joins}
      where ${revision} is distinct from open.revision or ${role} is distinct from open.role`;
  });
  return ofEach.join('\nunion\n');
}

/** Column by column: PostgreSQL then knows how many they are before it chooses its way, which takes a third of the time. */
export function openRooms(known: readonly Known[]): unknown[][] {
  return KINDS.flatMap((kind) => {
    const those = known.filter(({ place }) => place.kind === kind);
    return [
      those.map(({ room }) => room),
      those.map(({ place }) => place.container),
      those.map(({ person }) => person),
      those.map(({ revision }) => revision),
      those.map(({ role }) => role),
    ];
  });
}
