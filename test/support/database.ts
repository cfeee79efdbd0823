/** A database of a test file's own, copied from the migrated template, on the run's real PostgreSQL. */
import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { openDatabase, type Database, type SqlExecutor } from '../../src/database/database.ts';
import { TEMPLATE } from './services.ts';

/** The URL of a new, migrated and empty database. */
export const freshDatabaseUrl = (): Promise<string> => copyOf(TEMPLATE);

/** The URL of a new database without anything, not even tables. */
export const emptyDatabaseUrl = (): Promise<string> => copyOf('template0');

async function copyOf(template: string): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const server = await openDatabase({ url: `${inject('postgresUrl')}/postgres` });
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await server.log.query(`create database ${name} template ${template}`);
        break;
      } catch (error) {
        // Two files that copy the template at the same moment: one of them has to wait.
        if ((error as { code?: string }).code !== '55006' || attempt === 100) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  } finally {
    await server.close();
  }
  return `${inject('postgresUrl')}/${name}`;
}

/** An open database of the caller's own; the caller closes it. */
export async function freshDatabase(): Promise<Database> {
  return openDatabase({ url: await freshDatabaseUrl() });
}

/** How many of a database's connections wait for a lock. To be asked outside of a transaction, which would be told the same each time. */
export async function waitingIn({ query }: Pick<SqlExecutor, 'query'>): Promise<number> {
  const text = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  return (await query(text)).length;
}
