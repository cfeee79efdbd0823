/** What the poll asks of the rooms that are open, as `cluster/poll` has it for documents and their sessions. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { differingRooms, openRooms, type Known } from '../../../src/sync/rooms/room-rows.ts';
import { freshDatabase } from '../../support/database.ts';
import { within } from '../../support/patience.ts';

const CONTAINERS = 1000;
/** In each room. */
const PEOPLE = 5;
/** ms of the database's time. */
const LIMIT = 20;

let database: Database;
let known: Known[];

beforeAll(async () => {
  database = await freshDatabase();
  const { log } = database;
  await log.query(
    `insert into profile (id, issuer, subject, email, username, full_name)
     select gen_random_uuid(), '', n::text, n || '@example.com', 'p' || n, 'P' from generate_series(1, $1::int) n`,
    [CONTAINERS],
  );
  await log.query(`insert into workspace (id, name) select gen_random_uuid(), 'W' from generate_series(1, $1::int)`, [
    CONTAINERS,
  ]);
  await log.query(`insert into conversation (title) select 'C' from generate_series(1, $1::int)`, [CONTAINERS]);
  for (const [table, container, member] of [
    ['workspace', 'workspace', 'workspace_member'],
    ['conversation', 'conversation', 'conversation_participant'],
  ])
    await log.query(
      `insert into ${member} (${container}_id, profile_id, role)
       select c.id, p.id, 'member' from (select id, row_number() over () as n from ${table}) c
       join (select id, row_number() over () as n from profile) p on (p.n - c.n + $2) % $2 < $1::int`,
      [PEOPLE, CONTAINERS],
    );
  await log.query('vacuum analyze');
  known = await log.query<Known>(
    `select 'workspace:' || w.id as room, jsonb_build_object('kind', 'workspace', 'container', w.id::text) as place, w.revision, m.profile_id as person, m.role
     from workspace w join workspace_member m on m.workspace_id = w.id union all
     select 'conversation:' || c.id, jsonb_build_object('kind', 'conversation', 'container', c.id::text), c.revision, m.profile_id, m.role
     from conversation c join conversation_participant m on m.conversation_id = c.id`,
  );
}, 60_000);
afterAll(() => database.close());

const differing = () => database.log.query<{ key: string }>(differingRooms(1), openRooms(known));

it(`DO3 takes the database no more than ${LIMIT} ms for ${2 * CONTAINERS * PEOPLE} people in rooms`, async () => {
  expect(known).toHaveLength(2 * CONTAINERS * PEOPLE);
  expect(await differing()).toEqual([]);
  const took: number[] = [];
  for (let run = 0; run < 10; run += 1) {
    const plan = await database.log.query<{ 'QUERY PLAN': string }>(
      `explain (analyze, timing off) ${differingRooms(1)}`,
      openRooms(known),
    );
    took.push(Number(/Execution Time: ([\d.]+)/.exec(plan.at(-1)!['QUERY PLAN'])![1]));
  }
  expect(Math.min(...took)).toBeLessThan(within(LIMIT));
});

it('MB7 AC3 gives back the rooms that have moved, that are gone, and in which somebody is something else, and only those', async () => {
  const { log } = database;
  const [moved, gone, another, out] = [0, 10, 20, 6000].map((index) => known[index]!);
  await log.query('update workspace set revision = revision + 1 where id = $1', [moved!.place.container]);
  await log.query('delete from workspace where id = $1', [gone!.place.container]);
  await log.query(`update workspace_member set role = 'admin' where workspace_id = $1 and profile_id = $2`, [
    another!.place.container,
    another!.person,
  ]);
  await log.query('delete from conversation_participant where conversation_id = $1 and profile_id = $2', [
    Number(out!.place.container),
    out!.person,
  ]);
  const rooms = [moved, gone, another, out].map((one) => one!.room).toSorted();
  expect((await differing()).map(({ key }) => key).toSorted()).toEqual(rooms);
});
