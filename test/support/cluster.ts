/** Nodes as real processes on a database of their own, on the run's PostgreSQL, with a Redis of their own between them. */
import { openDatabase, type Database } from '../../src/database/database.ts';
import { freshDatabaseUrl } from './database.ts';
import { createNode, type NodeProcess } from './node-process.ts';
import { createRedis, type RedisProcess } from './redis-process.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

export interface Cluster {
  readonly nodes: readonly [NodeProcess, NodeProcess, ...NodeProcess[]];
  readonly redis: RedisProcess;
  /** The database itself, past the nodes and their proxies. */
  readonly database: Database;
  /** Mends all ways, wakes and starts everybody. */
  mend(): Promise<void>;
  stop(): Promise<void>;
}

export interface ClusterOptions {
  nodes?: number;
  environment?: Record<string, string>;
  /** Whether Redis runs when the nodes start. */
  redisStarted?: boolean;
  /** A migrated database, in place of a new one. */
  databaseUrl?: string;
}

export async function startCluster({
  nodes: count = 2,
  environment = {},
  redisStarted = true,
  databaseUrl: given,
}: ClusterOptions = {}): Promise<Cluster> {
  const [databaseUrl, redis] = await Promise.all([given ?? freshDatabaseUrl(), createRedis(redisStarted)]);
  const database = await openDatabase({ url: databaseUrl });
  const creating = Array.from({ length: count }, () => createNode({ databaseUrl, redisUrl: redis.url, environment }));
  const nodes = await Promise.all(creating);
  await Promise.all(nodes.map((node) => node.start()));
  return {
    nodes: nodes as unknown as Cluster['nodes'],
    redis,
    database,
    async mend() {
      redis.wake();
      for (const node of nodes) {
        node.wake();
        await Promise.all([node.database.mend(), node.redis?.mend()]);
      }
      await Promise.all(nodes.map(async (node) => node.running || (await node.start())));
    },
    async stop() {
      await Promise.all(nodes.map((node) => node.dispose()));
      await database.close();
      await redis.kill();
    },
  };
}

/** Where people connect, as before a load balancer. */
export type Door = TcpProxy & { readonly url: string };

/** @param choose the node to which the next connection leads; null: to none */
export async function openDoor(choose: () => NodeProcess | null): Promise<Door> {
  const proxy = await startTcpProxy(() => choose()?.port ?? null);
  return { ...proxy, url: `http://127.0.0.1:${proxy.port}` };
}
