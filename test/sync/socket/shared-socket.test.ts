/** `/ws`: several documents on one socket. */
import { HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import WebSocket from 'ws';
import type { Database } from '../../../src/database/database.ts';
import type { Actor } from '../../../src/identity/person.ts';
import { Refusal } from '../../../src/refusal.ts';
import type { RoomConnection } from '../../../src/sync/rooms/rooms.ts';
import { headOf } from '../../support/content.ts';
import { freshDatabase } from '../../support/database.ts';
import { eventually, saved } from '../../support/patience.ts';
import { connect, disconnectAll } from '../../support/provider.ts';
import { NO_STATE, openRaw, textOf, type RawSocket } from '../../support/raw-socket.ts';
import { addDiagram, addPerson, grant, startStage, type Stage } from '../stage.ts';

let database: Database;
let stage: Stage;
let ann: Actor;
let bob: Actor;
const rooms: RoomConnection[] = [];
const gone: RoomConnection[] = [];
const said: [string, string][] = [];
const raws: RawSocket[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  [ann, bob] = [await addPerson(database, 'ann'), await addPerson(database, 'bob')];
  stage = await startStage({
    database,
    people: [ann, bob],
    limits: { maxDocumentsPerSocket: 5 },
    overrides: {
      rooms: {
        async admit(name, { id }) {
          if (name !== 'conversation:1') throw new Refusal('not_found');
          if (id !== ann.id) throw new Refusal('forbidden');
          return { revision: 0, role: 'member' };
        },
        stateless: ({ name }, payload) => void said.push([name, payload]),
        connected: (connection) => void rooms.push(connection),
        disconnected: (connection) => void gone.push(connection),
      },
    },
  });
});
afterEach(() => {
  disconnectAll();
  for (const raw of raws.splice(0)) raw.close();
});
afterAll(async () => {
  await stage.close();
  await database.close();
});

const place = () =>
  addDiagram(database, [
    [ann, 'owner'],
    [bob, 'writer'],
  ]);
const sharedSocket = () => new HocuspocusProviderWebsocket({ url: stage.sharedUrl, WebSocketPolyfill: WebSocket });

it('carries several diagrams, and the same one several times', async () => {
  const websocket = sharedSocket();
  const [one, two] = [await place(), await place()];
  const open = (at: { diagram: string }) =>
    connect({ url: stage.sharedUrl, name: `diagram:${at.diagram}`, token: bob.id, websocket, sessionAwareness: true });
  const [a, b, other] = [open(one), open(one), open(two)];
  await Promise.all([a, b, other].map((client) => saved(client)));
  a.cells.set('a', 1);
  b.cells.set('b', 2);
  other.cells.set('c', 3);
  await Promise.all([a, b, other].map((client) => saved(client)));
  await eventually(() => expect(a.cells.toJSON()).toEqual({ a: 1, b: 2 }));
  expect(b.cells.toJSON()).toEqual({ a: 1, b: 2 });
  expect(other.cells.toJSON()).toEqual({ c: 3 });
});

it('4403 ends only the document that it concerns, with a close message that starts with the code', async () => {
  const websocket = sharedSocket();
  const [kept, lost] = [await place(), await place()];
  const [a, b] = [kept, lost].map((at) =>
    connect({ url: stage.sharedUrl, name: `diagram:${at.diagram}`, token: bob.id, websocket }),
  );
  await Promise.all([saved(a!), saved(b!)]);
  await grant(database, lost.model, bob, null);
  await eventually(() => expect(b!.closes[0]).toEqual({ code: 1000, reason: '4403 forbidden' }));
  a!.cells.set('goes on', 1);
  await saved(a!);
  expect(a!.closes).toEqual([]);
  b!.cells.set('goes nowhere', 1); // the provider does not know better
  await grant(database, lost.model, bob, 'writer');
  const again = connect({ url: stage.sharedUrl, name: `diagram:${lost.diagram}`, token: bob.id });
  await saved(again);
  expect(again.cells.toJSON()).toEqual({});
});

it('4404 before admission ends only that document', async () => {
  const socket = openRaw(stage.sharedUrl);
  raws.push(socket);
  await socket.opened;
  socket.auth('diagram:nothing', ann.id);
  socket.sync('diagram:nothing', 0, NO_STATE);
  await eventually(() => expect(socket.received.map(({ type }) => type)).toEqual([2, 7]));
  expect(textOf(socket.received[0]!, 1)).toBe('not_found');
  expect(textOf(socket.received[1]!)).toBe('4404 not_found');
  const at = await place();
  socket.auth(`diagram:${at.diagram}`, ann.id);
  socket.sync(`diagram:${at.diagram}`, 0, NO_STATE);
  await eventually(() =>
    expect(socket.received.at(-1)).toMatchObject({ address: `diagram:${at.diagram}`, type: 0, detail: 1 }),
  );
});

it('4429 for more documents than one socket may carry', async () => {
  const socket = openRaw(stage.sharedUrl);
  raws.push(socket);
  await socket.opened;
  for (let count = 0; count < 6; count += 1) socket.auth(`diagram:${count}\0session`, ann.id);
  expect((await socket.closed).code).toBe(4429);
});

it('a room holds no content: an update is refused, and a provider that only listens is in sync', async () => {
  const client = connect({ url: stage.sharedUrl, name: 'conversation:1', token: ann.id });
  await saved(client);
  rooms.at(-1)!.sendStateless(JSON.stringify({ type: 'message_created' }));
  await eventually(() => expect(client.messages).toEqual([{ type: 'message_created' }]));
  client.provider.sendStateless('hello');
  await eventually(() => expect(said).toEqual([['conversation:1', 'hello']]));
  client.cells.set('a', 1);
  await eventually(() => expect(client.messages.at(-1)).toMatchObject({ type: 'error', code: 'forbidden' }));
  expect(client.provider.unsyncedChanges).toBe(1);
  client.provider.detach();
  await eventually(() => expect(gone).toEqual(rooms));
  const denied = connect({ url: stage.sharedUrl, name: 'conversation:1', token: bob.id });
  await eventually(() => expect(denied.denials).toEqual(['forbidden']));
});

it('a provider that leaves and comes back on the same socket is in sync again', async () => {
  const at = await place();
  const client = connect({ url: stage.sharedUrl, name: `diagram:${at.diagram}`, token: ann.id });
  await saved(client);
  client.provider.detach();
  client.cells.set('apart', 1);
  client.provider.attach();
  await eventually(async () => expect(await headOf(stage.store, at.diagram)).toBe(1));
  await saved(client);
  expect(stage.left.length).toBeGreaterThan(0);
});
