/**
 * A document with a long life: so many edits of 1,000 cells, through the log as nodes write it, compacted on the way.
 * Says what is stored in the end, as a multiple of the newest snapshot, and how long a client takes to open it, beside
 * two fresh documents: one that was made of the same Yjs document in a few writes, history and all, and one of the cells
 * alone. And the same of plain Yjs, a document in this process that is encoded and applied, since neither can be less
 * than that.
 *
 * The edits are made in two ways. `typed`: one member of one cell is set again and again, then of the next cell. Yjs
 * keeps what was overwritten as one struct. `dragged`: x and y in turns, which Yjs cannot join: two structs for each
 * move are kept for as long as the cell is there, because a client that is offline may still build on any of them.
 *
 *   npx node bench/durability/long.ts [edits]
 */
import * as Y from 'yjs';
import { openDatabase, type Database } from '../../src/database/database.ts';
import { NO_ROWS } from '../../src/documents/base.ts';
import { createBudget } from '../../src/budget.ts';
import { readCells } from '../../src/documents/diagram.ts';
import { compact } from '../../src/documents/snapshots.ts';
import { createUpdateLog } from '../../src/documents/update-log.ts';
import { createUpkeep } from '../../src/documents/upkeep.ts';
import { createWorkshop } from '../../src/documents/workshop.ts';
import { createLogger } from '../../src/observe/log.ts';
import { machine } from '../machine.ts';
import { startServer } from '../postgres.ts';
import { documentOf } from './cells.ts';
import { timeToOpen } from './opening.ts';
import { call, openDiagrams, restOf, type Desk } from './place.ts';
import { startRoundtable } from './servers.ts';

const [edits = 1_000_000] = process.argv.slice(2).map(Number);
const CELLS = 1000;
/** Edits in one entry of the log: what somebody makes in a moment. */
const TOGETHER = 20;
/** Edits in a part of the document: a node takes no more than a million structs at a time. */
const PART = 200_000;
const SHAPES = { typed: ['label'], dragged: ['x', 'y'] };

