/** The bus, both versions, and what becomes of it when Redis does not do well. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { crc32 } from 'node:zlib';
import { ErrorReply } from 'redis';
import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import type { Bus } from '../../src/cluster/bus.ts';
import { memoryBus } from '../../src/cluster/memory-bus.ts';
import { redisBus } from '../../src/cluster/redis-bus.ts';
import type { RedisCondition, RedisConnection } from '../../src/cluster/redis-connection.ts';
import { describeBus } from '../support/describe-bus.ts';
import { eventually, pause } from '../support/patience.ts';
import { createRedis, rightsInReadme, type RedisProcess } from '../support/redis-process.ts';
import { redisNode, type RedisNodeOptions } from '../support/redis-nodes.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

describeBus('memory', async (onError) => {
  const bus = memoryBus(onError);
  return [bus, bus];
});

describeBus('redis', async (onError) => {
  const node = () => redisNode({ url: inject('redisUrl'), deployment: 'acceptance', onError }).bus;
  return [node(), node()];
});

const nothing = () => {};

describe('the redis bus when Redis does not do well', () => {
  const stops: (() => unknown)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0).toReversed()) await stop();
  });

  const startRedis = async (started = true): Promise<RedisProcess> => {
    const redis = await createRedis(started);
    stops.push(redis.kill);
    return redis;
  };
  const proxied = async (redis: RedisProcess): Promise<TcpProxy & { url: string }> => {
    const proxy = await startTcpProxy(() => redis.port);
    stops.push(proxy.stop);
    return { ...proxy, url: proxy.through(redis.url) };
  };
  const node = async (options: Pick<RedisNodeOptions, 'url'> & Partial<RedisNodeOptions>): Promise<Bus> => {
    const { bus } = redisNode({ deployment: 'trouble', ...options });
    stops.push(bus.stop);
    await bus.start();
    return bus;
  };
  const healthy = (bus: Bus, expected = true) => eventually(() => expect(bus.healthy).toBe(expected), 10_000);
  const listening = async (bus: Bus, channel: string) => {
    const heard: number[] = [];
    await bus.subscribe(channel, ([number]) => heard.push(number!));
    return heard;
  };
  /** A client that is ready has not always subscribed again yet. */
  const sendUntilHeard = (bus: Bus, channel: string, number: number, heard: number[]) =>
    eventually(() => {
      bus.publish(channel, new Uint8Array([number]));
      expect(heard).toContain(number);
    }, 10_000);
  const PACE = { ask: 50, slow: 100, giveUp: 400 };

  it('NO2 keeps deployments that share a Redis apart', async () => {
    const url = inject('redisUrl');
    const [ours, theirs] = [await node({ url, deployment: 'ours' }), await node({ url, deployment: 'theirs' })];
    const [here, there] = [await listening(ours, 'channel'), await listening(theirs, 'channel')];
    theirs.publish('channel', new Uint8Array([1]));
    await eventually(() => expect(there).toEqual([1]));
    expect(here).toEqual([]);
  });

  it('NO2 starts without Redis, drops what it cannot send, and finds its subscriptions again when Redis is there', async () => {
    const redis = await startRedis(false);
    let dropped = 0;
    const bus = await node({ url: redis.url, onDropped: () => (dropped += 1) });
    expect(bus.healthy).toBe(false);
    const before = await listening(bus, 'before');
    bus.publish('before', new Uint8Array([1]));
    await eventually(() => expect(dropped).toBe(1));

    await redis.start();
    await healthy(bus);
    await sendUntilHeard(bus, 'before', 2, before);

    await redis.kill();
    await healthy(bus, false);
    const during = await listening(bus, 'during');
    await redis.start();
    await healthy(bus);
    await sendUntilHeard(bus, 'before', 3, before);
    await sendUntilHeard(bus, 'during', 4, during);
    expect(before).not.toContain(1);
  });

  it('DO3 whoever has subscribed hears what is sent from then on, if Redis answers in time', async () => {
    const redis = await startRedis();
    const proxy = await proxied(redis);
    const [near, far] = [await node({ url: redis.url }), await node({ url: proxy.url })];
    proxy.delay(25);
    const heard = await listening(far, 'channel');
    near.publish('channel', new Uint8Array([1]));
    await eventually(() => expect(heard).toEqual([1]));
  });

  it('NO2 takes two connections of Redis, one to publish and one to subscribe', async () => {
    const redis = await startRedis();
    const bus = await node({ url: redis.url });
    const heard = await listening(bus, 'channel');
    await sendUntilHeard(bus, 'channel', 1, heard);
    const others = ((await redis.command('CLIENT', 'LIST')) as string)
      .split('\n')
      .filter((line) => line.includes('ssub='));
    const channels = others.filter((line) => !line.includes('cmd=client')).map((line) => /ssub=(\d+)/.exec(line)![1]);
    expect(channels.toSorted()).toEqual(['0', '1']);
  });

  it('NO2 a subscriber waits for a Redis that stands still no longer than a moment', async () => {
    const redis = await startRedis();
    const { bus, subscriber } = redisNode({ url: redis.url, deployment: 'trouble' });
    stops.push(bus.stop);
    await bus.start();
    redis.stall();
    const before = subscriber.client;
    await bus.subscribe('channel', nothing);
    expect(subscriber.client).toBe(before); // it would be given up before it answered
  });

  it.each(['subscribed', 'given up'])(
    'NO2 what was being %s when Redis died, and nobody wants, is not subscribed when it is back; what somebody wants is',
    async (was) => {
      const redis = await startRedis();
      const bus = await node({ url: redis.url });
      if (was === 'subscribed') redis.stall();
      const stop = await bus.subscribe('nobody wants it', nothing);
      const heard = await listening(bus, 'channel');
      if (was === 'given up') redis.stall();
      stop();
      await redis.kill();
      await redis.start();
      await sendUntilHeard(bus, 'channel', 1, heard);
      await eventually(async () =>
        expect(await redis.command('PUBSUB', 'SHARDCHANNELS')).toEqual(['roundtable:trouble:channel']),
      );
    },
  );

  it('NO2 messages flow if both connections do well, and flow again when both are there again', () => {
    const conditions: RedisCondition[] = ['away', 'slow', 'refusing', 'emptied', 'well'];
    const connection = () => {
      const ready: (() => void)[] = [];
      const told = { onReady: (callback: () => void) => ready.push(callback), onReplaced: nothing };
      return Object.assign(told as unknown as RedisConnection, { condition: 'away' as RedisCondition, ready });
    };
    const [publisher, subscriber] = [connection(), connection()];
    const told = { onError: nothing, onDropped: nothing, onMalformed: nothing, onRefused: nothing };
    const bus = redisBus({ publisher, subscriber, deployment: 'trouble', ...told });
    const resumed = vi.fn<() => void>();
    bus.onResumed(resumed);
    for (publisher.condition of conditions) {
      for (subscriber.condition of conditions) {
        expect(bus.healthy).toBe(publisher.condition === 'well' && subscriber.condition === 'well');
        for (const { ready } of [publisher, subscriber]) {
          resumed.mockClear();
          ready.forEach((callback) => callback());
          const flows = publisher.condition !== 'away' && subscriber.condition !== 'away';
          expect(resumed).toHaveBeenCalledTimes(flows ? 1 : 0);
        }
      }
    }
  });

  const clientThat = (sSubscribe: () => Promise<void>) => ({
    isOpen: true,
    sSubscribe,
    sUnsubscribe: async () => {},
  });
  const busOn = (client: unknown) => {
    vi.useFakeTimers();
    stops.push(() => vi.useRealTimers());
    const replacements: (() => void)[] = [];
    const onReplaced = (callback: () => void) => replacements.push(callback);
    const connection = { client, condition: 'well', onReady: nothing, onReplaced } as unknown as RedisConnection;
    const [onRefused, resumed] = [vi.fn<() => void>(), vi.fn<() => void>()];
    const told = { onError: nothing, onDropped: nothing, onMalformed: nothing, onRefused };
    const bus = redisBus({ publisher: connection, subscriber: connection, deployment: 'trouble', ...told });
    bus.onResumed(resumed);
    const replace = (next: unknown) => {
      Object.assign(connection, { client: next });
      for (const callback of replacements) callback();
    };
    return { bus, onRefused, resumed, replace };
  };

  describe('what is being subscribed', () => {
    it('DO3 is waited for by everybody who subscribes it meanwhile', async () => {
      const answer = Promise.withResolvers<void>();
      const { bus } = busOn(clientThat(() => answer.promise));
      const heard = vi.fn<() => void>();
      for (let count = 0; count < 2; count += 1) void bus.subscribe('channel', () => {}).then(heard);
      await vi.advanceTimersByTimeAsync(50);
      expect(heard).not.toHaveBeenCalled();
      answer.resolve();
      await vi.advanceTimersByTimeAsync(0);
      expect(heard).toHaveBeenCalledTimes(2);
    });

    it("NO2 is nobody's news if Redis takes it", async () => {
      const { bus, resumed } = busOn(clientThat(async () => {}));
      await bus.subscribe('one', nothing);
      await bus.subscribe('other', nothing);
      expect(resumed).not.toHaveBeenCalled();
    });

    it('NO2 is told to flow again once, when Redis has taken all that it had refused', async () => {
      const sSubscribe = vi.fn<() => Promise<void>>().mockRejectedValue(new ErrorReply('NOPERM'));
      const { bus, resumed } = busOn(clientThat(sSubscribe));
      for (const name of ['one', 'other']) void bus.subscribe(name, nothing);
      await vi.advanceTimersByTimeAsync(5000);
      expect(bus.healthy).toBe(false);
      sSubscribe.mockResolvedValue();
      await vi.advanceTimersByTimeAsync(1000);
      expect(bus.healthy).toBe(true);
      expect(resumed).toHaveBeenCalledOnce();
    });

    it('NO2 is no trouble if it is refused when nobody wants it any more', async () => {
      const answer = Promise.withResolvers<void>();
      const { bus, onRefused } = busOn(clientThat(() => answer.promise));
      const subscribed = bus.subscribe('channel', nothing);
      await vi.advanceTimersByTimeAsync(1000);
      (await subscribed)();
      answer.reject(new ErrorReply('NOPERM'));
      await vi.advanceTimersByTimeAsync(1000);
      expect(bus.healthy).toBe(true);
      expect(onRefused).not.toHaveBeenCalled();
    });

    it('DO3 is given up only when Redis has taken it, and wanted anew only when Redis has given it up', async () => {
      const asked: string[] = [];
      let answer = () => {};
      const ask = (what: string) => () => {
        asked.push(what);
        return new Promise<void>((resolve) => (answer = resolve));
      };
      const { bus } = busOn({ ...clientThat(ask('subscribe')), sUnsubscribe: ask('unsubscribe') });
      const subscribed = bus.subscribe('channel', nothing);
      await vi.advanceTimersByTimeAsync(1000);
      (await subscribed)();
      const again = bus.subscribe('channel', nothing);
      const expected = ['subscribe', 'unsubscribe', 'subscribe'];
      for (const [index] of expected.entries()) {
        await vi.advanceTimersByTimeAsync(1000);
        expect(asked).toEqual(expected.slice(0, index + 1));
        answer();
      }
      await again;
    });

    it('NO2 is asked for no more of a client that was given up, but of the one in its place', async () => {
      const [before, after] = [vi.fn<() => Promise<void>>(), vi.fn<() => Promise<void>>()];
      const given = clientThat(before.mockRejectedValue(new Error('it broke')));
      const { bus, onRefused, replace } = busOn(given);
      const subscribed = bus.subscribe('channel', nothing);
      await vi.advanceTimersByTimeAsync(5000);
      expect(bus.healthy).toBe(true); // that is for the connection to say
      expect(onRefused).not.toHaveBeenCalled();
      before.mockClear();
      given.isOpen = false;
      replace(clientThat(after.mockResolvedValue()));
      await vi.advanceTimersByTimeAsync(5000);
      await subscribed;
      expect(before).not.toHaveBeenCalled();
      expect(after).toHaveBeenCalledOnce();
    });
  });

  describe('under access rules', () => {
    /** The address of a user with these rights. */
    const asUser = async (redis: RedisProcess, ...rules: string[]) => {
      await redis.command('ACL', 'SETUSER', 'node', 'reset', 'on', '>secret', '~roundtable:*', ...rules);
      return redis.url.replace('//', '//node:secret@');
    };

    it.each([
      ['use our channels', ['+@all']],
      ['hear our channels', ['+@all', '&roundtable:*', '-ssubscribe']],
      ['send messages', ['+@all', '&roundtable:*', '-spublish']],
      ['run scripts', ['+@all', '&roundtable:*', '-eval']],
      ['ask for several things at once', ['+@all', '&roundtable:*', '-multi']],
    ])('NO2 a Redis where we may not %s does not do well until we may', async (_, rules) => {
      const redis = await startRedis();
      const bus = await node({ url: await asUser(redis, ...rules), pace: PACE });
      const heard = await listening(bus, 'channel');
      await healthy(bus, false);
      await redis.command('ACL', 'SETUSER', 'node', '&roundtable:*', '+@all');
      await healthy(bus);
      await sendUntilHeard(bus, 'channel', 1, heard);
    });

    it('NO2 a Redis does well by a user who may do what the README names', async () => {
      const redis = await startRedis();
      const { bus, allowances } = redisNode({ url: await asUser(redis, ...rightsInReadme()), deployment: 'trouble' });
      stops.push(bus.stop);
      await bus.start();
      const heard = await listening(bus, 'channel');
      await sendUntilHeard(bus, 'channel', 1, heard);
      expect(bus.healthy).toBe(true);
      const allowance = allowances({ name: 'things', seconds: 60 });
      await allowance.spend('ann');
      expect(await allowance.look('ann')).toMatchObject({ used: 1 });
      expect(await redis.command('KEYS', '*things*')).toHaveLength(1);
    });

    it('NO2 for a second after a message was refused it does not do well', async () => {
      const redis = await startRedis();
      const url = await asUser(redis, '+@all', '&roundtable:*', '-spublish', '(+spublish &roundtable:trouble:alive:*)');
      const said: boolean[] = [];
      const bus = await node({ url, onDropped: () => said.push(bus.healthy) });
      await healthy(bus);
      bus.publish('channel', new Uint8Array([1]));
      await eventually(() => expect(said).toEqual([false]));
      await healthy(bus);
    });

    it('NO2 what we may not hear is told of once, asked for ever more seldom, and missed by nobody who stopped', async () => {
      const sSubscribe = vi.fn<() => Promise<void>>().mockRejectedValue(new ErrorReply('NOPERM'));
      const { bus, onRefused, resumed } = busOn(clientThat(sSubscribe));
      const subscribed = [bus.subscribe('one', nothing), bus.subscribe('other', nothing)];
      await vi.advanceTimersByTimeAsync(60_000);
      expect(onRefused).toHaveBeenCalledOnce();
      expect(sSubscribe.mock.calls.length).toBeLessThan(2 * 70);
      (await subscribed[0]!)();
      expect(bus.healthy).toBe(false);
      sSubscribe.mockResolvedValue();
      await vi.advanceTimersByTimeAsync(1000);
      expect(bus.healthy).toBe(true);
      expect(resumed).toHaveBeenCalledOnce();
    });
  });

  it('NO2 a Redis that stands still is found out, also while there is much to send, and heard again when it goes on', async () => {
    const redis = await startRedis();
    const bus = await node({ url: redis.url, pace: PACE });
    const heard = await listening(bus, 'channel');
    redis.stall();
    const sending = setInterval(() => bus.publish('channel', new Uint8Array([1])), 5);
    await healthy(bus, false);
    clearInterval(sending);
    redis.wake();
    await healthy(bus);
    await sendUntilHeard(bus, 'channel', 2, heard);
  });

  it('NO2 connections that died without a word are replaced, while there is much to send and to hear', async () => {
    const proxy = await proxied(await startRedis());
    const bus = await node({ url: proxy.url, pace: PACE });
    const heard = await listening(bus, 'channel');
    const sending = setInterval(() => bus.publish('channel', new Uint8Array([1])), 5);
    stops.push(() => clearInterval(sending));
    await eventually(() => expect(heard).toContain(1));
    proxy.halfOpen();
    await healthy(bus, false);
    await healthy(bus);
    await sendUntilHeard(bus, 'channel', 2, heard);
  });

  it('NO2 says when messages flow again, and whatever is sent then is heard', async () => {
    const redis = await startRedis();
    const proxy = await proxied(redis);
    const bus = await node({ url: proxy.url, pace: PACE });
    const heard = await listening(bus, 'channel');
    let resumed = 0;
    bus.onResumed(() => {
      resumed += 1;
      bus.publish('channel', new Uint8Array([resumed]));
    });
    const outages = [
      [redis.kill, redis.start],
      [redis.stall, redis.wake],
      [proxy.halfOpen, () => {}],
      [proxy.cut, proxy.mend],
    ] as const;
    for (const [begin, end] of outages) {
      const before = resumed;
      // Where new connections work at once, it lasts for a few milliseconds: too short to be asked for now and then.
      let troubled = false;
      const look = setInterval(() => (troubled ||= !bus.healthy), 1);
      stops.push(() => clearInterval(look));
      await begin();
      await eventually(() => expect(troubled).toBe(true), 10_000);
      clearInterval(look);
      await pause(4 * PACE.ask); // longer than it takes to notice; an outage that nobody noticed is not told to be over
      await end();
      await eventually(() => expect(resumed).toBeGreaterThan(before), 10_000);
      await eventually(() => expect(heard).toContain(resumed));
    }
  });

  it('NO2 a Redis that is slow or full does not do well, though messages flow, and none are told anew when it does', async () => {
    const redis = await startRedis();
    const proxy = await proxied(redis);
    const bus = await node({ url: proxy.url, pace: { ...PACE, giveUp: 4000 } });
    const heard = await listening(bus, 'channel');
    await healthy(bus);
    let resumed = 0;
    bus.onResumed(() => (resumed += 1));
    proxy.delay(PACE.slow);
    await healthy(bus, false);
    await sendUntilHeard(bus, 'channel', 1, heard);
    expect(bus.healthy).toBe(false);
    proxy.delay(0);
    await healthy(bus);
    await redis.command('CONFIG', 'SET', 'maxmemory', '1');
    await healthy(bus, false);
    await sendUntilHeard(bus, 'channel', 2, heard);
    expect(bus.healthy).toBe(false);
    await redis.command('CONFIG', 'SET', 'maxmemory', '0');
    await healthy(bus);
    expect(resumed).toBe(0);
  });

  it('NO2 a Redis that was emptied does not do well until what was written is there again', async () => {
    const redis = await startRedis();
    const bus = await node({ url: redis.url, pace: { ...PACE, ask: 200 } });
    await healthy(bus);
    let resumed = 0;
    bus.onResumed(() => (resumed += 1));
    await redis.command('FLUSHALL');
    await healthy(bus, false);
    await healthy(bus);
    // One that was missed itself has been told of already.
    await redis.kill();
    await healthy(bus, false);
    await redis.start();
    await healthy(bus);
    await pause(2 * 200);
    expect(bus.healthy).toBe(true);
    expect(resumed).toBe(1);
  });

  it('NO2 a node whose own loop stood still does not take Redis for slow or gone', async () => {
    const redis = await startRedis();
    const conditions: RedisCondition[] = [];
    const { bus, publisher, allowances } = redisNode({
      url: redis.url,
      deployment: 'trouble',
      pace: PACE,
      onCondition: (condition) => conditions.push(condition),
    });
    stops.push(bus.stop);
    await bus.start();
    await healthy(bus);
    const [before, allowance] = [publisher.client, allowances({ name: 'things', seconds: 60 })];
    conditions.length = 0;
    for (let used = 1; used <= 6; used += 1) {
      const spent = allowance.spend('ann');
      const until = performance.now() + (used % 2 === 0 ? 2 * PACE.slow : 2 * PACE.giveUp);
      while (performance.now() < until);
      expect(await spent).toMatchObject({ used });
      await pause(PACE.ask / 2);
    }
    expect(conditions).toEqual([]);
    expect(publisher.client).toBe(before);
  });

  it('NO2 whoever is in the place of Redis and never says a word is given up, and tried anew', async () => {
    let callers = 0;
    const open = new Set<Socket>();
    const silent = createServer((socket) => {
      callers += 1;
      open.add(socket.resume().on('close', () => open.delete(socket)));
    });
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    stops.push(() => new Promise((resolve) => silent.close(resolve)));
    const bus = await node({ url: `redis://127.0.0.1:${(silent.address() as AddressInfo).port}` });
    await eventually(() => expect(callers).toBeGreaterThanOrEqual(4), 10_000);
    await eventually(() => expect(open.size).toBe(2));
    expect(bus.healthy).toBe(false);
    await bus.stop();
    const before = callers;
    await eventually(() => expect(open.size).toBe(0));
    await pause(2500); // longer than it is waited for a word
    expect(callers).toBe(before);
  });

  it.each([
    ['which it does not understand', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['which never ends', '$1000000\r\n'],
  ])('NO2 a connection with an answer %s is given up, so that no answer is taken for another', async (_, nonsense) => {
    const proxy = await proxied(await startRedis());
    const { bus, publisher, subscriber, allowances } = redisNode({ url: proxy.url, deployment: 'trouble', pace: PACE });
    stops.push(bus.stop);
    const clients = () => [publisher.client, subscriber.client];
    await bus.start();
    const heard = await listening(bus, 'channel');
    const sending = setInterval(() => bus.publish('channel', new Uint8Array([1])), 5);
    stops.push(() => clearInterval(sending));
    await eventually(() => expect(heard).toContain(1));
    const before = clients();
    proxy.spoil(Buffer.from(nonsense));
    await eventually(() => expect(clients().filter((client) => before.includes(client))).toEqual([]));
    await healthy(bus);
    await sendUntilHeard(bus, 'channel', 2, heard);
    const allowance = allowances({ name: 'things', seconds: 60 });
    for (let used = 1; used <= 5; used += 1) expect(await allowance.spend('ann')).toMatchObject({ used });
  });

  it('NO2 a connection that was refused a while before stays once it is there', async () => {
    const redis = await startRedis(false);
    const proxy = await proxied(redis);
    const { bus, publisher, subscriber } = redisNode({ url: proxy.url, deployment: 'trouble' });
    stops.push(bus.stop);
    await bus.start();
    await redis.start();
    await healthy(bus);
    const clients = [publisher.client, subscriber.client];
    await pause(2500); // longer than it is waited for a word
    expect([publisher.client === clients[0], subscriber.client === clients[1]]).toEqual([true, true]);
    expect(bus.healthy).toBe(true);
  });

  it('RU7 leaves no timer', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const bus = await node({ url: inject('redisUrl') });
    expect(vi.getTimerCount()).toBeGreaterThan(0);
    await bus.stop();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it('NO2 what is on its way to a Redis that stands still is bounded, in bytes and in number', async () => {
    const redis = await startRedis();
    let dropped = 0;
    const bus = await node({ url: redis.url, onDropped: () => (dropped += 1) });
    redis.stall();
    const large = new Uint8Array(1_048_576);
    for (let sent = 0; sent < 40; sent += 1) bus.publish('channel', large);
    expect(dropped).toBeGreaterThanOrEqual(8);
    dropped = 0;
    for (let sent = 0; sent < 21_000; sent += 1) bus.publish('channel', new Uint8Array(1));
    await pause(0); // before it is given up, and everything that waited with it
    expect(dropped).toBeGreaterThanOrEqual(1000);
    redis.wake();
    await eventually(() => {
      const before = dropped;
      bus.publish('channel', large);
      expect(dropped).toBe(before);
    });
  });

  it('NO2 whoever shares the Redis and speaks on our channels is not heard, but counted', async () => {
    const redis = await startRedis();
    let malformed = 0;
    const bus = await node({ url: redis.url, onMalformed: () => (malformed += 1) });
    const heard = await listening(bus, 'channel');
    const payload = Buffer.from([7]);
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32BE(crc32(payload));
    const nonsense = [Buffer.alloc(0), Buffer.from('{}'), Buffer.alloc(3), Buffer.from([0, 0, 0, 0, 7])];
    for (const message of [...nonsense, Buffer.concat([checksum, payload])])
      await redis.command('SPUBLISH', 'roundtable:trouble:channel', message);
    await eventually(() => expect(heard).toEqual([7]));
    expect(malformed).toBe(nonsense.length);
    expect(bus.healthy).toBe(false);
    await healthy(bus);
  });
});
