/** A PostgreSQL of the benchmark's own, from npm, in a folder that goes with it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../src/database/database.ts';
import { startPostgres } from '../test/support/postgres-process.ts';

export interface PostgresServer {
  url: string;
  /** The process that all others of it come from. */
  pid: number;
  stop(): Promise<void>;
}

/** Segments of its log, of 16 MB each. */
const SEGMENTS = 48;
const SETTINGS = ['shared_buffers=512MB', `min_wal_size=${SEGMENTS * 16}MB`, 'max_wal_size=4GB'];

export async function startServer(): Promise<PostgresServer> {
  const directory = await mkdtemp(join(tmpdir(), 'roundtable-bench-'));
  const postgres = await startPostgres(
    directory,
    SETTINGS.flatMap((setting) => ['-c', setting]),
  );
  await postgres.createDatabase('bench');
  const url = `${postgres.url}/bench`;
  await breakIn(url);
  const [pid] = (await readFile(join(directory, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
  return {
    pid: Number(pid),
    url,
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
async function breakIn(url: string): Promise<void> {
  const { content, close } = await openDatabase({ url });
  for (let made = 0; made < SEGMENTS; made += 1) {
    await content.query("select pg_logical_emit_message(true, 'bench', 'a segment')");
    await content.query('select pg_switch_wal()');
  }
  await content.query('checkpoint');
  await close();
}