const logger = createLogger('error');
const postgres = await startServer();
const workshop = createWorkshop();
try {
  console.log(machine());
  const database = await openDatabase({ url: postgres.url });
  await database.migrate();
  const node = await startRoundtable(postgres.url);
  const places = await openDiagrams(node.url, 6, 1);
  for (const [index, [shape, members]] of Object.entries(SHAPES).entries()) {
    const [old, copy, fresh] = [0, 1, 2].map((place) => places.desk(index * 3 + place, 0)) as [Desk, Desk, Desk];
    const document = new Y.Doc();
    Y.applyUpdate(document, documentOf(CELLS));
    await call(node.url, 'POST', restOf(old, 'updates'), Y.encodeStateAsUpdate(document));
    const began = performance.now();
    const parts = await edit(database, old.name.slice('diagram:'.length), document, members);
    const took = (performance.now() - began) / 1000;
    const stored = await storageOf(database, old.name.slice('diagram:'.length));
    await call(node.url, 'PUT', restOf(fresh, 'content'), { cells: readCells(document) });
    const [plain, again] = [Y.encodeStateAsUpdate(document), documentOf(CELLS)];
    for (const part of parts) await call(node.url, 'POST', restOf(copy, 'updates'), part);
    const [ofOld, ofCopy, ofFresh] = await inTurns(
      () => timeToOpen(old, CELLS),
      () => timeToOpen(copy, CELLS),
      () => timeToOpen(fresh, CELLS),
    );
    const [ofPlain, ofAgain] = await inTurns(
      () => timeToApply(plain),
      () => timeToApply(again),
    );
    console.log(`${shape}: ${edits} edits in ${took.toFixed(0)} s`);
    console.log(
      `  newest snapshot ${kilobytes(stored.snapshot)}, all that is stored ${kilobytes(stored.all)}:`,
      ratio(stored.all, stored.snapshot),
    );
    console.log(
      `  opened in ${ms(ofOld)}, a fresh one of the same Yjs document in ${ms(ofCopy)}: ${ratio(ofOld, ofCopy)}\n` +
        `  a fresh one of the same cells in ${ms(ofFresh)}: ${ratio(ofOld, ofFresh)}\n` +
        `  plain Yjs: ${kilobytes(plain.byteLength)} applied in ${ms(ofPlain)}, a fresh one of ` +
        `${kilobytes(again.byteLength)} in ${ms(ofAgain)}: ${ratio(ofPlain, ofAgain)}`,
    );
  }
  await node.stop();
  await database.close();
} finally {
  await workshop.stop();
  await postgres.stop();
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1000)} kB`;
}

function ms(length: number): string {
  return `${Math.round(length)} ms`;
}

function timeToApply(update: Uint8Array): number {
  const began = performance.now();
  Y.applyUpdate(new Y.Doc(), update);
  return performance.now() - began;
}

/** The medians of up to three things that are measured in turns. */
async function inTurns(...measures: (() => number | Promise<number>)[]): Promise<[number, number, number]> {
  const times: number[][] = measures.map(() => []);
  for (let turn = 0; turn < 5; turn += 1)
    for (const [index, measure] of measures.entries()) times[index]!.push(await measure());
  return times.map((list) => list.toSorted((a, b) => a - b)[2]!) as [number, number, number];
}

function ratio(a: number, b: number): string {
  return `${(a / b).toFixed(2)} times`;
}

/**
 * Edits the cells one after the other, a hundred times each before the next one's turn.
 * @returns the document in parts that a node takes at a time
 */
async function edit(
  database: Database,
  diagram: string,
  document: Y.Doc,
  members: readonly string[],
): Promise<Uint8Array[]> {
  const stored = { executor: database.content, workshop, logger };
  const upkeep = createUpkeep({
    ...stored,
    documents: null as never,
    limits: { rows: 500, bytes: 65_536, versionInterval: Infinity },
  });
  const log = createUpdateLog({
    executor: database.log,
    budget: createBudget(1e8),
    logger,
    committed: ({ bytes }) => upkeep.edited(diagram, bytes.byteLength),
    decide: async () => [],
  });
  const [{ epoch, person } = { epoch: 0, person: '' }] = await database.log.query<{ epoch: number; person: string }>(
    'select access_epoch::int as epoch, (select id from profile limit 1) as person from diagram where id = $1',
    [diagram],
  );
  const cells = [...document.getMap<Y.Map<unknown>>('cells').values()];
  const parts = [Y.encodeStateAsUpdate(document)];
  let stateVector = Y.encodeStateVector(document);
  let updates: Uint8Array[] = [];
  document.on('update', (update: Uint8Array) => updates.push(update));
  for (let count = 0; count < edits; count += TOGETHER) {
    for (let more = count; more < count + TOGETHER; more += 1) {
      const member = members[more % members.length]!;
      cells[Math.floor(more / 100) % CELLS]!.set(member, member === 'label' ? `${more}` : more);
    }
    const { promise, resolve } = Promise.withResolvers<unknown>();
    log.append({ diagram, person, epoch, base: NO_ROWS, updates, settle: resolve });
    updates = [];
    if (count % (TOGETHER * 10) === 0) await promise;
    if ((count + TOGETHER) % PART !== 0 && count + TOGETHER < edits) continue;
    parts.push(Y.encodeStateAsUpdate(document, stateVector));
    stateVector = Y.encodeStateVector(document);
  }
  await log.drain(60_000);
  await upkeep.idle();
  await compact(database.content, workshop, diagram, { rows: 1, bytes: 1 });
  await log.stop();
  await upkeep.stop();
  return parts;
}

async function storageOf(database: Database, diagram: string): Promise<{ snapshot: number; all: number }> {
  const [row] = await database.log.query<{ snapshot: number; all: number }>(
    `select (select octet_length(bytes) from document_snapshot where diagram_id = $1 order by seq desc limit 1) as snapshot,
       (select sum(octet_length(bytes)) from document_snapshot where diagram_id = $1)::int
       + coalesce((select sum(octet_length(bytes)) from document_update where diagram_id = $1), 0)::int as all`,
    [diagram],
  );
  return row!;
}
