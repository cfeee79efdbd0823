/**
 * The plans that PostgreSQL really uses: `auto_explain`, switched on for one database, tells them to the client as
 * notices, those of statements inside functions too. Nothing is explained twice or out of its transaction.
 */
import type { Database } from '../../src/database/database.ts';

export interface Plan {
  statement: string;
  /** The plan as `explain` prints it. */
  text: string;
}

interface NoticingClient {
  on(event: 'notice', listener: (notice: { message?: string }) => void): void;
}

interface NoticingPool {
  on(event: 'acquire', listener: (client: NoticingClient) => void): void;
}

/** Switches it on for connections that are opened from now on. @param database an open one, as the superuser of its server */
export async function explainEverything(database: Database): Promise<void> {
  const [row] = await database.log.query<{ name: string }>('select current_database() as name');
  const settings = {
    session_preload_libraries: `'auto_explain'`,
    'auto_explain.log_min_duration': '0',
    'auto_explain.log_nested_statements': 'on',
    client_min_messages: 'log',
  };
  for (const [setting, value] of Object.entries(settings))
    await database.log.query(`alter database ${row!.name} set ${setting} = ${value}`);
}

/** Collects the plans of a database's requests. To be called before its first request. */
export async function collectPlans(database: Database): Promise<{ of(work: () => Promise<unknown>): Promise<Plan[]> }> {
  const pool = (await database.orm.em.getConnection().getNativeClient()) as unknown as NoticingPool;
  const heard = new WeakSet<NoticingClient>();
  let plans: Plan[] = [];
  pool.on('acquire', (client) => {
    if (heard.has(client)) return;
    heard.add(client);
    client.on('notice', ({ message = '' }) => {
      const found =
        /^duration: [\d.]+ ms {2}plan:\nQuery Text: ([^]*?)\n((?:Query Parameters: [^\n]*\n)?[^\n]*\(cost=[^]*)$/.exec(
          message,
        );
      if (found) plans.push({ statement: found[1]!.replaceAll(/\s+/g, ' ').trim(), text: found[2]! });
    });
  });
  return {
    async of(work) {
      plans = [];
      await work();
      return plans;
    },
  };
}

/** Tables that are read from end to end. */
export function sequentialScans(plans: readonly Plan[]): string[] {
  return plans.flatMap(({ statement, text }) =>
    Array.from(text.matchAll(/Seq Scan on (\w+)/g), ([, table]) => `${table}: ${statement}`),
  );
}
