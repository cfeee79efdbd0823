/**
 * Migrations, applied while nodes serve. A statement that changes a table waits for everybody who uses it, and everybody
 * who comes later waits behind it. So it waits for a moment only, shorter than a lease. If somebody uses the table for
 * longer, as a backup does, all that is pending is taken back (it is one transaction), the others go on, and after a
 * while it is tried again. A migration that has its locks takes as long as it takes; if its process is killed, PostgreSQL
 * finds that out within a second and takes it back.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { MikroORM } from '@mikro-orm/postgresql';
import type { PgClient } from './sql-pool.ts';

/** How long a migration waits for a lock, and then for the next attempt, ms. */
const LOCK_PATIENCE = 1000;
const BETWEEN_ATTEMPTS = 3000;
/** The wait for another node that migrates, ms. */
const TURN_PATIENCE = 3_600_000;

const ADVISORY_LOCK = 7_203_114_001;
const LOCK_NOT_AVAILABLE = '55P03';

/** To be called on each connection that migrates. */
export async function migratesBeside(client: PgClient): Promise<void> {
  await client.query(`set lock_timeout = ${LOCK_PATIENCE}`);
  await client.query('set client_connection_check_interval = 1000').catch(() => {}); // not on every operating system
}

/** Applies what is pending. @returns the names */
export async function applyMigrations(orm: MikroORM): Promise<string[]> {
  return (await orm.migrator.up()).map((migration) => migration.name);
}

/**
 * The same, one process at a time, and again until nobody is in the way.
 * @param orm its connections were given to `migratesBeside`
 * @param client holds the advisory lock meanwhile
 * @param onWait told in words who is in the way, once for each answer to that
 */
export async function applyMigrationsInTurn(
  orm: MikroORM,
  client: PgClient,
  onWait: (words: string) => void,
): Promise<string[]> {
  await client.query({ text: `select pg_advisory_lock(${ADVISORY_LOCK})`, query_timeout: TURN_PATIENCE });
  try {
    for (let told = ''; ; await pause(BETWEEN_ATTEMPTS)) {
      try {
        return await applyMigrations(orm);
      } catch (error) {
        if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error;
      }
      const words = `waiting for ${await inTheWay(client)}`;
      if (words !== told) onWait((told = words));
    }
  } finally {
    await client.query(`select pg_advisory_unlock(${ADVISORY_LOCK})`).catch(() => {});
  }
}

/** Whose transactions have been open for as long as a migration waits, in words. */
async function inTheWay(client: PgClient): Promise<string> {
  const { rows } = await client.query(
    `select format('%s (%s, since %s)', pid, coalesce(nullif(application_name, ''), usename), xact_start::timestamptz(0)) as words
     from pg_stat_activity where datname = current_database()
     and xact_start < clock_timestamp() - ${LOCK_PATIENCE} * interval '1 millisecond' order by xact_start limit 5`,
  );
  if (rows.length === 0) return 'those who use the tables';
  return `the transactions of these processes of PostgreSQL: ${(rows as { words: string }[]).map(({ words }) => words).join(', ')}`;
}
