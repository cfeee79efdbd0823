/** The Redis side of a node by itself: its two connections, its bus and its allowances. */
import { redisAllowances } from '../../src/cluster/redis-allowances.ts';
import { redisBus } from '../../src/cluster/redis-bus.ts';
import { createRedisConnection } from '../../src/cluster/redis-connection.ts';

export interface RedisNodeOptions {
  url: string;
  deployment: string;
  onError?: (error: unknown) => void;
  onDropped?: () => void;
  onMalformed?: () => void;
  onState?: (state: { ready: boolean }) => void;
  /** ms */
  pace?: { ask: number; believe: number; giveUp: number };
}

const nothing = () => {};

export function redisNode({ url, deployment, pace, onState = nothing, ...told }: RedisNodeOptions) {
  const connect = (waits: boolean) => createRedisConnection({ url, waits, onState, ...(pace && { pace }) });
  const [publisher, subscriber] = [connect(false), connect(true)];
  const bus = redisBus({
    publisher,
    subscriber,
    deployment,
    onError: nothing,
    onDropped: nothing,
    onMalformed: nothing,
    ...told,
  });
  return { bus, publisher, subscriber, allowances: redisAllowances(publisher, deployment) };
}
