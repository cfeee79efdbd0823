/** Two transactions that wait for each other: PostgreSQL undoes one of them, which is done again. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { REQUEST_ROLE } from '../../src/database/request-role.ts';
import { freshDatabase } from '../support/database.ts';

type Ask = (text: string) => Promise<unknown>;

const ADA = { id: '01900000-0000-7000-8000-000000000001', platformAdmin: false };

let database: Database;

beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.close());

it.each<[string, (work: (ask: Ask) => Promise<void>) => Promise<void>]>([
  ['of plain SQL', (work) => database.content.transaction((transaction) => work((text) => transaction.query(text)))],
  ['of the system', (work) => database.asSystem((em) => work((text) => em.execute(text)))],
  ['of requests', (work) => database.asPerson(ADA, (em) => work((text) => em.execute(text)))],
])('NO5 transactions %s that wait for each other both come to their end', async (_, transaction) => {
  await database.log.query('create table if not exists rung (id int primary key, held int)');
  await database.log.query(`grant select, update on rung to ${REQUEST_ROLE}`);
  await database.log.query('truncate rung');
  await database.log.query('insert into rung values (1, 0), (2, 0)');
  const bothHold = Promise.withResolvers<void>();
  let [begun, holding] = [0, 0];
  const climb = (first: number, second: number) =>
    transaction(async (ask) => {
      begun += 1;
      await ask(`update rung set held = held + 1 where id = ${first}`);
      if ((holding += 1) === 2) bothHold.resolve();
      await bothHold.promise;
      await ask(`update rung set held = held + 1 where id = ${second}`);
    });
  await Promise.all([climb(1, 2), climb(2, 1)]);
  expect(begun).toBe(3);
  expect(await database.log.query('select held from rung order by id')).toEqual([{ held: 2 }, { held: 2 }]);
});
