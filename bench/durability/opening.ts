/**
 * Opening what is stored: a client that has nothing is sent a whole document and applies it. The same bytes at both
 * servers, nobody else on the document, medians of several openings. For a document of 100,000 cells, how long the
 * server's event loop stands still at worst while it is opened, edited, compacted and read over REST.
 */
import { setTimeout as pause } from 'node:timers/promises';
import * as Y from 'yjs';
import { openDatabase } from '../../src/database/database.ts';
import type { PostgresServer } from '../postgres.ts';
import { documentOf } from './cells.ts';
import { openConnection, type EditorConnection } from './connection.ts';
import { createWriter } from './edits.ts';
import { call, openDiagrams, restOf, type Desk } from './place.ts';
import { measureReplacing } from './replacing.ts';
import { startBare, startRoundtable, type MeasuredServer } from './servers.ts';

const OPENINGS = 9;
const PEOPLE = 3;

/** @param core the one that each server is held to; null: wherever there is room */
export async function measureOpening(postgres: PostgresServer, cells: number, core: number | null): Promise<void> {
  const [ours, theirs] = [await startRoundtable(postgres.url, core), await startBare(postgres.url, core)];
  try {
    const { desk } = await openDiagrams(ours.url, 1, PEOPLE);
    const bytes = documentOf(cells);
    const stored = { url: `${theirs.url}/`, name: `stored:${cells}`, token: 'anybody' };
    await call(ours.url, 'POST', restOf(desk(0, 0), 'updates'), bytes);
    await storeAtPeer(postgres, stored.name, bytes);
    console.log(`a document of ${cells} cells, ${(bytes.byteLength / 1e6).toFixed(1)} MB`);
    const times = await openings(desk(0, 0), stored, cells, cells > 10_000 ? 3 : OPENINGS);
    const [a, b] = [median(times.ours), median(times.theirs)];
    console.log(`opened: Roundtable ${a} ms, bare Hocuspocus ${b} ms, ratio ${(a / b).toFixed(2)}`);
    console.log(
      'longest that the event loop stood still meanwhile, ms (the most that its thread ran in it; the longest collection by V8)',
    );
    console.table({
      Roundtable: await stalls(ours, (editor) => desk(0, editor), cells),
      'bare Hocuspocus': await stalls(theirs, () => stored, cells),
    });
    const another = async () => (await openDiagrams(ours.url, 1, PEOPLE)).desk(0, 0);
    if (cells > 10_000) await measureReplacing(ours, another, cells);
  } finally {
    await Promise.all([ours.stop(), theirs.stop()]);
  }
}

const median = (times: readonly number[]) => times.toSorted((a, b) => a - b)[times.length >> 1]!;

async function storeAtPeer(postgres: PostgresServer, name: string, bytes: Uint8Array): Promise<void> {
  const database = await openDatabase({ url: postgres.url });
  await database.log.query('create table if not exists peer_document (name text primary key, bytes bytea not null)');
  await database.log.query('insert into peer_document (name, bytes) values ($1, $2)', [name, bytes]);
  await database.close();
}

/** Opens both in turns, so that both have the same weather. */
async function openings(ours: Desk, theirs: Desk, cells: number, count: number) {
  const times: Record<'ours' | 'theirs', number[]> = { ours: [], theirs: [] };
  for (let opening = 0; opening < count; opening += 1) {
    times.ours.push(await timeToOpen(ours, cells));
    times.theirs.push(await timeToOpen(theirs, cells));
  }
  return times;
}

/** ms from the first byte to a document that is complete. */
export async function timeToOpen(desk: Desk, cells: number): Promise<number> {
  const began = performance.now();
  const { document, connection } = await open(desk);
  const took = performance.now() - began;
  if (document.getMap('cells').size < cells) throw new Error('something is missing');
  connection.close();
  await pause(300); // the server lets go of the document
  return Math.round(took);
}

async function open(desk: Desk): Promise<{ document: Y.Doc; connection: EditorConnection }> {
  const document = new Y.Doc();
  const connection = openConnection(desk, true, {
    acknowledged: () => {},
    content: (update) => Y.applyUpdate(document, update),
    closed: (reason) => {
      throw new Error(`a connection was closed: ${reason}`);
    },
  });
  await connection.synced;
  return { document, connection };
}

/** While somebody edits all the time. */
async function stalls(server: MeasuredServer, desk: (editor: number) => Desk, cells: number) {
  const rest = desk(0).name.startsWith('diagram:') ? (what: string) => server.url + restOf(desk(0), what) : null;
  const during = async (work: () => Promise<unknown>) => {
    await server.observe();
    await work();
    const { stall, ran, collection } = await server.observe();
    return `${Math.round(stall)} (${Math.round(ran)}; ${Math.round(collection)})`;
  };
  let editor: EditorConnection | null = null;
  const measured: Record<string, string> = {};
  measured['first opening'] = await during(async () => (editor = (await open(desk(0))).connection));
  const writer = createWriter(900_000 + cells);
  editor!.update(writer.beginning);
  const typing = setInterval(() => editor!.update(writer.next(1)), 20);
  measured.editing = await during(() => pause(2000));
  measured['second opening'] = await during(async () => (await open(desk(1))).connection.close());
  if (rest) {
    const path = new URL(rest('content')).pathname;
    measured['GET content'] = await during(() => call(server.url, 'GET', path));
    const large = documentOf(Math.min(cells, 20_000));
    measured['POST updates, compaction'] = await during(async () => {
      await call(server.url, 'POST', new URL(rest('updates')).pathname, large);
      await pause(10_000 + cells / 20); // it is left alone for a while before it is compacted
    });
  }
  clearInterval(typing);
  editor!.close();
  await pause(300);
  return measured;
}
