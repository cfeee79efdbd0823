/**
 * NO2: Redis absent, down, slow, standing still, flushed, restarted, full, or full of nonsense. Whatever it does, people
 * come and go, edit, are told what is saved, and the rules of sessions and of access hold; when it is back, everything
 * is as before within two seconds.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../support/client.ts';
import { startCluster, type Cluster } from '../support/cluster.ts';
import type { TestPerson } from '../support/people.ts';
import { eventually, saved, within } from '../support/patience.ts';
import { disconnect, disconnectAll, type Client } from '../support/provider.ts';
import { agreed, emails, of, setTable, told, type Table } from '../support/table.ts';

/** DO3 without Redis, and what a machine that does everything at once may add. */
const BY_POLL = 1000 + 500;
const BACK = 2000 + 500;

let cluster: Cluster;

async function messenger(expected: 'up' | 'degraded', length = 10_000): Promise<void> {
  await eventually(async () => {
    for (const { url } of cluster.nodes)
      expect(await call(url, 'GET', '/readyz')).toMatchObject({
        status: 200,
        body: { ready: true, messenger: expected },
      });
  }, length);
}

async function metric(name: string): Promise<number[]> {
  const answers = await Promise.all(cluster.nodes.map(({ url }) => call(url, 'GET', '/metrics')));
  return answers.map(({ body }) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(body as string)![1]));
}

interface Company {
  table: Table;
  people: TestPerson[];
  clients: Client[];
}

/** A host on the first node and a guest on the second. */
async function gathered(): Promise<Company> {
  const { table, people } = await setTable(cluster.nodes, 'writer', 'writer');
  await table.open();
  const clients: Client[] = [];
  for (const [index, person] of people.slice(0, 2).entries()) {
    clients.push(table.join(person, cluster.nodes[index]!));
    await eventually(() => expect(emails(told(clients[index]!))).toContain(person.email));
  }
  await agreed(table, cluster.nodes, clients, people.slice(0, 2));
  return { table, people, clients };
}

/** Everything that people do, on both nodes. */
async function lively({ table, people, clients }: Company): Promise<void> {
  const [first, second] = clients as [Client, Client];
  const [, guest, third] = people as [TestPerson, TestPerson, TestPerson];
  const key = `${Math.random()}`;
  first.cells.set(key, 1);
  await saved(first);
  await eventually(() => expect(second.cells.get(key)).toBe(1), BY_POLL);

  const joined = performance.now();
  const late = table.join(third, cluster.nodes[1]);
  await eventually(() => expect(late.cells.get(key)).toBe(1));
  expect(performance.now() - joined).toBeLessThan(within(BY_POLL));
  await agreed(table, cluster.nodes, [first, second], people, BY_POLL);

  first.provider.sendStateless(JSON.stringify({ type: 'change_presenter', user_id: guest.email }));
  await eventually(() => expect(told(second)?.presenter).toBe(guest.email), BY_POLL);
  first.provider.sendStateless(JSON.stringify({ type: 'change_presenter', user_id: table.host.email }));
  await eventually(() => expect(told(second)?.presenter).toBe(table.host.email), BY_POLL);

  await table.grant([
    [table.host, 'owner'],
    [guest, 'writer'],
  ]);
  late.cells.set(`not ${key}`, 1);
  await eventually(() => expect(late.closes[0]).toMatchObject({ code: 4403 }), BY_POLL);
  disconnect(late);
  await agreed(table, cluster.nodes, [first, second], [table.host, guest], BY_POLL);
  expect(first.cells.has(`not ${key}`)).toBe(false);
  await table.grant([
    [table.host, 'owner'],
    [guest, 'writer'],
    [third, 'writer'],
  ]);
  expect([...first.closes, ...second.closes, ...of(first, 'session_ended')]).toEqual([]);
}

