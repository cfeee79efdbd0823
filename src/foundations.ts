/** What everything else stands on: the database, brought up to date or refused, and the bus between nodes. */
import { join } from 'node:path';
import type { Bus } from './cluster/bus.ts';
import { memoryBus } from './cluster/memory-bus.ts';
import { redisBus } from './cluster/redis-bus.ts';
import { ConfigurationError, type Config } from './config.ts';
import { holdDataDirectory } from './database/data-directory.ts';
import { openDatabase, type Database } from './database/database.ts';
import type { Logger } from './observe/log.ts';
import type { Metrics } from './observe/metrics.ts';

/**
 * Opens the database: `dev` migrates it, `serve` refuses to go on while migrations are pending.
 * @returns it, and the way to give its folder back
 * @throws ConfigurationError, DataDirectoryInUse, or the driver's error if it cannot be reached
 */
export async function prepareDatabase(config: Config): Promise<{ database: Database; release: () => void }> {
  const embedded = config.databaseUrl === null;
  const release = embedded ? await holdDataDirectory(config.dataDirectory) : () => {};
  try {
    const database = await openDatabase(
      embedded ? { directory: join(config.dataDirectory, 'postgres') } : { url: config.databaseUrl! },
    );
    if (config.mode === 'dev') await database.migrate();
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

/** Redis between nodes, or memory where there is one. */
export async function createBus(config: Config, database: Database, logger: Logger, metrics: Metrics): Promise<Bus> {
  const onError = (error: unknown) => logger.error({ err: error }, 'a bus handler failed');
  if (config.redisUrl === null) return memoryBus(onError);
  const [deployment] = await database.log.query<{ id: string }>('select id from deployment');
  return redisBus({
    url: config.redisUrl,
    deployment: deployment!.id,
    onError,
    onState: ({ connection, ready, error }) => {
      if (ready) logger.info({ connection }, 'Redis is there');
      else logger.warn({ connection, err: error }, 'Redis is away; changes are found by the poll meanwhile');
    },
    onDropped: () => metrics.dropped.inc(),
  });
}
