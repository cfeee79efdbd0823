/**
 * What a test run needs once: a real PostgreSQL (from npm) with a migrated template database, and a real Redis (from
 * the system). Both listen on free ports of the loopback and end with the run, also when the run is interrupted.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openDatabase } from '../../src/database/database.ts';
import { startPostgres } from './postgres-process.ts';
import { createRedis } from './redis-process.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
    redisUrl: string;
    /** The folder for what Node has compiled, of all processes of the run. */
    compiled: string;
  }
}

export const TEMPLATE = 'template_roundtable';

export default async function start(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'roundtable-test-'));
  const [postgres, redis] = await Promise.all([
    startPostgres(directory, ['-c', 'max_connections=400']),
    createRedis().catch((cause: unknown) => {
      throw new Error('redis-server does not start. `npm test` says how to install it.', { cause });
    }),
  ]);

  await postgres.createDatabase(TEMPLATE);
  const template = await openDatabase({ url: `${postgres.url}/${TEMPLATE}` });
  await template.migrate();
  await template.close();

  project.provide('postgresUrl', postgres.url);
  project.provide('redisUrl', redis.url);
  project.provide('compiled', join(directory, 'compiled'));
  return async () => {
    await redis.kill();
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  };
}
