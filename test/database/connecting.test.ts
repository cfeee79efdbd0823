/** How PostgreSQL is connected to: as `DATABASE_URL` says it, on every connection, also through a pooler. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import config from '../../mikro-orm.config.ts';
import { openDatabase, type Database } from '../../src/database/database.ts';
import { freshDatabaseUrl } from '../support/database.ts';
import { startTlsProxy } from '../support/tls-proxy.ts';

let url: string;
beforeAll(async () => {
  url = await freshDatabaseUrl();
});

/** Every way to ask it, each of which has connections of its own. */
const WAYS: readonly [string, (database: Database) => Promise<unknown>][] = [
  ['a request', (database) => database.asSystem((em) => em.execute('select 1'))],
  ['the log', (database) => database.log.query('select 1')],
  ['content', (database) => database.content.query('select 1')],
  ['a migration', (database) => database.migrate()],
];

describe('RU9 TLS', () => {
  let encrypted: Awaited<ReturnType<typeof startTlsProxy>>;
  let folder: string;
  beforeAll(async () => {
    encrypted = await startTlsProxy(url);
    folder = await mkdtemp(join(tmpdir(), 'roundtable-tls-'));
    await writeFile(join(folder, 'known.crt'), encrypted.certificate);
  });
  afterAll(async () => {
    encrypted.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const ask = async (address: string, way: (database: Database) => Promise<unknown>) => {
    const database = await openDatabase({ url: address });
    try {
      return await way(database);
    } finally {
      await database.close();
    }
  };

  it.each(WAYS)('is what %s speaks where the URL asks for it, and nothing else', async (_, way) => {
    await expect(ask(`${encrypted.url}?sslmode=no-verify`, way)).resolves.toBeDefined();
    await expect(ask(`${url}?sslmode=no-verify`, way)).rejects.toThrow('does not support SSL');
  });

  it('goes to nobody whose certificate is not known, unless the URL names it', async () => {
    const [, way] = WAYS[1]!;
    await expect(ask(`${encrypted.url}?sslmode=verify-full`, way)).rejects.toThrow('self-signed certificate');
    const known = `sslmode=verify-full&sslrootcert=${encodeURIComponent(join(folder, 'known.crt'))}`;
    await expect(ask(`${encrypted.url}?${known}`, way)).resolves.toBeDefined();
  });
});

it('RU9 what else stands in the URL holds too', async () => {
  const database = await openDatabase({ url: `${url}?application_name=round%20table` });
  const asked = `select current_setting('application_name') as name`;
  const answers = [await database.asSystem((em) => em.execute(asked)), await database.log.query(asked)];
  await database.close();
  expect(answers).toEqual([[{ name: 'round table' }], [{ name: 'round table' }]]);
});

it('RU9 times are read as they are meant, whatever the database writes them like by itself', async () => {
  const shared = await freshDatabaseUrl();
  const before = await openDatabase({ url: shared });
  await before.log.query(`alter database ${new URL(shared).pathname.slice(1)} set datestyle = 'German'`);
  await before.close();
  const database = await openDatabase({ url: shared });
  const asked = `select timestamptz '2026-11-27 13:54:39.123Z' as at`;
  const answers = await Promise.all([
    database.asSystem((em) => em.execute<{ at: string }[]>(asked)),
    database.log.query<{ at: string }>(asked),
    database.content.query<{ at: string }>(asked),
  ]);
  await database.close();
  const meant = new Date('2026-11-27T13:54:39.123Z');
  expect(answers.map(([row]) => new Date(row!.at))).toEqual([meant, meant, meant]);
});

it("RU9 the ORM's own command line is told the whole URL", () => {
  expect(config).toMatchObject({ driverOptions: { connectionString: config.clientUrl } });
});

it('RU9 a connection begins with nothing that a pooler refuses', async () => {
  const begun = new Set<string>();
  const server = createServer((near) => {
    const far = connect(Number(new URL(url).port), '127.0.0.1');
    near.once('data', (first: Buffer) => {
      // Behind length and version: names and values in turn, each ended by a zero.
      const words = first.subarray(8).toString().split('\0');
      for (let at = 0; words[at]; at += 2) begun.add(words[at]!);
    });
    near.on('error', () => far.destroy()).pipe(far);
    far.on('error', () => near.destroy()).pipe(near);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const through = new URL(url);
  through.port = String((server.address() as AddressInfo).port);
  const database = await openDatabase({ url: through.href });
  for (const [, way] of WAYS) await way(database);
  await database.close();
  server.close();
  // All that PgBouncer knows besides: datestyle, intervalstyle, timezone, standard_conforming_strings.
  expect(
    [...begun].filter((name) => !['user', 'database', 'client_encoding', 'application_name'].includes(name)),
  ).toEqual([]);
});
