/**
 * What durability costs: a Roundtable node that acknowledges what is committed in a real PostgreSQL, and bare Hocuspocus
 * that stores nothing, under the same load in the same run. Prints the machine and the numbers; it ends by itself.
 *
 *   npx node bench/durability/main.ts [acknowledge] [sustain] [fan-out] [opening] [large]
 *
 * The server has one core; the load, as raw frames from a process of its own, shares the other with PostgreSQL. With a
 * large document the server has threads beside its event loop, and V8 has its own: there all share both cores.
 * `bench/durability/long.ts` is for a document that is edited a million times.
 */
import { openDatabase } from '../../src/database/database.ts';
import { machine } from '../machine.ts';
import { startServer, type PostgresServer } from '../postgres.ts';
import { measure, type Cost, type Shape } from './fan-out.ts';
import { measureOpening } from './opening.ts';
import { bareDocuments, openDiagrams } from './place.ts';
import { CORES, pin, startBare, startRoundtable, type MeasuredServer } from './servers.ts';

const PEOPLE = 40;
const wanted = new Set(process.argv.slice(2));
const wants = (part: string) => wanted.size === 0 || wanted.has(part);

console.log(machine());
await withPostgres(CORES.rest, async (postgres) => {
  const database = await openDatabase({ url: postgres.url });
  console.log((await database.log.query<{ version: string }>('select version() as version'))[0]!.version);
  console.log('peer: bare @hocuspocus/server 4.7.0 on ws, storing nothing\n');
  await database.close();

  if (wants('acknowledge'))
    await compare(postgres, '1,000 updates/s over 100 documents', 100, { editors: 1, writing: 1, rate: 1000 });
  if (wants('sustain'))
    await compare(postgres, '5,000 updates/s over 500 documents', 500, { editors: 1, writing: 1, rate: 5000 });
  for (const rate of [8000, 16_000]) {
    const what = `${rate} edits/s in 200 documents, 4 editors each, 2 writing`;
    if (wants('fan-out')) await compare(postgres, what, 200, { editors: 4, writing: 2, rate });
  }
  if (wants('opening')) await measureOpening(postgres, 10_000, CORES.server);
});
if (wants('large')) await withPostgres(null, (postgres) => measureOpening(postgres, 100_000, null));

/** @param core the one that it is held to, if any */
async function withPostgres(core: number | null, work: (postgres: PostgresServer) => Promise<void>): Promise<void> {
  const postgres = await startServer();
  if (core !== null) pin(postgres.pid, core);
  try {
    const database = await openDatabase({ url: postgres.url });
    await database.migrate();
    await database.close();
    await work(postgres);
  } finally {
    await postgres.stop();
  }
}

async function compare(postgres: PostgresServer, what: string, count: number, shape: Shape): Promise<void> {
  const ours = await on(startRoundtable(postgres.url), async (server) =>
    measure(server, await openDiagrams(server.url, count, PEOPLE), shape, postgres.pid),
  );
  const theirs = await on(startBare(postgres.url), (server) =>
    measure(server, bareDocuments(server.url, count), shape, postgres.pid),
  );
  console.log(what);
  console.table({ Roundtable: shown(ours), 'bare Hocuspocus': shown(theirs) });
  console.log(`processor, Roundtable to bare: ${(ours.cpu / theirs.cpu).toFixed(2)}\n`);
}

async function on<T>(starting: Promise<MeasuredServer>, work: (server: MeasuredServer) => Promise<T>): Promise<T> {
  const server = await starting;
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

function shown(cost: Cost) {
  const ms = (value: number) => Number(value.toFixed(1));
  const percent = (share: number | null) => (share === null ? '?' : `${Math.round(share * 100)}%`);
  return {
    'sent/s': Math.round(cost.sent),
    'acknowledged/s': Math.round(cost.acknowledged),
    'ack p50': ms(cost.acknowledgement.p50),
    'ack p99': ms(cost.acknowledgement.p99),
    'screen p50': ms(cost.screen.p50),
    'screen p99': ms(cost.screen.p99),
    'never acknowledged': cost.missing,
    'server cpu': percent(cost.cpu),
    'longest stall': ms(cost.stall),
    MB: Math.round(cost.memory / 1e6),
    'postgres cpu': percent(cost.postgres),
    'load cpu': percent(cost.busy),
    'others cpu': percent(cost.others),
    'load late by': ms(cost.late),
  };
}
