/**
 * What a test run needs once: a real PostgreSQL (from npm) with a migrated template database, and a real Redis (from
 * the system). Both listen on free ports of the loopback and end with the run, also when the run is interrupted.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openDatabase } from '../../src/database/database.ts';
import { freePort } from './free-port.ts';
import { atEnd, startPostgres } from './postgres-process.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
    redisUrl: string;
  }
}

export const TEMPLATE = 'template_roundtable';

/** How long Redis may take to answer, ms. */
const REDIS_START_LIMIT = 60_000;

export default async function start(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'roundtable-test-'));
  const [postgres, redis] = await Promise.all([
    startPostgres(directory, ['-c', 'max_connections=400']),
    startRedis(directory),
  ]);

  await postgres.createDatabase(TEMPLATE);
  const template = await openDatabase({ url: `${postgres.url}/${TEMPLATE}` });
  await template.migrate();
  await template.close();

  project.provide('postgresUrl', postgres.url);
  project.provide('redisUrl', redis.url);
  return async () => {
    redis.stop();
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  };
}

async function startRedis(directory: string) {
  const port = await freePort();
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', directory];
  const redis = spawn('redis-server', flags, { stdio: 'ignore' });
  await once(redis, 'spawn').catch((cause: unknown) => {
    throw new Error('redis-server does not start. `npm test` says how to install it.', { cause });
  });
  const forget = atEnd(() => redis.kill('SIGKILL'));
  for (const deadline = Date.now() + REDIS_START_LIMIT; !(await listens(port)); await pause(10)) {
    if (redis.exitCode !== null || Date.now() > deadline) throw new Error(`redis-server does not listen on ${port}.`);
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: () => {
      forget();
      redis.kill('SIGKILL');
    },
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (value: boolean) => {
      socket.destroy();
      resolve(value);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
}

function pause(duration: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, duration));
}
