/** `roundtable doctor`: what a new operator has to get right, each looked at and said in one line. */
import { randomUUID } from 'node:crypto';
import { createClient, ErrorReply } from 'redis';
import { ConfigurationError, readConfig, type Config, type Mode } from './config.ts';
import { DataDirectoryInUse, holdDataDirectory } from './database/data-directory.ts';
import { openDatabase, type Database } from './database/database.ts';
import { REQUEST_ROLE } from './database/request-role.ts';

export interface Finding {
  well: boolean;
  subject: 'configuration' | 'database' | 'migrations' | 'redis' | 'clock';
  finding: string;
}

/** How far the database's clock may be from ours, ms: leases and tokens depend on both. */
const CLOCK_TOLERANCE = 2000;

/** @returns one finding for each subject that could be looked at */
export async function examine(mode: Mode, environment: Record<string, string | undefined>): Promise<Finding[]> {
  let config: Config;
  try {
    config = readConfig(mode, environment, { expose: true }); // whether it was is seen at the start of `dev` alone
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.faults.map((fault) => ({ well: false, subject: 'configuration', finding: fault }));
  }
  const findings: Finding[] = [{ well: true, subject: 'configuration', finding: `complete for ${mode}` }];
  findings.push(...(await examineDatabase(config)), await examineRedis(config.redisUrl));
  return findings;
}

async function examineDatabase(config: Config): Promise<Finding[]> {
  let release = () => {};
  let database: Database;
  try {
    if (!config.databaseUrl) release = await holdDataDirectory(config.dataDirectory);
    database = await openDatabase(
      config.databaseUrl ? { url: config.databaseUrl } : { directory: `${config.dataDirectory}/postgres` },
    );
  } catch (error) {
    release();
    const finding =
      error instanceof DataDirectoryInUse ? `${error.message}; stop it to have the database examined` : wordsOf(error);
    return [{ well: false, subject: 'database', finding }];
  }
  try {
    const [row] = await database.log.query<{ version: string; now: string; temporary: boolean; read_only: string }>(
      `select current_setting('server_version') as version, now()::text as now,
         has_database_privilege(current_database(), 'temporary') as temporary,
         current_setting('transaction_read_only') as read_only`,
    );
    const skew = Math.abs(new Date(row!.now).getTime() - Date.now());
    const encrypted = await database.encrypted();
    const pending = await database.pendingMigrations();
    const lacking = [
      Number.parseInt(row!.version, 10) < 15 && '15 or newer is needed',
      row!.read_only === 'on' && 'it takes no writes, as a standby',
      !row!.temporary && 'the user may not make temporary tables',
      pending.length === 0 && (await asRequest(database)),
    ].filter((what) => what !== false);
    const unapplied = `pending: ${pending.join(', ')}${config.databaseUrl ? '; run `roundtable migrate`' : ' (`roundtable dev` applies them itself)'}`;
    return [
      {
        well: lacking.length === 0,
        subject: 'database',
        finding: [
          `${database.kind} ${row!.version}`,
          encrypted !== null && (encrypted ? 'encrypted' : 'not encrypted'),
          ...lacking,
        ]
          .filter((what) => what !== false)
          .join(', '),
      },
      {
        well: pending.length === 0 || !config.databaseUrl,
        subject: 'migrations',
        finding: pending.length === 0 ? 'all applied' : unapplied,
      },
      { well: skew <= CLOCK_TOLERANCE, subject: 'clock', finding: `${skew} ms apart from the database` },
    ];
  } catch (error) {
    return [{ well: false, subject: 'database', finding: wordsOf(error) }];
  } finally {
    await database.close();
    release();
  }
}

/** What keeps requests from running under their role, which has to be there and granted to the database's user. */
function asRequest(database: Database): Promise<string | false> {
  const nobody = { id: randomUUID(), platformAdmin: false };
  return database
    .asPerson(nobody, (em) => em.execute('select id from workspace limit 1'))
    .then(
      () => false,
      (error: unknown) => `requests cannot run as ${REQUEST_ROLE}: ${wordsOf(error)}`,
    );
}

async function examineRedis(url: string | null): Promise<Finding> {
  if (!url) return { well: true, subject: 'redis', finding: 'not configured: one node' };
  const client = createClient({ url, socket: { connectTimeout: 3000, socketTimeout: 3000, reconnectStrategy: false } });
  client.on('error', () => {});
  try {
    await client.connect();
    const { version, mode } = await client.hello(); // unlike INFO, everybody may ask for it
    const name = `roundtable:doctor:${randomUUID()}`;
    const lacking = [
      Number.parseInt(String(version), 10) < 7 && '7 or newer is needed',
      String(mode) === 'cluster' && 'a cluster, of which nodes would reach a part only',
      await refusalOf(client.set(name, '', { expiration: { type: 'EX', value: 1 } })),
      await refusalOf(client.multi().get(name).exec()),
      await refusalOf(client.eval('return 1', { keys: [name] })),
      await refusalOf(client.sPublish(name, '')),
      await refusalOf(client.sSubscribe(name, () => {})),
    ].filter((what) => what !== false);
    return {
      well: lacking.length === 0,
      subject: 'redis',
      finding: [`version ${version}`, ...new Set(lacking)].join(', '),
    };
  } catch (error) {
    return { well: false, subject: 'redis', finding: wordsOf(error) };
  } finally {
    client.destroy();
  }
}

/** What Redis says of something that nodes ask for and it does not do. */
function refusalOf(answer: Promise<unknown>): Promise<string | false> {
  return answer.then(
    () => false,
    (error: unknown) => {
      if (error instanceof ErrorReply) return error.message;
      throw error;
    },
  );
}

/** What went wrong, without the URL and its password. */
function wordsOf(error: unknown): string {
  const { message, code, cause } = error as { message?: string; code?: string; cause?: { message?: string } };
  return [code, (message || cause?.message || 'unknown fault').replaceAll(/\w+:\/\/\S+/g, '(address)')]
    .filter(Boolean)
    .join(' ');
}
