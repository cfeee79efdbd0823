/** The Redis side of a node by itself: its two connections, its bus and its allowances. */
import { randomUUID } from 'node:crypto';
import { redisAllowances } from '../../src/cluster/redis-allowances.ts';
import { redisBus } from '../../src/cluster/redis-bus.ts';
import { createRedisConnection, type RedisCondition, type RedisPace } from '../../src/cluster/redis-connection.ts';

export interface RedisNodeOptions {
  url: string;
  deployment: string;
  onError?: (error: unknown) => void;
  onDropped?: () => void;
  onMalformed?: () => void;
  onRefused?: (error: unknown) => void;
  onCondition?: (condition: RedisCondition) => void;
  pace?: RedisPace;
}

const nothing = () => {};

export function redisNode({ url, deployment, pace, onCondition = nothing, ...told }: RedisNodeOptions) {
  const options = { url, onCondition, ...(pace && { pace }) };
  const publisher = createRedisConnection({
    ...options,
    waits: false,
    writes: `roundtable:${deployment}:alive:${randomUUID()}`,
  });
  const subscriber = createRedisConnection({ ...options, waits: true });
  const bus = redisBus({
    publisher,
    subscriber,
    deployment,
    onError: nothing,
    onDropped: nothing,
    onMalformed: nothing,
    onRefused: nothing,
    ...told,
  });
  return { bus, publisher, subscriber, allowances: redisAllowances(publisher, deployment) };
}
