/** Two transactions that wait for each other: PostgreSQL undoes one of them, which is done again, not for ever. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { REQUEST_ROLE } from '../../src/database/request-role.ts';
import { retried } from '../../src/database/retried.ts';
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
  const [bothHold, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let [begun, holding] = [0, 0];
  const climb = (first: number, second: number) =>
    transaction(async (ask) => {
      if ((begun += 1) > 2) await ended.promise; // or it may be first once more, and they wait for each other again
      await ask(`update rung set held = held + 1 where id = ${first}`);
      if ((holding += 1) === 2) bothHold.resolve();
      await bothHold.promise;
      await ask(`update rung set held = held + 1 where id = ${second}`);
    }).finally(ended.resolve);
  await Promise.all([climb(1, 2), climb(2, 1)]);
  expect(begun).toBe(3);
  expect(await database.log.query('select held from rung order by id')).toEqual([{ held: 2 }, { held: 2 }]);
});

it('NO5 what PostgreSQL undid for the sake of others is tried five times in all, what failed by itself once', async () => {
  for (const [code, times] of [
    ['40P01', 5],
    ['40001', 5],
    ['23505', 1],
  ] as const) {
    let tried = 0;
    const transaction = async () => {
      tried += 1;
      throw Object.assign(new Error(), { code });
    };
    await expect(retried(transaction)).rejects.toMatchObject({ code });
    expect(tried).toBe(times);
  }
});
