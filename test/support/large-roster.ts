/**
 * One workspace, one group and one conversation with many members among many more people, made inside the database in
 * a few statements, and counted by `analyze` so that the planner knows them. Ids follow from their number, so that a
 * caller can name anybody without having read them.
 */
import type { Database } from '../../src/database/database.ts';
import type { Actor } from '../../src/identity/person.ts';

export interface LargeRoster {
  workspace: string;
  group: string;
  conversation: number;
  /** The owner of the workspace and of the group, the admin of the conversation: person number 1. */
  owner: string;
  /** A profile's id. Those up to `members` belong to all three containers; number 1 owns them. */
  person(number: number): string;
  /** When that person was added. */
  addedAt(number: number): Date;
}

/** Person number so and so, calling. */
export function actorOf(large: LargeRoster, number: number): Actor {
  const username = `person-${number}`;
  const person = { id: large.person(number), number, email: `${username}@example.com`, username };
  return {
    ...person,
    fullName: `Person ${number}`,
    avatarUrl: null,
    platformAdmin: false,
    expiresAt: Number.MAX_SAFE_INTEGER,
  };
}

const idOf = (space: number, number: number) =>
  `0190000${space}-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
const idSql = (space: number, number: string) =>
  `('0190000${space}-0000-7000-8000-' || lpad(to_hex(${number}), 12, '0'))::uuid`;

const START = Date.UTC(2026, 0, 1);
/** How many members of each kind besides the large containers have small ones of their own. */
const SMALL = 10_000;

/**
 * @param profiles how many people there are
 * @param members how many of them belong to each container
 */
export async function seedLargeRoster(
  database: Database,
  { profiles, members }: { profiles: number; members: number },
): Promise<LargeRoster> {
  const workspace = idOf(1, 1);
  const group = idOf(2, 1);
  const run = (text: string, values: unknown[] = []) => database.content.query(text, values);
  await run(
    `insert into profile (id, number, issuer, subject, email, username, full_name)
     select ${idSql(0, 'n')}, n, '', 'person-' || n, 'person-' || n || '@example.com', 'person-' || n, 'Person ' || n
     from generate_series(1, $1::int) n`,
    [profiles],
  );
  await run(
    `insert into workspace (id, name) select ${idSql(1, 'n')}, 'Workspace ' || n from generate_series(1, $1::int) n`,
    [SMALL],
  );
  await run(
    `insert into user_group (id, name, owner_id) select ${idSql(2, 'n')}, 'Group ' || n, ${idSql(0, 'n')} from generate_series(1, $1::int) n`,
    [SMALL],
  );
  await run(`insert into conversation (title) select 'Conversation ' || n from generate_series(1, $1::int) n`, [SMALL]);
  const belong = async (
    table: string,
    column: string,
    container: (n: string) => string,
    role: { column: string; first: string; rest: string } | null,
  ) => {
    const at = `to_timestamp(${START / 1000} + n)`;
    const roles = role
      ? {
          column: `, ${role.column}`,
          first: `, '${role.first}'`,
          rest: `, case n when 1 then '${role.first}' else '${role.rest}' end`,
        }
      : { column: '', first: '', rest: '' };
    await run(
      `insert into ${table} (${column}, profile_id, added_at${roles.column}) select ${container('1')}, ${idSql(0, 'n')}, ${at}${roles.rest} from generate_series($1::int, $2::int) n`,
      [role ? 1 : 2, members],
    );
    await run(
      `insert into ${table} (${column}, profile_id, added_at${roles.column}) select ${container('n')}, ${idSql(0, 'n + 1')}, ${at}${roles.first} from generate_series(2, $1::int) n`,
      [SMALL],
    );
  };
  await belong('workspace_member', 'workspace_id', (n) => idSql(1, n), {
    column: 'role',
    first: 'owner',
    rest: 'member',
  });
  await belong('group_member', 'group_id', (n) => idSql(2, n), null);
  await belong('conversation_participant', 'conversation_id', (n) => n, {
    column: 'role',
    first: 'admin',
    rest: 'member',
  });
  await run(
    `insert into threat_model (id, name, workspace_id, owner_id) select ${idSql(3, 'n')}, 'Threat model ' || n, ${idSql(1, '(n - 1) / 10 + 1')}, ${idSql(0, 'n')} from generate_series(1, $1::int) n`,
    [SMALL],
  );
  await run(
    `insert into threat_model_grant (id, threat_model_id, profile_id, role) select ${idSql(4, 'n')}, ${idSql(3, 'n')}, ${idSql(0, 'n')}, 'owner' from generate_series(1, $1::int) n`,
    [SMALL],
  );
  await run(
    `insert into threat_model_grant (id, threat_model_id, group_id, role) select ${idSql(5, 'n')}, ${idSql(3, 'n')}, ${idSql(2, '(n - 1) / 10 + 1')}, 'writer' from generate_series(1, $1::int) n`,
    [SMALL],
  );
  await run(
    `insert into diagram (id, threat_model_id, name) select ${idSql(6, 'n')}, ${idSql(3, '(n + 1) / 2')}, 'Diagram ' || n from generate_series(1, $1::int) n`,
    [2 * SMALL],
  );
  await run('analyze');
  const addedAt = (number: number) => new Date(START + number * 1000);
  return { workspace, group, conversation: 1, owner: idOf(0, 1), person: (number) => idOf(0, number), addedAt };
}
