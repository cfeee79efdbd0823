#!/usr/bin/env node
/**
 * The command line: dev, serve, migrate, token, doctor. Faults of the configuration end with exit code 78. What a command
 * does not need is not loaded for it, and nothing large before it listens to signals.
 */
import { setFlagsFromString } from 'node:v8';
import { Command } from 'commander';
import type { App } from './app.ts';
import { ConfigurationError, readConfig, type Config, type Mode } from './config.ts';
import { DataDirectoryInUse, DataDirectoryUnusable, holdDataDirectory, keptSecret } from './database/data-directory.ts';
import { signToken } from './identity/tokens.ts';
import { startFault } from './start-fault.ts';

const EX_CONFIG = 78;
/** Told to stop before it was done: as a shell says of a program that SIGTERM has ended. */
const EX_STOPPED = 143;
/** After SIGTERM the process is gone within this time, ms (NO1). */
const STOP_DEADLINE = 9500;
/** Within which time a signal that comes again is the same one, ms. */
const TWICE = 1000;

// V8 collects all of its heap in pauses of a tenth of a second and more where it has one processor (`bench/durability`).
// An edit lives as long as a flush: V8 would take that for long, and from then on make whatever is made at the same place
// in the code in its old generation. And it would collect all whenever 64 MB of buffers have come, however large the heap.
// To copy what is new it would wait for threads of its own, which often have no processor just then.
// And while it marks what is alive it would let what is new pile up, tens of MB, and copy all of it in one pause in the end.
// (`npm start`, `npm run serve` and the image start with room for the heap to grow, and with less for what is new, which V8 copies at a
// stretch: that cannot be said from in here.)
setFlagsFromString('--no-allocation-site-pretenuring');
setFlagsFromString('--external-memory-accounted-in-global-limit');
setFlagsFromString('--no-parallel-scavenge');
setFlagsFromString('--no-separate-gc-phases');

const program = new Command('roundtable')
  .description('Real-time collaboration backend for Yjs diagram editors')
  .showHelpAfterError();

program
  .command('dev')
  .description('run on embedded parts: PGlite under DATA_DIR, no Redis, development sign-in, demo people')
  .option('--expose', 'listen beyond the loopback although anybody may sign in as anybody')
  .action((options: { expose?: boolean }) => run(readConfig('dev', process.env, { expose: options.expose === true })));

program
  .command('serve')
  .description('run in production: needs DATABASE_URL and a way to verify tokens')
  .action(() => run(readConfig('serve', process.env)));

program
  .command('migrate')
  .description('apply pending migrations under an advisory lock and exit')
  .action(async () => {
    whenTold(() => process.exit(EX_STOPPED)); // in the middle of a transaction, which the database takes back
    // As in `dev`, which asks for no way to verify tokens; one that is set is checked with all the rest.
    const config = readConfig('dev', process.env, { expose: true });
    const release = config.databaseUrl ? () => {} : await holdDataDirectory(config.dataDirectory);
    const { openDatabase } = await import('./database/database.ts');
    const database = await openDatabase(
      config.databaseUrl ? { url: config.databaseUrl } : { directory: `${config.dataDirectory}/postgres` },
    );
    const applied = await database.migrate(print);
    await database.close();
    release();
    print(applied.length === 0 ? 'nothing to migrate' : applied.map((name) => `applied ${name}`).join('\n'));
  });

program
  .command('token')
  .description('print a token signed with JWT_SECRET (in development: the one kept in DATA_DIR)')
  .requiredOption('--email <email>', 'whose token')
  .option('--name <name>', 'their full name')
  .option('--role <role>', 'a value for the roles claim')
  .option('--ttl <time>', 'how long it holds: 90s, 30m, 1h, 7d', '1h')
  .action(async (options: { email: string; name?: string; role?: string; ttl: string }) => {
    const config = readConfig(modeOf(process.env), process.env, { expose: true }); // it does not listen
    if (config.tokens.kind === 'jwks')
      throw new ConfigurationError(['JWT_JWKS_URI is set: tokens are signed by somebody else']);
    const secret = config.tokens.secret ?? (await keptSecret(config.dataDirectory));
    const claims = {
      email: options.email,
      ...(options.name && { name: options.name }),
      ...(options.role && { roles: [options.role] }),
    };
    print(signToken(secret, claims, toSeconds(options.ttl), config.tokens));
  });

program
  .command('doctor')
  .description('check configuration, database, migrations, Redis and clock; exit code 1 if anything is wrong')
  .action(async () => {
    const { examine } = await import('./doctor.ts');
    const findings = await examine(modeOf(process.env), process.env);
    for (const { well, subject, finding } of findings) print(`${well ? 'ok  ' : 'FAIL'}  ${subject}: ${finding}`);
    process.exitCode = findings.every((finding) => finding.well) ? 0 : 1;
  });

try {
  await program.parseAsync();
} catch (error) {
  const misconfigured =
    error instanceof ConfigurationError ||
    error instanceof DataDirectoryInUse ||
    error instanceof DataDirectoryUnusable;
  const words = misconfigured ? error.message : startFault(error);
  if (words === null) throw error;
  process.stderr.write(`${words}\n`);
  process.exit(misconfigured ? EX_CONFIG : 1);
}

/** Commands that are neither look at what is configured: a database of its own means production. */
function modeOf(environment: NodeJS.ProcessEnv): Mode {
  return environment.DATABASE_URL ? 'serve' : 'dev';
}

async function run(config: Config): Promise<void> {
  let starting: Promise<App> | null = null;
  whenTold(() => void end(starting));
  const { build } = await import('./app.ts');
  const app = await build(config);
  starting = started(app);
  await starting;
  print(
    `Roundtable is running at ${app.url}${config.mode === 'dev' ? ' (development: anybody may sign in as anybody)' : ''}`,
  );
}

/**
 * To be called first of all: a signal for which the first process of a container has no handler is lost (NO1).
 * A signal often comes twice, from npm and to the whole group, or is repeated by a supervisor: stopping goes on. Only
 * somebody at the keyboard who repeats it by and by wants the end at once.
 * @param stop called once
 */
function whenTold(stop: () => void): void {
  let toldAt: number | null = null;
  const tell = (signal: NodeJS.Signals) => {
    if (toldAt === null) {
      toldAt = performance.now();
      stop();
    } else if (signal === 'SIGINT' && performance.now() - toldAt > TWICE) process.exit(EX_STOPPED);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, tell);
}

async function started(app: App): Promise<App> {
  try {
    await app.start();
    return app;
  } catch (error) {
    await app.stop();
    throw error;
  }
}

/** @param starting what has been built, which is stopped when it has started; null: nothing yet */
async function end(starting: Promise<App> | null): Promise<void> {
  // What a database that does not answer keeps from ending is not waited for: nobody was told that it is saved.
  setTimeout(() => {
    process.stderr.write('Not everything has ended in time.\n');
    process.exit(0);
  }, STOP_DEADLINE).unref();
  const app = await starting?.catch(() => null); // then `run` says why
  if (app === null) return;
  await app?.stop();
  process.exit(0);
}

function toSeconds(text: string): number {
  const match = /^(\d+)(s|m|h|d)$/.exec(text);
  if (!match) throw new ConfigurationError([`--ttl ${text} is not a time such as 90s, 30m, 1h or 7d`]);
  return Number(match[1]) * { s: 1, m: 60, h: 3600, d: 86_400 }[match[2] as 's' | 'm' | 'h' | 'd'];
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
