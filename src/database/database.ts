/**
 * The database, PostgreSQL or embedded (PGlite), and the five ways in:
 *
 * - `asPerson` runs a request: one transaction under the request role, told who is calling, so that row level
 *   security holds (MB9). Variable and role are set local to the transaction. A database that does not answer fails it.
 * - `asSystem` runs what belongs to no request: one transaction as the owner of the tables.
 * - `queries` is for the same where it is one statement, which needs no transaction: that would be two questions more.
 * - `log` is for the update log, the leases and the poll: plain SQL on connections of its own, so that a busy or
 *   blocked request pool never holds an acknowledgement back. What is not answered soon fails, and its connection is
 *   given up, with all others that have been silent since.
 * - `content` is for what may take longer: documents that are read, edits that wait for a lock, compaction.
 *
 * PGlite has one connection; there it is shared, and inside a transaction nothing else may be awaited.
 *
 * Deadlocks and serialization failures are retried; a transaction's work must therefore be repeatable. Whoever stands
 * still in the middle of one (a process that is stopped, a way that is cut off without a word) keeps its locks only for a
 * moment: PostgreSQL then ends the transaction, so that it holds up nobody else (NO1).
 */
import { TLSSocket } from 'node:tls';
import { Migrator } from '@mikro-orm/migrations';
import { MikroORM as EmbeddedOrm, PgliteDriver } from '@mikro-orm/pglite';
import { MikroORM as PostgreSqlOrm, type EntityManager, type Options } from '@mikro-orm/postgresql';
import { migrations } from '../../migrations/index.ts';
import { entities } from './entities/index.ts';
import { bringBackConnections } from './held-connections.ts';
import { applyMigrations, applyMigrationsInTurn, migratesBeside } from './migrating.ts';
import { readInTurns } from './paced-reading.ts';
import { leaveReadOnlyServers } from './read-only-servers.ts';
import { PERSON_VARIABLE, PLATFORM_ADMIN_VARIABLE, REQUEST_ROLE } from './request-role.ts';
import { retried } from './retried.ts';
import { createSilentConnections, type SilentConnections } from './silent-connections.ts';
import { executorOf, type PgClient, type PgPool, type SqlExecutor } from './sql-pool.ts';

export type { EntityManager, SqlExecutor };

/** Who a request runs for. */
export interface RequestPerson {
  id: string;
  platformAdmin: boolean;
}

export interface Database {
  readonly kind: 'postgresql' | 'embedded';
  readonly orm: PostgreSqlOrm;
  readonly log: SqlExecutor;
  readonly content: SqlExecutor;
  asPerson<T>(person: RequestPerson, work: (em: EntityManager) => Promise<T>): Promise<T>;
  asSystem<T>(work: (em: EntityManager) => Promise<T>): Promise<T>;
  queries(): EntityManager;
  /** Whether what goes to it and comes back is encrypted; null: it is in this process. */
  encrypted(): Promise<boolean | null>;
  /** Names of the migrations that are not applied yet. */
  pendingMigrations(): Promise<string[]>;
  /**
   * Applies what is pending, under an advisory lock, beside nodes that serve.
   * @param onWait told in words who is in the way, if anybody is
   * @returns the names
   */
  migrate(onWait?: (words: string) => void): Promise<string[]>;
  close(): Promise<void>;
}

/** How long a request waits for a connection, how long its transaction may then take, and how long the log waits, ms. */
export interface Patience {
  acquire: number;
  hold: number;
  log: number;
}

/** The ORM's options that do not depend on where the database is. `mikro-orm.config.ts` uses them too. */
export const ormOptions = {
  entities,
  extensions: [Migrator],
  migrations: {
    migrationsList: migrations,
    snapshot: false,
    tableName: 'migration',
    transactional: true,
    allOrNothing: true,
  },
  schemaGenerator: { skipTables: ['migration'] },
  allowGlobalContext: false,
  logger: () => {},
} satisfies Options;

const PATIENCE: Patience = { acquire: 10_000, hold: 20_000, log: 5000 };
/** How long PostgreSQL waits for the next statement of a transaction, ms: a lease, and longer where statements are large. */
const SILENCE = 3000;
const LARGE_SILENCE = 10_000;
/** How long something large may remain unanswered, ms. */
const CONTENT_PATIENCE = 60_000;

/**
 * Opens the database.
 * @param where a PostgreSQL URL, or the directory of the embedded database (null: in memory)
 * @param patience with PostgreSQL
 * @throws the driver's error if it cannot be reached
 */
export async function openDatabase(
  where: { url: string } | { directory: string | null },
  patience = PATIENCE,
): Promise<Database> {
  return 'url' in where ? openPostgreSql(where.url, patience) : openEmbedded(where.directory);
}

