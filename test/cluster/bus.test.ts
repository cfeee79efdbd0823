import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, describe, expect, inject, it, vi } from 'vitest';
import type { Bus } from '../../src/cluster/bus.ts';
import { memoryBus } from '../../src/cluster/memory-bus.ts';
import { redisBus } from '../../src/cluster/redis-bus.ts';
import { describeBus } from '../support/describe-bus.ts';

const silent = { onState: () => {}, onDropped: () => {} };

describeBus('memory', async (onError) => {
  const bus = memoryBus(onError);
  return [bus, bus];
});

describeBus('redis', async (onError) => {
  const node = () => redisBus({ url: inject('redisUrl'), deployment: 'acceptance', onError, ...silent });
  return [node(), node()];
});

describe('the redis bus when Redis does not do well', () => {
  const children: ChildProcess[] = [];
  const buses: Bus[] = [];
  afterAll(async () => {
    await Promise.all(buses.map((bus) => bus.stop()));
    for (const child of children) child.kill('SIGKILL');
  });

  const startRedis = async (port: number): Promise<ChildProcess> => {
    const child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', ''], {
      stdio: 'ignore',
    });
    children.push(child);
    await new Promise((resolve) => child.once('spawn', resolve));
    return child;
  };
  const node = (port: number, deployment: string, onDropped = () => {}) => {
    const bus = redisBus({
      url: `redis://127.0.0.1:${port}`,
      deployment,
      onError: () => {},
      onState: () => {},
      onDropped,
    });
    buses.push(bus);
    return bus;
  };

  it('keeps deployments that share a Redis apart', async () => {
    const port = Number(new URL(inject('redisUrl')).port);
    const [ours, theirs] = [node(port, 'ours'), node(port, 'theirs')];
    await Promise.all([ours.start(), theirs.start()]);
    const heard: string[] = [];
    await ours.subscribe('channel', () => heard.push('ours'));
    await theirs.subscribe('channel', () => heard.push('theirs'));
    theirs.publish('channel', new Uint8Array([1]));
    await vi.waitFor(() => expect(heard).toEqual(['theirs']));
  });

  it('NO2 starts without Redis, drops what it cannot send, and finds its subscriptions again when Redis is there', async () => {
    const port = await freePort();
    let dropped = 0;
    const bus = node(port, 'outage', () => {
      dropped += 1;
    });
    await bus.start();
    expect(bus.healthy).toBe(false);
    const heard: number[] = [];
    await bus.subscribe('before', ([number]) => heard.push(number!));
    bus.publish('before', new Uint8Array([1]));
    await vi.waitFor(() => expect(dropped).toBe(1));

    const redis = await startRedis(port);
    await vi.waitFor(() => expect(bus.healthy).toBe(true), 10_000);
    await sendUntilHeard(bus, 'before', 2, heard);

    redis.kill('SIGKILL');
    await vi.waitFor(() => expect(bus.healthy).toBe(false), 10_000);
    await bus.subscribe('during', ([number]) => heard.push(number!));
    await startRedis(port);
    await vi.waitFor(() => expect(bus.healthy).toBe(true), 10_000);
    await sendUntilHeard(bus, 'before', 3, heard);
    await sendUntilHeard(bus, 'during', 4, heard);
    expect(heard).not.toContain(1);
  });

  /** A client that is ready has not always subscribed again yet. */
  async function sendUntilHeard(bus: Bus, channel: string, number: number, heard: number[]): Promise<void> {
    await vi.waitFor(() => {
      bus.publish(channel, new Uint8Array([number]));
      expect(heard).toContain(number);
    }, 10_000);
  }
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
