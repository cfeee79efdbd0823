/** NO3: what a socket keeps for its documents is bounded before they are there, and let go of when they are closed. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { Database } from '../../../src/database/database.ts';
import type { Actor } from '../../../src/identity/person.ts';
import { collected } from '../../support/collected.ts';
import { freshDatabase } from '../../support/database.ts';
import { eventually, pause, within } from '../../support/patience.ts';
import { NO_STATE, openRaw, type RawSocket } from '../../support/raw-socket.ts';
import { addDiagram, addPerson, startStage, type Stage, type StageOptions } from '../stage.ts';

const CLOSE = 7;

let database: Database;
let ann: Actor;
const stages: Stage[] = [];
const raws: RawSocket[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  ann = await addPerson(database, 'ann');
});
afterEach(async () => {
  for (const raw of raws.splice(0)) raw.close();
  for (const stage of stages.splice(0)) await stage.close();
});
afterAll(() => database.close());

async function start(limits: StageOptions['limits'] & {}, overrides: StageOptions['overrides'] = {}): Promise<Stage> {
  const stage = await startStage({ database, people: [ann], limits, overrides });
  stages.push(stage);
  return stage;
}

/** A shared socket on which Ann is let into a document of her own. */
async function known(stage: Stage): Promise<RawSocket> {
  const socket = openRaw(stage.sharedUrl);
  raws.push(socket);
  await socket.pinged;
  await enter(socket);
  return socket;
}

/** @param address else a new document's */
async function enter(socket: RawSocket, address?: string): Promise<void> {
  const name = address ?? (await newAddress());
  socket.auth(name, ann.id);
  socket.sync(name, 0, NO_STATE);
  const answered = () => socket.received.some((frame) => frame.address === name && frame.type === 0);
  await eventually(() => expect(answered()).toBe(true));
}

async function newAddress(): Promise<string> {
  return `diagram:${(await addDiagram(database, [[ann, 'owner']])).diagram}`;
}

function update(size: number): Uint8Array {
  const document = new Y.Doc();
  document.getMap('cells').set('a', 'x'.repeat(size));
  return Y.encodeStateAsUpdate(document);
}

const isOpen = ({ ws }: RawSocket) => ws.readyState === ws.OPEN;

it('NO3 4429 for more than a frame may be, over all documents of a socket to which nobody is admitted', async () => {
  const stage = await start({ maxFrameBytes: 100_000 });
  const socket = await known(stage);
  socket.sync(await newAddress(), 2, update(60_000));
  socket.sync(await newAddress(), 2, update(60_000));
  expect((await socket.closed).code).toBe(4429);
});

it('NO3 4429 for handshakes that are as large', async () => {
  const stage = await start({ maxFrameBytes: 100_000 });
  const socket = await known(stage);
  const vector = Y.encodeStateVector(new Map(Array.from({ length: 8000 }, (_, client) => [2 ** 31 + client, 1])));
  const address = await newAddress();
  for (let count = 0; count < 3; count += 1) socket.sync(address, 0, vector);
  expect((await socket.closed).code).toBe(4429);
});

it('NO3 what is kept is counted over all sockets, until its document is there', async () => {
  const stage = await start({ strangerBytes: 100_000 });
  const [first, second, third] = [await known(stage), await known(stage), await known(stage)];
  const address = await newAddress();
  first.sync(address, 2, update(60_000));
  await pause(50);
  second.sync(await newAddress(), 2, update(60_000));
  expect((await second.closed).code).toBe(4429);
  await enter(first, address);
  await eventually(async () => {
    const socket = await known(stage);
    socket.sync(await newAddress(), 2, update(60_000));
    await pause(50);
    expect(isOpen(socket)).toBe(true);
    socket.close();
  });
  expect([first, third].map(isOpen)).toEqual([true, true]);
});

it('NO3 4408 for a document to which nobody is admitted in time, if something is kept for it', async () => {
  const admissionTimeout = within(300);
  const stage = await start({ admissionTimeout });
  const [kept, plain] = [await known(stage), await known(stage)];
  const address = await newAddress();
  const more = setInterval(() => kept.sync(address, 2, update(10)), admissionTimeout / 10); // gives it no more time
  expect(await kept.closed).toEqual({ code: 4408, reason: 'idle' });
  clearInterval(more);
  await pause(admissionTimeout);
  expect(isOpen(plain)).toBe(true);
});