async function openPostgreSql(clientUrl: string, patience: Patience): Promise<Database> {
  const driverOptions = {
    connectionTimeoutMillis: patience.acquire,
    onConnect: settings(SILENCE, patience.log),
    keepAlive: true,
  };
  const orm = await initPostgreSql(clientUrl, 12, driverOptions);
  const silent = createSilentConnections();
  const requests = await poolOf(orm);
  bringBackConnections(requests, patience.hold);
  silent.watch(requests);
  readInTurns(requests);
  const log = await openPool(clientUrl, { max: 6, patience: patience.log, silent });
  const content = await openPool(clientUrl, { max: 6, patience: CONTENT_PATIENCE, silent });
  leaveReadOnlyServers([requests, log.pool, content.pool]);
  const migrate: Database['migrate'] = async (onWait = () => {}) => {
    const client = await content.pool.connect();
    const beside = await initPostgreSql(clientUrl, 1, { onConnect: migratesBeside });
    try {
      return await applyMigrationsInTurn(beside, client, onWait);
    } finally {
      client.release();
      await beside.close(true);
    }
  };
  const encrypted = async () => {
    const client = await content.pool.connect();
    client.release();
    return client.connection.stream instanceof TLSSocket;
  };
  const ways = { log: log.executor, content: content.executor, encrypted };
  return assemble('postgresql', orm, ways, migrate, async () => {
    await Promise.all([orm.close(true), log.close(), content.close()]);
  });
}

/** The driver is given the whole URL: of what stands behind its `?`, as `sslmode`, the ORM would tell it nothing. */
function initPostgreSql(clientUrl: string, max: number, driverOptions = {}): Promise<PostgreSqlOrm> {
  const options = { ...driverOptions, connectionString: clientUrl };
  return PostgreSqlOrm.init({ ...ormOptions, clientUrl, pool: { min: 0, max }, driverOptions: options });
}

/**
 * Set by a statement, because a pooler refuses what it does not know in the packet that begins a connection. Times come
 * as text, which is read as ISO, however a shared server writes them by itself.
 * @param longest how long PostgreSQL waits for the next statement of a transaction, ms
 */
function settings(longest: number, patience: number) {
  const text = `set idle_in_transaction_session_timeout = ${longest}; set datestyle = 'ISO'`;
  return (client: PgClient) => client.query({ text, query_timeout: patience });
}

/** @param options.patience how long to wait for a connection or an answer, ms */
async function openPool(
  clientUrl: string,
  { max, patience, silent }: { max: number; patience: number; silent: SilentConnections },
) {
  const driverOptions = {
    query_timeout: patience,
    connectionTimeoutMillis: patience,
    onConnect: settings(LARGE_SILENCE, patience),
    keepAlive: true,
  };
  const orm = await initPostgreSql(clientUrl, max, driverOptions);
  const pool = await poolOf(orm);
  silent.watch(pool);
  readInTurns(pool);
  return { pool, executor: executorOf(pool, silent), close: () => orm.close(true) };
}

const poolOf = async (orm: PostgreSqlOrm) => (await orm.em.getConnection().getNativeClient()) as unknown as PgPool;

async function openEmbedded(directory: string | null): Promise<Database> {
  const options = { ...ormOptions, driver: PgliteDriver, dbName: directory ?? 'memory://' };
  const orm = (await EmbeddedOrm.init(options as never)) as unknown as PostgreSqlOrm;
  const client = (await orm.em.getConnection().getNativeClient()) as unknown as EmbeddedClient;
  const executor = (target: EmbeddedClient | EmbeddedTransaction): SqlExecutor => ({
    query: async (text, values) => (await target.query(text, values as unknown[])).rows as never,
    transaction: (work) =>
      'transaction' in target ? target.transaction((inner) => work(executor(inner))) : work(executor(target)),
  });
  const shared = executor(client);
  return assemble(
    'embedded',
    orm,
    { log: shared, content: shared, encrypted: async () => null },
    () => applyMigrations(orm),
    () => orm.close(true),
  );
}

function assemble(
  kind: Database['kind'],
  orm: PostgreSqlOrm,
  ways: Pick<Database, 'log' | 'content' | 'encrypted'>,
  migrate: Database['migrate'],
  close: () => Promise<void>,
): Database {
  return {
    kind,
    orm,
    ...ways,
    asPerson: (person, work) => {
      // The role is a variable too, and so is set by the same statement.
      const variables = {
        [PERSON_VARIABLE]: person.id,
        [PLATFORM_ADMIN_VARIABLE]: person.platformAdmin,
        role: REQUEST_ROLE,
      };
      return retried(() => orm.em.fork({ session: { variables } }).transactional(work));
    },
    asSystem: (work) => retried(() => orm.em.fork().transactional(work)),
    queries: () => orm.em.fork(),
    pendingMigrations: async () => (await orm.migrator.getPending()).map((migration) => migration.name),
    migrate,
    close,
  };
}

interface EmbeddedTransaction {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

interface EmbeddedClient extends EmbeddedTransaction {
  transaction<T>(work: (transaction: EmbeddedTransaction) => Promise<T>): Promise<T>;
}
