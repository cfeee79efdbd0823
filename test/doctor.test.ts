/** `roundtable doctor`: one line for each thing an operator has to get right, and an exit code. */
import { createServer, type Server } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { holdDataDirectory } from '../src/database/data-directory.ts';
import { openDatabase } from '../src/database/database.ts';
import { examine, type Finding } from '../src/doctor.ts';
import { TEST_SECRET } from './support/app.ts';
import { runCommand } from './support/command-line.ts';
import { emptyDatabaseUrl, freshDatabaseUrl, waitingIn } from './support/database.ts';
import { eventually, within } from './support/patience.ts';
import { rightsInReadme } from './support/redis-process.ts';
import { startTlsProxy } from './support/tls-proxy.ts';

let folder: string;
let good: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'roundtable-doctor-'));
  good = { DATABASE_URL: await freshDatabaseUrl(), REDIS_URL: inject('redisUrl'), JWT_SECRET: TEST_SECRET };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const faults = (findings: Finding[]) =>
  findings.filter(({ well }) => !well).map(({ subject, finding }) => `${subject}: ${finding}`);

describe('RU4 the command', () => {
  it('says ok of each, and ends with 0', async () => {
    const { code, output } = await runCommand(['doctor'], good);
    expect(code).toBe(0);
    expect(output.trim().split('\n')).toEqual([
      'ok    configuration: complete for serve',
      expect.stringMatching(/^ok {4}database: postgresql \d+/),
      'ok    migrations: all applied',
      expect.stringMatching(/^ok {4}clock: \d+ ms apart/),
      expect.stringMatching(/^ok {4}redis: version \d+/),
    ]);
  });

  it('says FAIL of what is wrong, and ends with 1', async () => {
    const { code, output } = await runCommand(['doctor'], {
      ...good,
      DATABASE_URL: await emptyDatabaseUrl(),
      REDIS_URL: 'redis://127.0.0.1:1',
    });
    expect(code).toBe(1);
    expect(output).toMatch(/^FAIL {2}migrations: pending: 2026-11-21-01-tables.*roundtable migrate/m);
    expect(output).toMatch(/^FAIL {2}redis: ECONNREFUSED/m);
    expect(output).toMatch(/^ok {4}database/m);
  });
});

