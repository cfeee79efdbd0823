/** Two deployments that share a Redis, the second one's database a copy of the first's: same diagrams, same people. */
import { randomUUID } from 'node:crypto';
import { afterEach, expect, inject, it } from 'vitest';
import { openDatabase } from '../../src/database/database.ts';
import { call } from '../support/client.ts';
import { freshDatabaseUrl } from '../support/database.ts';
import { createNode } from '../support/node-process.ts';
import { eventually, saved } from '../support/patience.ts';
import { disconnectAll } from '../support/provider.ts';
import { emails, present, setTable, told } from '../support/table.ts';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  disconnectAll();
  for (const stop of stops.splice(0).toReversed()) await stop();
});

/** A copy that is a deployment of its own. Nobody may be connected to the original. */
async function copyOf(url: string): Promise<string> {
  const server = await openDatabase({ url: `${inject('postgresUrl')}/postgres` });
  const name = `copy_${randomUUID().replaceAll('-', '')}`;
  await server.log.query(`create database ${name} template ${new URL(url).pathname.slice(1)}`);
  await server.close();
  const copy = await openDatabase({ url: `${inject('postgresUrl')}/${name}` });
  await copy.log.query('update deployment set id = $1', [randomUUID()]);
  await copy.close();
  return `${inject('postgresUrl')}/${name}`;
}

it('NO2 never hear each other, nor spend each other’s allowances', async () => {
  const redisUrl = inject('redisUrl');
  const environment = { RATE_LIMIT_PER_MINUTE: '1000' };
  const databaseUrl = await freshDatabaseUrl();
  const node = async (url: string) => {
    const made = await createNode({ databaseUrl: url, redisUrl, environment });
    stops.push(made.dispose);
    await made.start();
    return made;
  };
  const original = await node(databaseUrl);
  const { table, people } = await setTable([original], 'writer');
  await table.open();
  expect((await original.stop()).code).toBe(0);
  const copied = await node(await copyOf(databaseUrl));
  await original.start();

  const here = table.join(people[0]!, original);
  await eventually(() => expect(emails(told(here))).toEqual([people[0]!.email]));
  const there = table.join(people[1]!, copied);
  await eventually(() => expect(emails(told(there))).toEqual([people[1]!.email]));
  here.cells.set('here', 1);
  there.cells.set('there', 2);
  here.provider.setAwarenessField('cursor', { x: 1 });
  await Promise.all([saved(here), saved(there)]);
  const left = async (at: { url: string }) => {
    const { headers } = await call(at.url, 'GET', '/me', { headers: { authorization: `Bearer ${people[1]!.token}` } });
    return Number(/r=(\d+)/.exec(headers.get('ratelimit')!)![1]);
  };
  const before = await left(copied);
  for (let spent = 0; spent < 5; spent += 1) await left(original);
  expect(await left(copied)).toBe(before - 1);
  expect([here.cells.toJSON(), there.cells.toJSON()]).toEqual([{ here: 1 }, { there: 2 }]);
  expect([present(here), present(there)]).toEqual([[people[0]!.email], [people[1]!.email]]);
  expect([emails(told(here)), emails(told(there))]).toEqual([[people[0]!.email], [people[1]!.email]]);
});
