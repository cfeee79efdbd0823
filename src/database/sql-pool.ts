/** Connections for plain SQL, on which nothing is waited for longer than it should take. */
import type { EventEmitter } from 'node:events';
import type { PgConnection } from './each-connection.ts';
import { retried } from './retried.ts';
import type { SilentConnections } from './silent-connections.ts';

/** Plain SQL with `$1` parameters. Bytes come back as `Uint8Array` (PostgreSQL: `Buffer`), bigint and times as strings. */
export interface SqlExecutor {
  /** @param name under which each connection keeps the statement prepared: for what is asked all the time */
  query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[], name?: string): Promise<Row[]>;
  /** @param work is done again where it and another transaction waited for each other */
  transaction<T>(work: (transaction: SqlExecutor) => Promise<T>): Promise<T>;
}

/** A pool of `pg`, as far as it is used here. */
export interface PgPool extends EventEmitter {
  query(text: string | PgQuery, values?: unknown[]): Promise<{ rows: unknown[] }>;
  connect(): Promise<PgClient>;
}

interface PgQuery {
  text: string;
  name?: string | undefined;
  query_timeout?: number;
}

/** One of its connections. */
export interface PgClient {
  connection: PgConnection;
  query(text: string | PgQuery, values?: unknown[]): Promise<{ rows: unknown[] }>;
  release(error?: Error): void;
}

/** @param pool one with a `query_timeout` */
export function executorOf(pool: PgPool, silent: SilentConnections): SqlExecutor {
  async function ask(target: PgPool | PgClient, text: string, values?: readonly unknown[], name?: string) {
    const asked = performance.now();
    try {
      return (await target.query({ text, name }, values as unknown[])).rows as never;
    } catch (error) {
      if (isUnanswered(error)) silent.unanswered(asked);
      throw error;
    }
  }
  async function transact<T>(work: (transaction: SqlExecutor) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    const run: SqlExecutor = {
      query: (text, values, name) => ask(client, text, values, name),
      transaction: (nested) => nested(run),
    };
    let broken: Error | undefined;
    try {
      await client.query('begin');
      const result = await work(run);
      await client.query('commit');
      return result;
    } catch (error) {
      if (isUnanswered(error)) broken = error;
      else await client.query('rollback').catch((fault: Error) => (broken = fault));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  return {
    query: (text, values, name) => ask(pool, text, values, name),
    transaction: (work) => retried(() => transact(work)),
  };
}

/** Whether the driver gave up waiting: then nothing more is to be asked on that connection. */
function isUnanswered(error: unknown): error is Error {
  return error instanceof Error && error.message === 'Query read timeout';
}
