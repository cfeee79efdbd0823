/**
 * What several nodes cost: Roundtable, which commits to a real PostgreSQL, and Hocuspocus with its Redis extension, which
 * stores nothing, under the same load in the same run. Each document has two editors who write on one node, and two who
 * watch on others. Prints the machine and the numbers; it ends by itself, after four minutes for each number of nodes.
 *
 *   (cd bench/cluster && npm ci) && npx node bench/cluster/main.ts [nodes...]
 *
 * Nodes, load, PostgreSQL and Redis share the machine's cores as the system likes.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../../src/database/database.ts';
import type { Plan, Result, Told } from '../durability/load.ts';
import { bareDocuments, openDiagrams, type Documents } from '../durability/place.ts';
import { SECRET, SERVE, start, type MeasuredServer } from '../durability/servers.ts';
import { machine } from '../machine.ts';
import { startServer } from '../postgres.ts';
import { startRedis, type MeasuredRedis } from './redis.ts';

const RATE = 1000;
/** How many pages have drawn in a document before, each of which has left a client id: none, and as in weeks of work. */
const VISITS = [0, 100, 300];
const DOCUMENTS = 100;
const PEOPLE = 40;
const EDITORS = 4;
const WRITING = 2;
/**
 * From one compaction to the next. Documents begin at all points of it, so that as many are compacted while it is measured
 * as ever; and V8 has compiled what a node does a thousand times a second.
 */
const EARLIER = 1000;
const SECONDS = { warmUp: 5, measured: 20 };
const counts = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1, 2, 3];

interface Cost extends Result {
  /** ms of the processor for an edit, over all nodes. */
  cpu: number;
  publishes: number;
  bytesIn: number;
  bytesOut: number;
}

const postgres = await startServer();
try {
  console.log(machine());
  const database = await openDatabase({ url: postgres.url });
  await database.migrate();
  console.log((await database.log.query<{ version: string }>('select version() as version'))[0]!.version);
  await database.close();
  console.log('peer: @hocuspocus/server 4.7.0 with @hocuspocus/extension-redis 4.7.0, storing nothing\n');
  for (const [count, visits] of counts.flatMap((nodes) => VISITS.map((before) => [nodes, before] as const))) {
    const ours = await measureNodes(count, visits, startOurs, (url) => openDiagrams(url, DOCUMENTS, PEOPLE));
    const theirs = await measureNodes(count, visits, startStock, async (url) => bareDocuments(url, DOCUMENTS));
    console.log(
      `${RATE} edits/s in ${DOCUMENTS} documents that ${visits} pages have drawn in before, over ${count} nodes`,
    );
    console.table({ Roundtable: shown(ours), 'Hocuspocus, Redis extension': shown(theirs) });
    const share = (ours.cpu / theirs.cpu).toFixed(2);
    console.log(`processor of the nodes for an edit, in that of the Redis extension: ${share}\n`);
  }
} finally {
  await postgres.stop();
}

function startOurs(redis: MeasuredRedis): Promise<MeasuredServer> {
  const environment = {
    HOST: '127.0.0.1',
    PORT: '0',
    JWT_SECRET: SECRET,
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    RATE_LIMIT_PER_MINUTE: '0',
    MAX_SOCKETS_PER_USER: '1000',
    LOG_LEVEL: 'error',
  };
  return start(SERVE, environment, null);
}

function startStock(redis: MeasuredRedis): Promise<MeasuredServer> {
  return start([fileURLToPath(new URL('stock.ts', import.meta.url)), String(redis.port)], {}, null);
}

async function measureNodes(
  count: number,
  visits: number,
  startNode: (redis: MeasuredRedis) => Promise<MeasuredServer>,
  open: (url: string) => Promise<Documents>,
): Promise<Cost> {
  const redis = await startRedis();
  const nodes: MeasuredServer[] = [];
  try {
    for (let node = 0; node < count; node += 1) nodes.push(await startNode(redis));
    const documents = await open(nodes[0]!.url);
    return await measure(nodes, redis, documents, visits);
  } finally {
    for (const node of nodes) await node.stop();
    await redis.stop();
  }
}

/** Of each document those who write are on one node, and those who watch on the others in turns. */
async function measure(
  nodes: readonly MeasuredServer[],
  redis: MeasuredRedis,
  documents: Documents,
  visits: number,
): Promise<Cost> {
  const others = Math.max(1, nodes.length - 1);
  const deskOn = (document: number, editor: number) => {
    const desk = documents.desk(document, editor);
    const away = editor < WRITING ? 0 : 1 + (editor % others);
    return { ...desk, url: desk.url.replace(nodes[0]!.url, nodes[(document + away) % nodes.length]!.url) };
  };
  const plan: Plan = {
    ...SECONDS,
    rate: RATE,
    visits,
    earlier: EARLIER,
    writing: WRITING,
    documents: Array.from({ length: documents.count }, (_, document) =>
      Array.from({ length: EDITORS }, (_unused, editor) => deskOn(document, editor)),
    ),
  };
  const used = async () => {
    const cpu = await Promise.all(nodes.map((node) => node.used()));
    return { cpu: cpu.reduce((sum, one) => sum + one, 0), redis: await redis.published() };
  };
  const load = fork(new URL('../durability/load.ts', import.meta.url), { serialization: 'advanced' });
  const ended = once(load, 'exit');
  const { promise: result, resolve, reject } = Promise.withResolvers<Result>();
  void ended.then(([code]) => reject(new Error(`the load ended with ${code}`)));
  let before = used();
  let after = before;
  load.on('message', (told: Told) => {
    if (told.kind === 'measuring') before = used();
    if (told.kind === 'measured') after = used();
    if (told.kind === 'done') resolve(told.result);
  });
  load.send(plan);
  const measured = await result;
  await ended;
  const [from, to] = [await before, await after];
  const edits = measured.sent * SECONDS.measured;
  return {
    ...measured,
    cpu: (to.cpu - from.cpu) / edits,
    publishes: (to.redis.messages - from.redis.messages) / edits,
    bytesIn: (to.redis.bytesIn - from.redis.bytesIn) / edits,
    bytesOut: (to.redis.bytesOut - from.redis.bytesOut) / edits,
  };
}

function shown(cost: Cost) {
  const rounded = (value: number, digits = 1) => Number(value.toFixed(digits));
  return {
    'sent/s': Math.round(cost.sent),
    'screen p50': rounded(cost.screen.p50),
    'screen p99': rounded(cost.screen.p99),
    'ack p50': rounded(cost.acknowledgement.p50),
    'ack p99': rounded(cost.acknowledgement.p99),
    'never acknowledged': cost.missing,
    'publishes/edit': rounded(cost.publishes, 2),
    'bytes to Redis/edit': Math.round(cost.bytesIn),
    'bytes from Redis/edit': Math.round(cost.bytesOut),
    'cpu ms/edit': rounded(cost.cpu, 3),
    'load cpu': `${Math.round(cost.busy * 100)}%`,
  };
}
