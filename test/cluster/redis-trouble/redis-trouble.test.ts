/**
 * NO2: Redis absent, down, slow, standing still, flushed, restarted, full, or full of nonsense. Whatever it does, people
 * come and go, edit, are told what is saved, and the rules of sessions and of access hold. Nodes whose Redis does not do
 * what it is there for say so, and those only. When it is back, everything is as before within two seconds.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../../support/client.ts';
import { startCluster, type Cluster } from '../../support/cluster.ts';
import type { NodeProcess } from '../../support/node-process.ts';
import { eventually, within } from '../../support/patience.ts';
import { disconnectAll, type Client } from '../../support/provider.ts';
import { agreed } from '../../support/table.ts';
import { BY_POLL, gathered, lively, type Company } from './company.ts';

/** ms, and what a machine that does everything at once may add. */
const BACK = 2000 + 500;
/** By then a connection that died without a word has been given up, ms. */
const GIVEN_UP = 2000 + 500;

let cluster: Cluster;

/** What a node says of its Redis, where it is asked and where it tells its figures. */
type Said = 'up' | 'degraded';

/** @param expected of all nodes, or of each */
async function says(expected: Said | readonly Said[]): Promise<void> {
  const each = cluster.nodes.map((_, index) => (typeof expected === 'string' ? expected : expected[index]));
  for (const [index, { url }] of cluster.nodes.entries())
    expect(await call(url, 'GET', '/readyz')).toMatchObject({
      status: 200,
      body: { ready: true, messenger: each[index] },
    });
  expect(await metric('roundtable_bus_up')).toEqual(each.map((said) => (said === 'up' ? 1 : 0)));
}

const comesToSay = (expected: Said | readonly Said[], length = 10_000) => eventually(() => says(expected), length);

async function metric(name: string): Promise<number[]> {
  const answers = await Promise.all(cluster.nodes.map(({ url }) => call(url, 'GET', '/metrics')));
  return answers.map(({ body }) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(body as string)![1]));
}

