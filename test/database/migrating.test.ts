/** Migrations beside those who use the database. */
import { expect, it } from 'vitest';
import type { Config } from '../../src/config.ts';
import { openDatabase } from '../../src/database/database.ts';
import { prepareDatabase } from '../../src/foundations.ts';
import { beginCommand } from '../support/command-line.ts';
import { emptyDatabaseUrl, waitingIn } from '../support/database.ts';
import { eventually } from '../support/patience.ts';

/** A database in which the last migrations are pending: they change the table of people, among others. */
async function olderDatabase() {
  const url = await emptyDatabaseUrl();
  const database = await openDatabase({ url });
  await database.orm.migrator.up({ to: '2026-11-26-01-threat-models-in-workspaces' });
  return { url, database };
}

it('RU2 a migration that waits for a long transaction, as a backup is, holds up nobody for long, says whom it waits for, and is applied when that has ended', async () => {
  const { url, database } = await olderDatabase();
  const backup = await openDatabase({ url: `${url}?application_name=nightly%20backup` });
  const waits: string[] = [];
  const migrating = await backup.content.transaction(async (sql) => {
    await sql.query('set local idle_in_transaction_session_timeout = 0');
    await sql.query('select from profile');
    const migrated = database.migrate((words) => waits.push(words));
    await eventually(async () => expect(await waitingIn(database.log)).toBe(1));
    expect(await database.log.query('select from profile')).toEqual([]);
    await eventually(() => expect(waits).toHaveLength(1));
    expect(waits[0]).toMatch(/^waiting for .*: \d+ \(nightly backup, since \S+ \S+\)$/);
    expect(await database.pendingMigrations()).toContain('2026-11-27-01-random-numbers');
    return { migrated };
  });
  expect(await migrating.migrated).toContain('2026-11-27-01-random-numbers');
  expect(await database.pendingMigrations()).toEqual([]);
  await Promise.all([backup.close(), database.close()]);
});

it('RU2 so does a development server that migrates its database when it starts', async () => {
  const { url, database } = await olderDatabase();
  const { promise: told, resolve } = Promise.withResolvers<unknown>();
  const config = { mode: 'dev', databaseUrl: url } as Config;
  const starting = await database.content.transaction(async (sql) => {
    await sql.query('set local idle_in_transaction_session_timeout = 0');
    await sql.query('select from profile');
    const prepared = prepareDatabase(config, { warn: resolve });
    expect(await told).toMatch(/^waiting for the transactions of these processes/);
    return { prepared };
  });
  const { database: migrated } = await starting.prepared;
  expect(await migrated.pendingMigrations()).toEqual([]);
  await Promise.all([migrated.close(), database.close()]);
});

it('RU2 a migration that fails is told at once, and not in the way of the next attempt', async () => {
  const { url, database } = await olderDatabase();
  await database.log.query(
    `create function fail() returns event_trigger language plpgsql as $$ begin raise 'no room' using errcode = '53100'; end $$`,
  );
  await database.log.query(
    `create event trigger failing on ddl_command_start when tag in ('ALTER TABLE') execute function fail()`,
  );
  await expect(database.migrate()).rejects.toThrow('no room');
  await database.log.query('drop event trigger failing');
  const next = await openDatabase({ url });
  expect(await next.migrate()).toContain('2026-11-27-01-random-numbers');
  await Promise.all([next.close(), database.close()]);
});

it('RU2 a migration whose process is killed in the middle of a long statement ends, and all of it is taken back', async () => {
  const { url, database } = await olderDatabase();
  await database.log.query(
    `create function take_long() returns event_trigger language plpgsql as 'begin perform pg_sleep(3600); end'`,
  );
  await database.log.query(
    `create event trigger slow on ddl_command_start when tag in ('ALTER TABLE') execute function take_long()`,
  );
  const migrating = () =>
    database.log.query(
      `select from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep' and query like 'alter table%'`,
    );
  const { process, ended } = beginCommand(['migrate'], { DATABASE_URL: url });
  await eventually(async () => expect(await migrating()).toHaveLength(1), 30_000);
  process.kill('SIGKILL');
  await ended();
  await eventually(async () => expect(await migrating()).toEqual([]));
  expect(await database.pendingMigrations()).toContain('2026-11-27-01-random-numbers');
  await database.close();
});