it('what a document has taken counts no more: any amount goes through one socket', async () => {
  const stage = await start({ maxFrameBytes: 100_000 });
  const socket = await known(stage);
  for (let count = 0; count < 4; count += 1) {
    const address = await newAddress();
    socket.sync(address, 2, update(60_000));
    await enter(socket, address);
  }
  expect(isOpen(socket)).toBe(true);
});

it('NO3 a document that its client has closed is let go of, though the socket lives on', async () => {
  const [shown, left]: [WeakRef<object>[], string[]] = [[], []];
  const stage = await start(
    {},
    {
      live: {
        async connected() {},
        disconnected: ({ id }) => void left.push(id),
        async stateless() {},
        attach: (_, awareness) => void shown.push(new WeakRef(awareness)),
        detach() {},
        stop() {},
      },
    },
  );
  const socket = await known(stage);
  const addresses = [await newAddress(), await newAddress()];
  for (const address of addresses) await enter(socket, address);
  for (const address of addresses) socket.send(address, CLOSE);
  await eventually(() => expect(left).toHaveLength(2));
  await collected(shown.slice(1)); // the first one's is open
  expect(isOpen(socket)).toBe(true);
});

it('NO3 what is kept for a document counts until its client closes it, and no more for one that comes in its place', async () => {
  const stage = await start({ maxFrameBytes: 100_000, strangerBytes: 100_000 });
  const socket = await known(stage);
  const address = await newAddress();
  socket.sync(address, 2, update(60_000));
  socket.send(address, CLOSE);
  socket.auth(address, ann.id);
  socket.sync(address, 2, update(60_000));
  await enter(socket, address);
  expect(isOpen(socket)).toBe(true);
});

it('what still comes to a document that has ended is dropped, and does not cost the socket its other documents', async () => {
  const stage = await start({ admissionTimeout: within(1000) });
  const [left, kept] = [await known(stage), await known(stage)];
  const address = await newAddress();
  await enter(left, address);
  left.send(address, CLOSE);
  left.sync(address, 2, update(10));
  await enter(left); // that has come
  kept.sync(await newAddress(), 2, update(10));
  expect(await kept.closed).toEqual({ code: 4408, reason: 'idle' });
  expect(isOpen(left)).toBe(true);
});

it('NO3 what comes while a document is being loaded counts too, and has as long as that takes', async () => {
  const loaded = Promise.withResolvers<void>();
  const query: Database['content']['query'] = async (...question) => {
    await loaded.promise;
    return database.content.query(...question);
  };
  const slow = { ...database, content: { ...database.content, query } };
  const stage = await start({ admissionTimeout: within(1000), maxFrameBytes: 100_000 }, { database: slow });
  const socket = openRaw(stage.sharedUrl);
  raws.push(socket);
  await socket.pinged;
  const address = await newAddress();
  socket.auth(address, ann.id);
  await eventually(() => expect(stage.joined).toHaveLength(1));
  socket.sync(address, 2, update(60_000));
  const stranger = openRaw(stage.sharedUrl);
  raws.push(stranger);
  expect((await stranger.closed).code).toBe(4408);
  expect(isOpen(socket)).toBe(true);
  socket.sync(address, 2, update(60_000));
  expect((await socket.closed).code).toBe(4429);
  loaded.resolve();
});

it('NO3 4429 for more addresses than anybody has, though each is closed; of what has ended only the address is kept', async () => {
  const socket = await known(await start({}));
  const closes = () => socket.received.filter(({ type }) => type === CLOSE).length;
  let asked = 0;
  const ask = (session: number) => socket.auth(`diagram:none\0${session}`, ann.id);
  while (asked < 499) {
    for (const until = Math.min(asked + 40, 499); asked < until; asked += 1) ask(asked);
    await eventually(() => expect(closes()).toBe(asked));
  }
  ask(0); // has been there
  await eventually(() => expect(closes()).toBe(asked + 1));
  expect(isOpen(socket)).toBe(true);
  ask(asked);
  expect((await socket.closed).code).toBe(4429);
});
