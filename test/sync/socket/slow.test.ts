/** Who opens a large document and reads it slowly, or not at all. */
import type { Duplex } from 'node:stream';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import type { Actor } from '../../../src/identity/person.ts';
import type { SyncLimits } from '../../../src/sync/limits.ts';
import { freshDatabase } from '../../support/database.ts';
import { eventually } from '../../support/patience.ts';
import { NO_STATE, openRaw, type RawSocket } from '../../support/raw-socket.ts';
import { addDiagram, addPerson, startStage, type Stage } from '../stage.ts';

const CELLS = 4000;
/** More than the system keeps for two ends of a connection. */
const LARGE = 30_000_000;
let database: Database;
let ann: Actor;
let at: Awaited<ReturnType<typeof addDiagram>>;
let stage: Stage;

beforeAll(async () => {
  database = await freshDatabase();
  ann = await addPerson(database, 'ann');
  at = await addDiagram(database, [[ann, 'owner']]);
  stage = await startStage({ database, people: [ann] });
  const label = 'x'.repeat(LARGE / CELLS);
  const cells = Array.from({ length: CELLS }, (_, z) => ({ id: `c${z}`, z, label }));
  await stage.store.replace(at.diagram, ann.id, cells, null);
  await stage.close();
});
afterEach(() => stage.close());
afterAll(() => database.close());

/** Somebody on the shared socket of a new node. @returns also the most bytes that waited for them there */
async function open(limits: Partial<SyncLimits>): Promise<{ socket: RawSocket; waiting: () => number }> {
  stage = await startStage({ database, people: [ann], limits, poll: 50 });
  let stream!: Duplex;
  stage.http.once('upgrade', (_, connection: Duplex) => (stream = connection));
  const socket = openRaw(stage.sharedUrl);
  await socket.pinged;
  return { socket, waiting: () => stream.writableLength };
}

function ask({ auth, sync }: RawSocket, session: string): void {
  const address = `diagram:${at.diagram}\0${session}`;
  auth(address, ann.id);
  sync(address, 0, NO_STATE);
}

it('NO3 who does not read makes a node hold no more than a little, however often they open a document, and is dropped', async () => {
  const { socket, waiting } = await open({ slowConsumerBytes: 100_000, deadAfter: 2000 });
  socket.ws.pause();
  for (let opened = 0; opened < 20; opened += 1) ask(socket, String(opened));
  let most = 0;
  await eventually(() => {
    socket.ws.pong(); // it is there
    most = Math.max(most, waiting());
    expect(stage.joined).toHaveLength(20);
    expect(stage.left).toHaveLength(20);
  }, 60_000);
  expect(most).toBeGreaterThan(65_536);
  expect(most).toBeLessThan(10_000_000);
  socket.ws.terminate();
});

it('NO3 who reads a large document slowly gets all of it, and is not dropped', async () => {
  const { socket, waiting } = await open({ slowConsumerBytes: 100_000 });
  let [bytes, most] = [0, 0];
  socket.ws.on('message', (data: Buffer) => {
    bytes += data.byteLength;
    most = Math.max(most, waiting());
    socket.ws.pause();
    setTimeout(() => socket.ws.resume(), 20);
  });
  ask(socket, 'slow');
  await eventually(() => expect(socket.received.at(-1)).toMatchObject({ type: 0, detail: 1 }), 60_000);
  expect(bytes).toBeGreaterThan(LARGE);
  expect(most).toBeGreaterThan(65_536);
  expect(most).toBeLessThan(10_000_000);
  expect(socket.ws.readyState).toBe(socket.ws.OPEN);
  socket.close();
});