describe('a Redis in trouble', () => {
  let company: Company;
  /** How long the log of each node was when the test began. */
  let logged: Map<NodeProcess['log'], number>;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 2 });
  });
  beforeEach(async () => {
    await comesToSay('up');
    company = await gathered(cluster);
    logged = new Map(cluster.nodes.map(({ log }) => [log, log.length]));
  });
  afterEach(async () => {
    disconnectAll();
    // Also after a test that failed on its way.
    await cluster.mend();
    await cluster.redis.start();
    await cluster.redis.command('CONFIG', 'SET', 'maxmemory', '0');
  });
  afterAll(() => cluster.stop());

  /** What somebody points at on the first node is seen on the second: nothing but the bus tells of it. */
  const seen = (x: number, length = BY_POLL) => {
    const [{ document }, { provider }] = company.clients as [Client, Client];
    return eventually(
      () => expect(provider.awareness!.getStates().get(document.clientID)).toMatchObject({ cursor: { x } }),
      length,
    );
  };
  const point = (x: number) => company.clients[0]!.provider.setAwarenessField('cursor', { x });

  /** What was done to Redis is undone, and everything is as before, also what was done meanwhile, within the time. */
  const back = async (undo: () => unknown, length = BACK) => {
    const { table, people, clients } = company;
    const [first, second] = clients as [Client, Client];
    point(1);
    first.cells.set('meanwhile', 1);
    second.cells.set('meanwhile, there', 1);
    await undo();
    const since = performance.now();
    await comesToSay('up', length);
    await seen(1, length);
    for (const { cells } of clients)
      await eventually(() =>
        expect([...cells.keys()]).toEqual(expect.arrayContaining(['meanwhile', 'meanwhile, there'])),
      );
    await agreed(table, cluster.nodes, clients, people.slice(0, 2));
    expect(performance.now() - since).toBeLessThan(within(length));
    await lively(company);
    point(2);
    await seen(2);
  };

  /** Everything works and messages flow, though the nodes come to say that it is degraded. */
  const carriesDegraded = async () => {
    await lively(company);
    await comesToSay('degraded');
    await lively(company);
    point(3);
    await seen(3);
    await says('degraded');
  };

  it('NO2 that is down and started again', async () => {
    await cluster.redis.kill();
    await comesToSay('degraded');
    await lively(company);
    expect((await metric('roundtable_bus_messages_dropped_total')).every((count) => count > 0)).toBe(true);
    await back(cluster.redis.start);
  });

  it('NO2 that stands still', async () => {
    cluster.redis.stall();
    await lively(company);
    await comesToSay('degraded');
    await lively(company);
    await back(cluster.redis.wake);
  });

  it('NO2 that cannot be reached by one node, without a word', async () => {
    const { redis } = cluster.nodes[1];
    redis!.pause();
    redis!.halfOpen();
    await comesToSay(['up', 'degraded'], GIVEN_UP);
    await lively(company);
    await back(() => redis!.mend());
  });

  it('NO2 that is slow carries messages, but not in time', async () => {
    for (const { redis } of cluster.nodes) redis!.delay(400);
    await carriesDegraded();
    await back(() => Promise.all(cluster.nodes.map(({ redis }) => redis!.mend())));
  });

  /** Until it is stopped, again and again, what each node tells of for a second. @returns the way to stop */
  const goingOn = (work: () => Promise<unknown>) => {
    let [stopped, last] = [false, Promise.resolve() as Promise<unknown>];
    const timer = setInterval(() => (last = last.then(() => stopped || work())), 200);
    return async () => {
      stopped = true;
      clearInterval(timer);
      await last;
    };
  };

  it('NO2 that is flushed carries messages as before, and each node tells that it was emptied', async () => {
    const subscribed = async () => ((await cluster.redis.command('PUBSUB', 'SHARDCHANNELS')) as string[]).toSorted();
    const before = await subscribed();
    const dropped = await metric('roundtable_bus_messages_dropped_total');
    const stop = goingOn(() => cluster.redis.command('FLUSHALL'));
    await carriesDegraded();
    expect((await subscribed()).filter((channel) => before.includes(channel))).toEqual(before);
    await back(stop);
    expect(await metric('roundtable_bus_messages_dropped_total')).toEqual(dropped);
    for (const { log } of cluster.nodes) {
      const words = log.slice(logged.get(log)).map(({ msg }) => msg as string);
      expect(words.some((word) => word.startsWith('Redis is there, but emptied'))).toBe(true);
    }
  });

  it('NO2 that is restarted is missed by all nodes, for a moment', async () => {
    await cluster.redis.kill();
    await back(cluster.redis.start);
    for (const { log } of cluster.nodes) {
      const words = log.slice(logged.get(log)).map(({ msg }) => msg as string);
      expect(words.some((word) => word.startsWith('Redis is away'))).toBe(true);
      expect(words.findLast((word) => word.startsWith('Redis is'))).toBe('Redis is there');
    }
  });

  it('NO2 that is full carries messages, but cannot count', async () => {
    await cluster.redis.command('CONFIG', 'SET', 'maxmemory', '1');
    await carriesDegraded();
    await back(() => cluster.redis.command('CONFIG', 'SET', 'maxmemory', '0'));
  });

  it('NO2 on which somebody speaks nonsense on our channels carries ours as before, and theirs are counted', async () => {
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
    const stop = goingOn(async () => {
      for (const channel of channels)
        for (const message of nonsense) await cluster.redis.command('SPUBLISH', channel, message);
    });
    await carriesDegraded();
    await back(stop);
    const after = await metric('roundtable_bus_messages_malformed_total');
    for (const [index, count] of after.entries()) expect(count).toBeGreaterThan(before[index]! + nonsense.length);
    for (const { running } of cluster.nodes) expect(running).toBe(true);
  });

  it('NO2 in whose place somebody answers who is no Redis', async () => {
    await cluster.redis.kill();
    const callers = new Set<Socket>();
    const stranger = createServer((socket) => {
      callers.add(socket.on('error', () => {}));
      socket.on('data', () => socket.write(randomBytes(64)));
    });
    await once(stranger.listen(cluster.redis.port, '127.0.0.1'), 'listening');
    await lively(company);
    await comesToSay('degraded');
    await lively(company);
    expect(callers.size).toBeGreaterThanOrEqual(cluster.nodes.length);
    for (const socket of callers) socket.destroy();
    await new Promise((resolve) => stranger.close(resolve));
    await back(cluster.redis.start);
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
    await comesToSay('degraded', BY_POLL);
    const company = await gathered(cluster);
    await lively(company);
    await cluster.redis.start();
    await comesToSay('up', BACK);
    await lively(company);
  });
});