describe('a Redis in trouble', () => {
  let company: Company;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 2 });
  });
  beforeEach(async () => {
    await messenger('up');
    company = await gathered();
  });
  afterEach(async () => {
    disconnectAll();
    // Also after a test that failed on its way.
    await cluster.mend();
    await cluster.redis.start();
    await cluster.redis.command('CONFIG', 'SET', 'maxmemory', '0');
  });
  afterAll(() => cluster.stop());

  /** What was done to Redis is undone, and everything is as before; what was shown meanwhile is seen. */
  const back = async (undo: () => unknown) => {
    const [first, second] = company.clients as [Client, Client];
    const seen = () => second.provider.awareness!.getStates().get(first.document.clientID);
    first.provider.setAwarenessField('cursor', { x: 1 });
    await undo();
    await messenger('up', BACK);
    await eventually(() => expect(seen()).toMatchObject({ cursor: { x: 1 } }), BACK);
    expect(await metric('roundtable_bus_up')).toEqual([1, 1]);
    await lively(company);
    first.provider.setAwarenessField('cursor', { x: 2 });
    await eventually(() => expect(seen()).toMatchObject({ cursor: { x: 2 } }), BY_POLL);
  };

  it('NO2 that is down and started again', async () => {
    await cluster.redis.kill();
    await messenger('degraded');
    expect(await metric('roundtable_bus_up')).toEqual([0, 0]);
    await lively(company);
    expect((await metric('roundtable_bus_messages_dropped_total')).every((count) => count > 0)).toBe(true);
    await back(cluster.redis.start);
  });

  it('NO2 that stands still', async () => {
    cluster.redis.stall();
    await lively(company);
    await messenger('degraded');
    await lively(company);
    await back(cluster.redis.wake);
  });

  it('NO2 that cannot be reached by one node, without a word', async () => {
    const { redis } = cluster.nodes[1];
    redis!.pause();
    redis!.halfOpen();
    await lively(company);
    await back(() => redis!.mend());
  });

  it('NO2 that is slow', async () => {
    for (const { redis } of cluster.nodes) redis!.delay(400);
    await lively(company);
    await back(() => Promise.all(cluster.nodes.map(({ redis }) => redis!.mend())));
  });

  it('NO2 that is flushed, and restarted at once', async () => {
    await cluster.redis.command('FLUSHALL');
    await lively(company);
    await cluster.redis.kill();
    await back(cluster.redis.start);
  });

  it('NO2 that is full', async () => {
    await cluster.redis.command('CONFIG', 'SET', 'maxmemory', '1');
    await lively(company);
    await back(() => cluster.redis.command('CONFIG', 'SET', 'maxmemory', '0'));
  });

  it('NO2 on which somebody speaks nonsense on our channels', async () => {
    const before = await metric('roundtable_bus_messages_malformed_total');
    const channels = (await cluster.redis.command('PUBSUB', 'SHARDCHANNELS')) as string[];
    expect(channels.length).toBeGreaterThan(3);
    const nonsense = [
      Buffer.alloc(0),
      Buffer.from('{}'),
      Buffer.from('null'),
      randomBytes(64),
      Buffer.alloc(1_000_000),
    ];
    for (const channel of channels)
      for (const message of nonsense) await cluster.redis.command('SPUBLISH', channel, message);
    await back(() => {});
    const after = await metric('roundtable_bus_messages_malformed_total');
    for (const [index, count] of after.entries()) expect(count).toBeGreaterThan(before[index]! + nonsense.length);
    for (const { running } of cluster.nodes) expect(running).toBe(true);
  });
});

describe('a Redis that is not there when the nodes start', () => {
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 2, redisStarted: false });
  });
  afterEach(disconnectAll);
  afterAll(() => cluster.stop());

  it('NO2 is waited for by nobody, and used once it is there', async () => {
    await messenger('degraded', BY_POLL);
    const company = await gathered();
    await lively(company);
    await cluster.redis.start();
    await messenger('up', BACK);
    await lively(company);
  });
});
