/** A running app of a test's own: on a fresh database of the run's PostgreSQL unless it asks for the embedded one. */
import { build, type App } from '../../src/app.ts';
import { readConfig, type Mode } from '../../src/config.ts';
import { createLogger } from '../../src/observe/log.ts';
import { freshDatabaseUrl } from './database.ts';

export const TEST_SECRET = 'a secret that only tests know, long enough for HS256';

export interface TestApp extends App {
  /** Every log line so far, parsed. */
  readonly log: Record<string, unknown>[];
}

export interface TestAppOptions {
  mode?: Mode;
  /** Variables beside those that the test app needs. */
  environment?: Record<string, string>;
}

/** Builds and starts an app on a free port of the loopback; the caller stops it. */
export async function startApp({ mode = 'dev', environment = {} }: TestAppOptions = {}): Promise<TestApp> {
  const database =
    'DATA_DIR' in environment ? {} : { DATABASE_URL: environment.DATABASE_URL ?? (await freshDatabaseUrl()) };
  const config = readConfig(mode, {
    PORT: '0',
    HOST: '127.0.0.1',
    JWT_SECRET: TEST_SECRET,
    LOG_LEVEL: 'info',
    ...database,
    ...environment,
  });
  const log: Record<string, unknown>[] = [];
  const app = await build(
    config,
    createLogger(config.logLevel, { write: (line) => log.push(JSON.parse(line) as Record<string, unknown>) }),
  );
  await app.start();
  return Object.assign(Object.create(app) as App, { log });
}
