/** What everything else stands on: the database, brought up to date or refused, and what connects the nodes. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { memoryAllowances, type Allowances } from './cluster/allowances.ts';
import type { Bus } from './cluster/bus.ts';
import { memoryBus } from './cluster/memory-bus.ts';
import { redisAllowances } from './cluster/redis-allowances.ts';
import { redisBus } from './cluster/redis-bus.ts';
import { createRedisConnection, type RedisCondition } from './cluster/redis-connection.ts';
import { ConfigurationError, type Config } from './config.ts';
import { holdDataDirectory } from './database/data-directory.ts';
import { openDatabase, type Database } from './database/database.ts';
import type { Logger } from './observe/log.ts';
import type { Metrics } from './observe/metrics.ts';

/**
 * Opens the database: `dev` migrates it, `serve` refuses to go on while migrations are pending.
 * @returns it, and the way to give its folder back
 * @throws ConfigurationError, DataDirectoryInUse, DataDirectoryUnusable, or the driver's error if it cannot be reached
 */
export async function prepareDatabase(
  config: Config,
  logger: Pick<Logger, 'warn'>,
): Promise<{ database: Database; release: () => void }> {
  const embedded = config.databaseUrl === null;
  const release = embedded ? await holdDataDirectory(config.dataDirectory) : () => {};
  try {
    const database = await openDatabase(
      embedded ? { directory: join(config.dataDirectory, 'postgres') } : { url: config.databaseUrl! },
    );
    if (config.mode === 'dev') await database.migrate((words) => logger.warn(words));
    else await refusePending(database);
    return { database, release };
  } catch (error) {
    release();
    throw error;
  }
}

async function refusePending(database: Database): Promise<void> {
  const pending = await database.pendingMigrations();
  if (pending.length === 0) return;
  await database.close();
  throw new ConfigurationError([`the database lacks migrations; run \`roundtable migrate\`: ${pending.join(', ')}`]);
}

const WORDS: Readonly<Record<RedisCondition, string>> = {
  away: 'Redis is away; changes are found by the poll meanwhile',
  slow: 'Redis is slow; changes are found by the poll, and each node counts rate limits for itself, meanwhile',
  refusing:
    'Redis does not do all that it is asked; changes that it does not carry are found by the poll, and each node counts rate limits for itself, meanwhile',
  emptied: 'Redis is there, but emptied; rate limits are counted anew',
  well: 'Redis is there',
};

/** What connects the nodes: Redis, or memory where there is one node. */
export async function connectNodes(
  config: Config,
  database: Database,
  logger: Logger,
  metrics: Metrics,
): Promise<{ bus: Bus; allowances: Allowances }> {
  const onError = (error: unknown) => logger.error({ err: error }, 'a bus handler failed');
  if (config.redisUrl === null) return { bus: memoryBus(onError), allowances: memoryAllowances };
  const url = config.redisUrl;
  const [deployment] = await database.log.query<{ id: string }>('select id from deployment');
  const { id } = deployment!;
  const onCondition = (connection: string) => (condition: RedisCondition, error: unknown) => {
    if (condition === 'well') logger.info({ connection }, WORDS.well);
    else logger.warn({ connection, err: error }, WORDS[condition]);
  };
  const publisher = createRedisConnection({
    url,
    waits: false,
    writes: `roundtable:${id}:alive:${randomUUID()}`,
    onCondition: onCondition('publisher'),
  });
  const subscriber = createRedisConnection({ url, waits: true, onCondition: onCondition('subscriber') });
  const bus = redisBus({
    publisher,
    subscriber,
    deployment: id,
    onError,
    onDropped: () => metrics.dropped.inc(),
    onMalformed: () => metrics.malformed.inc(),
    onRefused: (error) => onCondition('subscriber')('refusing', error),
  });
  metrics.observeBus(bus);
  return { bus, allowances: redisAllowances(publisher, id) };
}