describe('RU4 the findings', () => {
  it('are the faults of the configuration alone, where there are some', async () => {
    expect(await examine('serve', {})).toEqual([
      { well: false, subject: 'configuration', finding: 'DATABASE_URL is missing' },
      { well: false, subject: 'configuration', finding: expect.stringContaining('JWT_SECRET') },
    ]);
  });

  it('do not mind where `dev --expose` listens, nor what it migrates itself', async () => {
    const { DATABASE_URL: _, ...embedded } = good;
    const exposed = { ...embedded, HOST: '0.0.0.0', DATA_DIR: join(folder, 'exposed') };
    const findings = await examine('dev', exposed);
    expect(faults(findings)).toEqual([]);
    expect(findings).toContainEqual({
      well: true,
      subject: 'migrations',
      finding: expect.stringMatching(/^pending: .* \(`roundtable dev` applies them itself\)$/),
    });
  });

  it('name no address and no password', async () => {
    const nowhere = {
      ...good,
      DATABASE_URL: 'postgres://u:hunter2@127.0.0.1:1/x',
      REDIS_URL: 'redis://:hunter2@127.0.0.1:1',
    };
    const found = faults(await examine('serve', nowhere));
    expect(found).toEqual([
      expect.stringMatching(/^database: .*ECONNREFUSED/),
      expect.stringMatching(/^redis: .*ECONNREFUSED/),
    ]);
    expect(found.join()).not.toContain('hunter2');
  });

  it('say whether the connection to the database is encrypted, and mind it no more than the URL does', async () => {
    const database = async (DATABASE_URL: string) =>
      (await examine('serve', { ...good, DATABASE_URL })).filter(({ subject }) => subject === 'database');
    const proxy = await startTlsProxy(good.DATABASE_URL!);
    expect(await database(`${proxy.url}?sslmode=no-verify`)).toEqual([
      { well: true, subject: 'database', finding: expect.stringMatching(/^postgresql \d\S*, encrypted$/) },
    ]);
    expect(await database(`${proxy.url}?sslmode=verify-full`)).toEqual([
      { well: false, subject: 'database', finding: expect.stringMatching(/^\w+ self-signed certificate/) },
    ]);
    proxy.stop();
    expect(await database(good.DATABASE_URL!)).toEqual([
      { well: true, subject: 'database', finding: expect.stringMatching(/, not encrypted$/) },
    ]);
    expect(await examine('dev', { DATA_DIR: join(folder, 'embedded') })).toContainEqual({
      well: true,
      subject: 'database',
      finding: expect.stringMatching(/^embedded [\d.]+$/),
    });
  });

  it.each([
    ['half a second', 500, true],
    ['a minute', 60_000, false],
    ['a minute', -60_000, false],
  ])('tell of a clock that is %s (%i ms) from the one of the database', async (_, apart, well) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + apart, shouldAdvanceTime: true });
    const findings = await examine('serve', good).finally(() => vi.useRealTimers());
    expect(findings).toContainEqual({ well, subject: 'clock', finding: expect.stringMatching(/^\d+ ms apart/) });
  });

  it('take nothing for a difference of clocks that only takes its time', async () => {
    const server = await openDatabase({ url: good.DATABASE_URL! });
    vi.useFakeTimers({ toFake: ['Date'], shouldAdvanceTime: true });
    const { examined } = await server.log.transaction(async (transaction) => {
      await transaction.query('lock table migration');
      const begun = examine('serve', good);
      await eventually(async () => expect(await waitingIn(server.content)).toBe(1));
      vi.setSystemTime(Date.now() + 60_000);
      return { examined: begun };
    });
    const findings = await examined.finally(() => vi.useRealTimers());
    expect(findings).toContainEqual(expect.objectContaining({ well: true, subject: 'clock' }));
    await server.close();
  });

  it('tell of a server that takes no writes', async () => {
    const DATABASE_URL = await freshDatabaseUrl();
    const server = await openDatabase({ url: DATABASE_URL });
    const name = new URL(DATABASE_URL).pathname.slice(1);
    await server.log.query(`alter database ${name} set default_transaction_read_only = on`);
    await server.close();
    expect(faults(await examine('serve', { ...good, DATABASE_URL }))).toEqual([
      expect.stringMatching(/^database: postgresql .*, it takes no writes, as a standby$/),
    ]);
  });

  /** The faults that are found where the database's user is one of its own, after these statements about it. */
  async function asUser(...statements: string[]): Promise<string[]> {
    const url = new URL(await freshDatabaseUrl());
    const [name, user] = [url.pathname.slice(1), `user_${url.pathname.slice(-12)}`];
    const server = await openDatabase({ url: url.href });
    const all = ['create role USER login password $$plain$$', 'grant select on migration to USER', ...statements];
    for (const each of all) await server.log.query(each.replace('USER', user).replace('NAME', name));
    await server.close();
    [url.username, url.password] = [user, 'plain'];
    return faults(await examine('serve', { ...good, DATABASE_URL: url.href }));
  }

  it('tell of a user who may not make temporary tables, which large documents are stored with', async () => {
    const statements = ['grant roundtable_request to USER', 'revoke temporary on database NAME from public'];
    expect(await asUser(...statements)).toEqual([
      expect.stringMatching(/^database: postgresql .*, the user may not make temporary tables$/),
    ]);
  });

  it('tell of a user who was not granted the role that requests run under', async () => {
    expect(await asUser()).toEqual([
      expect.stringMatching(
        /^database: .*, requests cannot run as roundtable_request: 42501 .*permission denied to set role/,
      ),
    ]);
    expect(await asUser('grant roundtable_request to USER')).toEqual([]);
  });

  it('do without Redis where none is configured', async () => {
    const { REDIS_URL: _, ...alone } = good;
    const findings = await examine('serve', alone);
    expect(faults(findings)).toEqual([]);
    expect(findings).toContainEqual({ well: true, subject: 'redis', finding: 'not configured: one node' });
  });

  it('tell of what Redis does not let its user do, and need no more themselves than the README says', async () => {
    const admin = createClient({ url: good.REDIS_URL! });
    await admin.connect();
    const withRules = async (...rules: string[]) => {
      await admin.sendCommand(['ACL', 'SETUSER', 'doctor', 'reset', 'on', '>secret', ...rules]);
      const REDIS_URL = good.REDIS_URL!.replace('//', '//doctor:secret@');
      return faults(await examine('serve', { ...good, REDIS_URL }));
    };
    expect(await withRules(...rightsInReadme())).toEqual([]);
    expect(await withRules('~*', '+@all')).toEqual([
      expect.stringMatching(/^redis: version \S+, NOPERM [^,]* channels [^,]*$/),
    ]);
    expect(await withRules('~*', '&*', '+@all', '-eval', '-multi')).toEqual([
      expect.stringMatching(/^redis: version \S+, NOPERM [^,]*'multi'[^,]*, NOPERM [^,]*'eval'[^,]*$/),
    ]);
    await admin.sendCommand(['ACL', 'DELUSER', 'doctor']);
    admin.destroy();
  });

  it('leave nothing behind: no key in Redis that stays, and no hold on the folder', async () => {
    const DATA_DIR = join(folder, 'left');
    await examine('dev', { DATA_DIR, REDIS_URL: good.REDIS_URL! });
    (await holdDataDirectory(DATA_DIR))();
    await rm(join(DATA_DIR, 'postgres'), { recursive: true });
    await writeFile(join(DATA_DIR, 'postgres'), '');
    expect(faults(await examine('dev', { DATA_DIR }))).toEqual([expect.stringMatching(/^database: /)]);
    (await holdDataDirectory(DATA_DIR))();
    const redis = createClient({ url: good.REDIS_URL! });
    await redis.connect();
    for (const key of await redis.keys('roundtable:doctor:*'))
      expect([key, await redis.ttl(key)]).not.toEqual([key, -1]);
    redis.destroy();
  });

  it('say so when the folder is in use, and do not touch it', async () => {
    const release = await holdDataDirectory(folder);
    expect(faults(await examine('dev', { DATA_DIR: folder }))).toEqual([
      expect.stringMatching(/ in use by another process.*; stop it to have the database examined$/),
    ]);
    release();
  });

  it('do not wait for ever for a Redis that says nothing', async () => {
    const mute: Server = createServer(() => {});
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const { port } = mute.address() as { port: number };
    const started = performance.now();
    expect(faults(await examine('serve', { ...good, REDIS_URL: `redis://127.0.0.1:${port}` }))).toEqual([
      expect.stringMatching(/^redis: /),
    ]);
    expect(performance.now() - started).toBeLessThan(within(10_000));
    mute.close();
  });
});
