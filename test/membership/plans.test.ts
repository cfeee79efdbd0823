/**
 * The plans that PostgreSQL uses for a roster with many members among many more people: none of them reads a table from
 * end to end, in the statements that we send, in those inside functions, and with row level security on.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryBus } from '../../src/cluster/memory-bus.ts';
import { openDatabase, type Database } from '../../src/database/database.ts';
import { createAnnounce } from '../../src/membership/announce.ts';
import { createConversations } from '../../src/membership/conversations.ts';
import { createGroups } from '../../src/membership/groups.ts';
import type { Kind } from '../../src/membership/kind.ts';
import { conversation } from '../../src/membership/kinds/conversation.ts';
import { group } from '../../src/membership/kinds/group.ts';
import { workspace } from '../../src/membership/kinds/workspace.ts';
import { createMessages } from '../../src/membership/messages.ts';
import { createRoster } from '../../src/membership/roster.ts';
import { byId, byNumber } from '../../src/membership/subjects.ts';
import { createWorkspaces } from '../../src/membership/workspaces.ts';
import { createAuditTrail } from '../../src/observe/audit-trail.ts';
import { freshDatabaseUrl } from '../support/database.ts';
import { actorOf, seedLargeRoster, type LargeRoster } from '../support/large-roster.ts';
import { within } from '../support/patience.ts';
import { collectPlans, explainEverything, sequentialScans, type Plan } from '../support/plans.ts';

const PROFILES = 20_000;
const MEMBERS = 5000;

let database: Database;
let large: LargeRoster;
let plans: Awaited<ReturnType<typeof collectPlans>>;

beforeAll(async () => {
  const url = await freshDatabaseUrl();
  const seeding = await openDatabase({ url });
  large = await seedLargeRoster(seeding, { profiles: PROFILES, members: MEMBERS });
  await explainEverything(seeding);
  await seeding.close();
  // Rows by the thousand are put in on all of its connections.
  database = await openDatabase({ url }, { acquire: within(10_000), hold: within(60_000), log: within(60_000) });
  plans = await collectPlans(database);
});
afterAll(() => database.close());

const announce = createAnnounce(
  memoryBus(() => {}),
  () => {},
);
const services = () => ({
  roster: createRoster(database, announce),
  workspaces: createWorkspaces(database, announce),
  groups: createGroups(database, announce),
  conversations: createConversations(database, announce),
  messages: createMessages(database, announce),
});
const owner = () => actorOf(large, 1);

/** Nothing is read from end to end, and the plans are there at all. */
function expectIndexes(found: readonly Plan[], table: string): void {
  expect(sequentialScans(found)).toEqual([]);
  expect(
    found.some(({ text }) =>
      new RegExp(`(Scan( Backward)? using \\w+|Bitmap Heap Scan|Insert) on ${table}\\b`).test(text),
    ),
    table,
  ).toBe(true);
}

it('the check finds a table that is read from end to end', async () => {
  const found = await plans.of(() =>
    database.asSystem((em) => em.execute(`select count(*) from profile where username like '%7'`)),
  );
  expect(sequentialScans(found)).toEqual([expect.stringMatching(/^profile: select count/)]);
});

describe.each<[Kind, (large: LargeRoster) => string, string]>([
  [workspace, (seeded) => seeded.workspace, 'member'],
  [group, (seeded) => seeded.group, ''],
  [conversation, (seeded) => String(seeded.conversation), 'member'],
])('$name', (kind, containerOf, role) => {
  const attempt = () => ({ kind, container: containerOf(large), actor: owner() });
  const last = { workspace: 1, group: 2, conversation: 3 }[kind.name];

  it('somebody is added, changed and removed by index', async () => {
    const { roster } = services();
    const person = kind.name === 'conversation' ? byNumber(PROFILES - last) : byId(large.person(PROFILES - last));
    expectIndexes(await plans.of(() => roster.add(attempt(), person, role || null)), kind.table);
    if (role) expectIndexes(await plans.of(() => roster.change(attempt(), person, 'admin')), kind.table);
    expectIndexes(await plans.of(() => roster.remove(attempt(), person)), kind.table);
  });

  it('pages are read by index, the first and a late one', async () => {
    const { roster } = services();
    const first = await plans.of(() => roster.list(attempt(), { limit: 50, after: null }));
    expectIndexes(first, kind.table);
    const after = [large.addedAt(MEMBERS / 2).toISOString(), large.person(MEMBERS / 2)];
    const late = await plans.of(async () =>
      expect(await roster.list(attempt(), { limit: 50, after })).toHaveLength(51),
    );
    expectIndexes(late, kind.table);
    expect(late.some(({ text }) => /Index Cond: .*ROW\(added_at, profile_id\) > ROW/.test(text))).toBe(true);
  });

  it('row level security asks what the caller belongs to once for a page, not once for each row', async () => {
    const { roster } = services();
    const found = await plans.of(() => roster.list(attempt(), { limit: 100, after: null }));
    expect(found.length).toBeLessThan(10);
  });

  it('a role is checked by index', async () => {
    const found = await plans.of(() =>
      database.asPerson(owner(), (em) => em.execute(kind.standing, [containerOf(large)])),
    );
    expect(sequentialScans(found)).toEqual([]);
  });
});

it('the last owner of a workspace is found without reading its members', async () => {
  const { roster } = services();
  const found = await plans.of(() =>
    expect(
      roster.remove({ kind: workspace, container: large.workspace, actor: owner() }, byId(large.owner)),
    ).rejects.toMatchObject({ code: 'last_owner' }),
  );
  expectIndexes(found, 'workspace_member');
  expect(found.some(({ text }) => text.includes('workspace_member_owners'))).toBe(true);
});

it('what the caller belongs to is listed by index', async () => {
  const { workspaces, groups, conversations } = services();
  const page = { limit: 50, after: null };
  expectIndexes(await plans.of(() => workspaces.mine(owner(), page)), 'workspace_member');
  expectIndexes(await plans.of(() => groups.mine(owner(), page)), 'user_group');
  expectIndexes(await plans.of(() => conversations.mine(owner(), page)), 'conversation_participant');
});

it('messages are sent and paged by index', async () => {
  const { messages } = services();
  await database.log.query(
    `insert into message (conversation_id, author_id, body) select 1 + n % 100, $1, 'x' from generate_series(1, 20000) n`,
    [large.owner],
  );
  await database.log.query('analyze message');
  expectIndexes(await plans.of(() => messages.list(owner(), 1, { limit: 50, after: null })), 'message');
  expectIndexes(await plans.of(() => messages.send(owner(), 1, 'hello')), 'message');
});

it('the audit trail is read by index, whatever it is narrowed by', async () => {
  await database.log.query(
    `insert into audit_event (id, actor_id, action, container, subject, subject_key, outcome, at)
     select gen_random_uuid(), ('01900000-0000-7000-8000-' || lpad(to_hex(n % 1000 + 1), 12, '0'))::uuid, 'x', 'workspace:' || n % 1000, n % 1000, n % 1000, 'granted',
       now() - n * interval '1 second' from generate_series(1, 20000) n`,
  );
  await database.log.query('analyze audit_event');
  const trail = createAuditTrail(database);
  const page = { limit: 50, after: null };
  const filters = [
    {},
    { actors: [large.owner] },
    { subjects: ['7', '8'] },
    { containers: ['workspace:7', 'group:7'] },
    { from: new Date(Date.now() - 60_000) },
  ];
  for (const filter of filters) {
    expectIndexes(
      await plans.of(() => trail.read({ id: large.owner, platformAdmin: true }, filter, page)),
      'audit_event',
    );
  }
});
