/** What the nemesis does to a cluster: each fault begins, and is undone. A node that it is about is chosen by chance. */
import type { Cluster } from '../../support/cluster.ts';
import type { NodeProcess } from '../../support/node-process.ts';
import { pause } from '../../support/patience.ts';
import type { PostgresProcess } from '../../support/postgres-process.ts';
import type { Chance } from '../../support/seeded.ts';

export interface Place {
  cluster: Cluster;
  postgres: PostgresProcess;
  chance: Chance;
  /** The node that this round is about. */
  node: NodeProcess;
}

export interface Fault {
  name: string;
  /** Whether those who were on the node and do not come back are to be gone within five seconds. */
  takesPeople?: true;
  begin(place: Place): unknown;
  /** Beside mending all ways, waking everybody and starting what does not run. */
  end?(place: Place): unknown;
}

const NONSENSE_BYTES = 4096;
/** Below the length of a lease, and beyond. */
const SHORT = 1000;
const PAUSE = 3500;

/** Faults of a node, or of the way to the database. */
export const nodeFaults: readonly Fault[] = [
  { name: 'SIGKILL', takesPeople: true, begin: ({ node }) => node.kill() },
  { name: 'SIGSTOP for longer than the lease', takesPeople: true, begin: ({ node }) => node.stall() },
  { name: 'SIGTERM and a start', begin: ({ node }) => node.stop().then(node.start) },
  { name: 'the database is out of reach for one node', takesPeople: true, begin: ({ node }) => node.database.cut() },
  { name: 'the database is silent for one node', takesPeople: true, begin: ({ node }) => node.database.pause() },
  { name: 'the database is restarted', begin: ({ postgres }) => postgres.stop().then(postgres.start) },
  { name: 'the database is killed and started again', begin: ({ postgres }) => postgres.kill().then(postgres.start) },
  {
    name: 'the database stands still for all, longer than a lease',
    async begin({ cluster }) {
      for (const { database } of cluster.nodes) database.pause();
      await pause(PAUSE);
    },
  },
];

/** Faults of Redis, or of the way there. */
export const redisFaults: readonly Fault[] = [
  { name: 'FLUSHALL', begin: ({ cluster }) => cluster.redis.command('FLUSHALL') },
  { name: 'random bytes on our channels', begin: speakNonsense },
  {
    name: 'Redis is killed',
    begin: ({ cluster }) => cluster.redis.kill(),
    end: ({ cluster }) => cluster.redis.start(),
  },
  { name: 'Redis stands still', begin: ({ cluster }) => cluster.redis.stall() },
  { name: 'Redis is out of reach for one node', begin: ({ node }) => node.redis!.cut() },
  {
    name: 'the connections of one node to Redis die without a word',
    begin: ({ node }) => node.redis!.halfOpen(),
  },
  { name: 'Redis is slow', begin: ({ cluster }) => cluster.nodes.forEach(({ redis }) => redis!.delay(300)) },
  {
    name: 'Redis is full',
    begin: ({ cluster }) => cluster.redis.command('CONFIG', 'SET', 'maxmemory', '1'),
    end: ({ cluster }) => cluster.redis.command('CONFIG', 'SET', 'maxmemory', '0'),
  },
  { name: 'what comes from Redis is spoilt', begin: ({ cluster, chance }) => spoil(cluster, chance) },
];

async function speakNonsense({ cluster, chance }: Place): Promise<void> {
  const until = performance.now() + SHORT;
  const channels = (await cluster.redis.command('PUBSUB', 'SHARDCHANNELS')) as string[];
  while (channels.length > 0 && performance.now() < until) {
    await cluster.redis.command('SPUBLISH', chance.of(channels), nonsense(chance));
  }
}

function spoil({ nodes }: Cluster, chance: Chance): void {
  for (const { redis } of nodes) redis!.spoil(nonsense(chance));
}

const nonsense = (chance: Chance) =>
  Buffer.from(Array.from({ length: chance.below(NONSENSE_BYTES) }, () => chance.below(256)));
