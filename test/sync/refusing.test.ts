/** What ends a connection, and with which code. */
import { writeVarUint8Array } from 'lib0/encoding';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { uuidv7 } from 'uuidv7';
import * as Y from 'yjs';
import type { Database } from '../../src/database/database.ts';
import type { Actor } from '../../src/identity/person.ts';
import { Refusal } from '../../src/refusal.ts';
import { updateBy } from '../rules/stage.ts';
import { documentOf, headOf } from '../support/content.ts';
import { freshDatabase } from '../support/database.ts';
import { eventually, pause, saved, within } from '../support/patience.ts';
import { connect, disconnectAll, type Client } from '../support/provider.ts';
import { NO_STATE, openRaw, textOf, type RawSocket } from '../support/raw-socket.ts';
import { addDiagram, addPerson, startStage, type Stage, type StageOptions } from './stage.ts';

let database: Database;
let ann: Actor;
let bob: Actor;
let eve: Actor;
const stages: Stage[] = [];
const raws: RawSocket[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  [ann, bob, eve] = [
    await addPerson(database, 'ann'),
    await addPerson(database, 'bob'),
    await addPerson(database, 'eve'),
  ];
});
afterEach(async () => {
  disconnectAll();
  for (const socket of raws.splice(0)) socket.close();
  for (const stage of stages.splice(0)) await stage.close();
});
afterAll(() => database.close());

async function start(options: Partial<StageOptions> = {}): Promise<Stage> {
  const stage = await startStage({ database, people: [ann, bob, eve], poll: 20, ...options });
  stages.push(stage);
  return stage;
}

function raw(...parameters: Parameters<typeof openRaw>): RawSocket {
  const socket = openRaw(...parameters);
  raws.push(socket);
  return socket;
}

const place = () =>
  addDiagram(database, [
    [ann, 'owner'],
    [bob, 'writer'],
  ]);

/** A raw socket on a diagram's path on which somebody is admitted and in sync. */
async function admitted(stage: Stage, at: { model: string; diagram: string }, person: Actor) {
  const socket = raw(stage.url(at));
  const address = `diagram:${at.diagram}`;
  await socket.opened;
  socket.auth(address, person.id);
  socket.sync(address, 0, NO_STATE);
  await eventually(() => expect(socket.received.some(({ type, detail }) => type === 0 && detail === 0)).toBe(true));
  return { socket, address };
}

/** Ann, who has drawn something. */
async function drawing(stage: Stage, at: { model: string; diagram: string }): Promise<Client> {
  const client = connect({ url: stage.url(at), name: `diagram:${at.diagram}`, token: ann.id });
  client.cells.set('a', 1);
  await saved(client);
  return client;
}

/** An update under somebody's client id. */
const forgedAs = ({ document }: Client) => updateBy(document.clientID, (cells) => cells.set('forged', 1), document);

/** SyncStatus messages so far. */
const statuses = ({ received }: RawSocket) => received.filter(({ type }) => type === 8).map(({ detail }) => detail);

describe('before the upgrade', () => {
  it('403 for an origin that is not allowed, 404 for a path that is not there', async () => {
    const stage = await start();
    const at = await place();
    const headers = { origin: 'https://evil.example.com' };
    await expect(raw(stage.url(at), { headers }).opened).rejects.toThrow('403');
    await expect(raw(`${stage.sharedUrl}/nothing`).opened).rejects.toThrow('404');
    await raw(stage.url(at), { headers: { origin: 'https://app.example.com' } }).opened;
  });
});

it('RU6 a close is counted by the code of the node; one by a client as that, whatever code it names', async () => {
  const inc = vi.fn<(labels: { code: string }) => void>();
  const silent = { set() {} };
  const stage = await start({
    limits: { maxFrameBytes: 1000 },
    overrides: { metrics: { sockets: silent, documents: silent, closes: { inc } } },
  });
  const counted = async (end: (socket: RawSocket) => void) => {
    const socket = raw(stage.url(await place()));
    await socket.opened;
    end(socket);
    await socket.closed;
    await eventually(() => expect(inc).toHaveBeenCalledTimes(1));
    return inc.mock.calls.splice(0)[0]![0].code;
  };
  for (const code of [1000, 1013, 4400, 4999]) expect(await counted(({ ws }) => ws.close(code))).toBe('client');
  expect(await counted(({ ws }) => ws.terminate())).toBe('1006');
  expect(await counted(({ ws }) => ws.send('no frame'))).toBe('4400');
  expect(await counted(({ ws }) => ws.send(new Uint8Array(2000)))).toBe('1009');
});

describe('before admission', () => {
  it.each([
    ['4401 for a token that is not valid', () => ['nobody', place()] as const, 4401, 'unauthenticated'],
    ['4403 for somebody without a role', () => [eve.id, place()] as const, 4403, 'forbidden'],
    [
      '4404 for a diagram that does not exist',
      () => [ann.id, place().then((at) => ({ ...at, diagram: at.model }))] as const,
      4404,
      'not_found',
    ],
    [
      '4404 for a diagram of another threat model',
      () => [ann.id, place().then((at) => ({ ...at, model: at.diagram }))] as const,
      4404,
      'not_found',
    ],
  ])('%s, and permission-denied with the reason', async (_, arrange, code, reason) => {
    const stage = await start();
    const [token, placed] = arrange();
    const at = await placed;
    const client = connect({ url: stage.url(at), name: `diagram:${at.diagram}`, token });
    await eventually(() => expect(client.closes[0]).toEqual({ code, reason }));
    expect(client.denials[0]).toBe(reason);
  });

  it('4404 for another document than the path says, and for a name that is not canonical', async () => {
    const stage = await start();
    const [at, other, beside] = [await place(), await place(), uuidv7()];
    await database.log.query(`insert into diagram (id, threat_model_id, name) values ($1, $2, 'E')`, [
      beside,
      at.model,
    ]);
    for (const name of [
      `diagram:${other.diagram}`,
      `diagram:${beside}`,
      `diagram:${at.diagram.toUpperCase()}`,
      'conversation:1',
      'diagram:',
    ]) {
      const client = connect({ url: stage.url(at), name, token: ann.id });
      await eventually(() => expect(client.closes[0]?.code).toBe(4404));
    }
  });

  it('CS3 the code of what the session says, and the join is not left behind', async () => {
    const refusing = {
      join: () => Promise.reject(new Refusal('session_full')),
      leave: async () => {},
      redecide: async () => {},
    };
    const stage = await start({ overrides: { sessions: refusing } });
    const at = await place();
    const client = connect({ url: stage.url(at), name: `diagram:${at.diagram}`, token: ann.id });
    await eventually(() => expect(client.closes[0]).toEqual({ code: 4429, reason: 'session_full' }));
    expect(client.denials[0]).toBe('session_full');
  });

  it('a join that is not followed by a loaded document is taken back (DO5: 1013)', async () => {
    const stage = await start();
    const at = await place();
    await database.log.query('update diagram set head = 3 where id = $1', [at.diagram]); // rows that are not there
    const client = connect({ url: stage.url(at), name: `diagram:${at.diagram}`, token: ann.id });
    await eventually(() => expect(client.closes[0]?.code).toBe(1013));
    expect(client.denials[0]).toBe('unavailable');
    await eventually(() => expect(stage.left).toEqual(stage.joined));
  });

  it('4408 for a socket on which nobody is admitted in time', async () => {
    const stage = await start({ limits: { admissionTimeout: 30 } });
    expect(await raw(stage.url(await place())).closed).toEqual({ code: 4408, reason: 'idle' });
  });

  it('NO3 what strangers send takes nothing of what the node holds for the log', async () => {
    const stage = await start({ limits: { bufferBytes: 100_000 } });
    const at = await place();
    for (let count = 0; count < 8; count += 1) {
      const stranger = raw(stage.sharedUrl);
      await stranger.opened;
      const update = updateBy(1, (cells) => cells.set('a', 'x'.repeat(50_000)));
      for (const name of ['diagram:one', 'diagram:two']) stranger.sync(name, 2, update);
    }
    const writer = connect({ url: stage.url(at), name: `diagram:${at.diagram}`, token: ann.id });
    await saved(writer);
    writer.cells.set('a', 'x'.repeat(50_000));
    await saved(writer);
    expect(writer.closes).toEqual([]);
    expect(raws.map(({ ws }) => ws.readyState)).toEqual(raws.map(() => 1));
  });

  it('NO3 4429 for strangers who together have more waiting than this node keeps for them, until some are gone', async () => {
    const stage = await start({ limits: { strangerBytes: 100_000 } });
    const stranger = async () => {
      const socket = raw(stage.sharedUrl);
      await socket.pinged;
      socket.sync('diagram:one', 2, Buffer.alloc(60_000));
      return socket;
    };
    const first = await stranger();
    expect((await (await stranger()).closed).code).toBe(4429);
    expect(first.ws.readyState).toBe(1);
    first.close();
    await first.closed;
    await eventually(async () => {
      const next = await stranger();
      await pause(50);
      expect(next.ws.readyState).toBe(1);
      next.close();
    });
    const writer = await admitted(stage, await place(), ann);
    expect(writer.socket.ws.readyState).toBe(1);
  });

  it('4401 for a token that is larger than any', async () => {
    const stage = await start();
    const socket = raw(stage.sharedUrl);
    await socket.pinged;
    socket.auth('diagram:one', 'x'.repeat(20_000));
    expect(await socket.closed).toEqual({ code: 4401, reason: 'unauthenticated' });
  });

  it('4429 for more sockets of a person than allowed', async () => {
    const stage = await start({ limits: { maxSocketsPerUser: 2 } });
    const at = await place();
    for (let count = 0; count < 2; count += 1) await admitted(stage, at, ann);
    const third = raw(stage.url(at));
    await third.opened;
    third.auth(`diagram:${at.diagram}`, ann.id);
    expect((await third.closed).code).toBe(4429);
    await admitted(stage, at, bob);
  });

  it('CS13 a socket that goes while its token is verified does not count for its person', async () => {
    const verifications: (() => void)[] = [];
    let slow = true;
    const authenticate = async () => {
      if (slow) await new Promise<void>((resolve) => verifications.push(resolve));
      return { ...ann };
    };
    const stage = await start({ limits: { maxSocketsPerUser: 1 }, overrides: { authenticator: { authenticate } } });
    const at = await place();
    const hasty = raw(stage.url(at));
    await hasty.opened;
    hasty.auth(`diagram:${at.diagram}`, ann.id);
    await eventually(() => expect(verifications).toHaveLength(1));
    hasty.ws.close();
    await hasty.closed;
    slow = false;
    verifications[0]!();
    await admitted(stage, at, ann);
  });
});

describe('CS13 frames', () => {
  it.each([
    ['text', (socket: RawSocket) => socket.ws.send('hello')],
    ['no frame', (socket: RawSocket) => socket.ws.send(new Uint8Array([255, 255, 255]))],
    ['type 4', (socket: RawSocket, address: string) => socket.send(address, 4)],
    ['a broadcast', (socket: RawSocket, address: string) => socket.send(address, 6)],
    ['an unknown type', (socket: RawSocket, address: string) => socket.send(address, 99)],
    [
      'awareness that is not any',
      (socket: RawSocket, address: string) =>
        socket.send(address, 1, (encoder) => writeVarUint8Array(encoder, new Uint8Array([3, 1]))),
    ],
    [
      'a step 1 that cannot be read',
      (socket: RawSocket, address: string) => socket.sync(address, 0, new Uint8Array([3, 1])),
    ],
    [
      'a step 1 with more client ids than anybody has',
      (socket: RawSocket, address: string) => {
        const clients = Array.from({ length: 10_001 }, (_, client) => [client, 1] as const);
        socket.sync(address, 0, Y.encodeStateVector(new Map(clients)));
      },
    ],
  ])('4400 for %s', async (_, send) => {
    const stage = await start();
    const { socket, address } = await admitted(stage, await place(), ann);
    send(socket, address);
    expect((await socket.closed).code).toBe(4400);
  });

  it('DO4 1009 for one that is too large', async () => {
    const stage = await start({ limits: { maxFrameBytes: 1000 } });
    const { socket, address } = await admitted(stage, await place(), ann);
    socket.sync(address, 2, new Uint8Array(2000));
    expect((await socket.closed).code).toBe(1009);
  });

  it('4429 for more than may come at once', async () => {
    const stage = await start({ limits: { frameBurst: 20 } });
    const { socket, address } = await admitted(stage, await place(), ann);
    await eventually(() => expect(socket.received.length).toBeGreaterThan(1));
    for (let count = 0; count < 30; count += 1) socket.send(address, 3);
    expect((await socket.closed).code).toBe(4429);
  });

  it('one that is silent and answers our pings stays', async () => {
    const deadAfter = within(200);
    const stage = await start({ limits: { pingInterval: 10, deadAfter } });
    const { socket } = await admitted(stage, await place(), ann);
    await pause(2 * deadAfter);
    expect(socket.ws.readyState).toBe(socket.ws.OPEN);
  });

  it('one that is heard of is not pinged', async () => {
    const pingInterval = within(1000);
    const stage = await start({ limits: { pingInterval } });
    const { socket, address } = await admitted(stage, await place(), ann);
    let pings = 0;
    socket.ws.on('ping', () => (pings += 1));
    for (const from = performance.now(); performance.now() - from < 2 * pingInterval; await pause(20)) {
      socket.send(address, 3);
    }
    expect(pings).toBe(0);
    await eventually(() => expect(pings).toBeGreaterThan(0));
  });

  it('4408 for a socket that does not answer', async () => {
    const stage = await start({ limits: { pingInterval: 10, deadAfter: 60 } });
    const socket = raw(stage.url(await place()), { autoPong: false });
    expect(await socket.closed).toEqual({ code: 4408, reason: 'unresponsive' });
  });
});

describe('updates', () => {
  it('DO4 garbage is refused with 4400, not acknowledged, and leaves the document untouched', async () => {
    const stage = await start();
    const at = await place();
    const { socket, address } = await admitted(stage, at, ann);
    socket.sync(address, 2, new Uint8Array([1, 2, 3, 4]));
    expect((await socket.closed).code).toBe(4400);
    expect(statuses(socket)).toEqual([]);
    expect(await headOf(stage.store, at.diagram)).toBe(0);
  });

  it('DO4 a gap is asked for, and refused only when the answer does not fill it', async () => {
    const stage = await start();
    const at = await place();
    const { socket, address } = await admitted(stage, at, ann);
    socket.sync(
      address,
      1,
      updateBy(7, () => {}),
    );
    await eventually(() => expect(statuses(socket)).toEqual([1]));
    const base = new Y.Doc();
    Y.applyUpdate(
      base,
      updateBy(7, (cells) => cells.set('a', 1)),
    );
    const dependent = updateBy(7, (cells) => cells.set('b', 2), base);
    socket.sync(address, 2, dependent);
    await eventually(() =>
      expect(socket.received.filter(({ type, detail }) => type === 0 && detail === 0)).toHaveLength(2),
    );
    expect(statuses(socket)).toEqual([1]);
    socket.sync(
      address,
      2,
      updateBy(8, (cells) => cells.set('behind', 1)),
    ); // is not held up
    await eventually(() => expect(statuses(socket)).toEqual([1, 1]));
    Y.applyUpdate(base, dependent);
    socket.sync(address, 1, Y.encodeStateAsUpdate(base));
    await eventually(() => expect(statuses(socket)).toEqual([1, 1, 1]));
    const head = await headOf(stage.store, at.diagram);
    const stored = await documentOf(stage.store, at.diagram);
    expect(stored.getMap('cells').toJSON()).toEqual({ a: 1, b: 2, behind: 1 });

    Y.applyUpdate(
      base,
      updateBy(7, (cells) => cells.set('c', 3), base),
    );
    socket.sync(
      address,
      2,
      updateBy(7, (cells) => cells.set('d', 4), base),
    );
    await eventually(() =>
      expect(socket.received.filter(({ type, detail }) => type === 0 && detail === 0)).toHaveLength(3),
    );
    socket.sync(
      address,
      1,
      updateBy(7, () => {}),
    );
    expect((await socket.closed).code).toBe(4400);
    expect(await headOf(stage.store, at.diagram)).toBe(head);
  });

  it('DO4 4408 for a gap that nobody fills', async () => {
    const stage = await start({ limits: { gapTimeout: 30 } });
    const { socket, address } = await admitted(stage, await place(), ann);
    const base = new Y.Doc();
    Y.applyUpdate(
      base,
      updateBy(7, (cells) => cells.set('a', 1)),
    );
    socket.sync(
      address,
      2,
      updateBy(7, (cells) => cells.set('b', 2), base),
    );
    expect((await socket.closed).code).toBe(4408);
  });

  it('AC6 4400 for one under the client id of somebody else, who goes on', async () => {
    const stage = await start();
    const at = await place();
    const victim = await drawing(stage, at);
    const { socket, address } = await admitted(stage, at, bob);
    socket.sync(address, 2, forgedAs(victim));
    expect((await socket.closed).code).toBe(4400);
    victim.cells.set('b', 2);
    await saved(victim);
    expect(await headOf(stage.store, at.diagram)).toBe(2);
    expect(victim.closes).toEqual([]);
  });

  it('AC6 4400 also where they wrote through another node, and this one has never heard of their id', async () => {
    const [first, second] = [await start(), await start()];
    const at = await place();
    const victim = await drawing(first, at);
    const { socket, address } = await admitted(second, at, bob);
    socket.sync(address, 2, forgedAs(victim));
    expect((await socket.closed).code).toBe(4400);
    expect(await headOf(first.store, at.diagram)).toBe(1);
  });

  it('AC6 4400 for one that brings more client ids than anybody has', async () => {
    const stage = await start();
    const at = await place();
    const clients = Array.from({ length: 10_001 }, (_, client) => client + 1);
    const update = Y.mergeUpdates(clients.map((client) => updateBy(client, (cells) => cells.set(`c${client}`, 1))));
    const { socket, address } = await admitted(stage, at, ann);
    socket.sync(address, 2, update);
    expect((await socket.closed).code).toBe(4400);
    expect(await database.log.query('select from document_client where diagram_id = $1', [at.diagram])).toEqual([]);
  });

  it('DO4 1009 for one with which the document would be too large', async () => {
    const stage = await start({ limits: { maxDocumentBytes: 2000 } });
    const { socket, address } = await admitted(stage, await place(), ann);
    socket.sync(
      address,
      2,
      updateBy(7, (cells) => cells.set('a', 'x'.repeat(1500))),
    );
    await eventually(() => expect(statuses(socket)).toEqual([1]));
    socket.sync(
      address,
      2,
      updateBy(8, (cells) => cells.set('b', 'x'.repeat(1500))),
    );
    expect((await socket.closed).code).toBe(1009);
  });

  it('DO1 1013 when more waits for the log than the node may hold', async () => {
    const away = {
      query: () => Promise.reject(new Error('away')),
      transaction: () => Promise.reject(new Error('away')),
    };
    const stage = await start({ executor: away, limits: { bufferBytes: 2000 } });
    const { socket, address } = await admitted(stage, await place(), ann);
    for (let client = 1; client < 5; client += 1)
      socket.sync(
        address,
        2,
        updateBy(client, (cells) => cells.set('a', 'x'.repeat(600))),
      );
    expect((await socket.closed).code).toBe(1013);
    expect(statuses(socket)).toEqual([]);
  });

  it('NO1 1013 for who sends more than can wait while the node is not sure of its lease, known or not', async () => {
    let held = true;
    const stage = await start({
      limits: { slowConsumerBytes: 100_000 },
      overrides: { lease: { held: () => held, whenHeld: () => new Promise(() => {}) } },
    });
    const at = await place();
    const { socket, address } = await admitted(stage, at, bob);
    const stranger = raw(stage.url(at));
    await stranger.pinged;
    held = false;
    for (const sender of [socket, stranger]) {
      for (let frame = 0; frame < 500; frame += 1)
        sender.send(address, 1, (encoder) => writeVarUint8Array(encoder, Buffer.alloc(20)));
      expect((await sender.closed).code).toBe(1013);
    }
  });

  it('NO3 1013 for a socket that does not read, and the others do not feel it', async () => {
    const stage = await start({ limits: { slowConsumerBytes: 100_000 } });
    const at = await place();
    const { socket } = await admitted(stage, at, bob);
    socket.ws.pause();
    const [a, b] = [ann, bob].map((person) =>
      connect({ url: stage.url(at), name: `diagram:${at.diagram}`, token: person.id }),
    );
    await Promise.all([saved(a!), saved(b!)]);
    for (let edit = 0; edit < 40 && stage.left.length === 0; edit += 1) {
      a!.cells.set('a', `${edit}${'x'.repeat(200_000)}`);
      await saved(a!);
    }
    await eventually(() => expect(stage.left).toHaveLength(1));
    socket.ws.resume();
    expect([1013, 1006]).toContain((await socket.closed).code); // cut off, if it was slow to read even that
    await eventually(() => expect(b!.cells.get('a')).toBe(a!.cells.get('a')));
    expect([...a!.closes, ...b!.closes]).toEqual([]);
  });
});

it('AC5 a token that expires is asked for anew, and closes with 4401 if no other comes', async () => {
  let time = Date.now();
  const stage = await start({ overrides: { timeOfDay: () => time } });
  const at = await place();
  let asked = 0;
  const client = connect({ url: stage.url(at), name: `diagram:${at.diagram}`, token: () => ((asked += 1), ann.id) });
  await saved(client);
  expect(asked).toBe(1);
  time = ann.expiresAt - 10_000;
  await eventually(() => expect(asked).toBeGreaterThan(1));
  time = ann.expiresAt;
  await eventually(() => expect(client.closes[0]).toEqual({ code: 4401, reason: 'token expired' }));
});

it.each([
  ['is short', (short: Actor) => short],
  ['is refused', () => Promise.reject(new Refusal('unauthenticated'))],
])(
  'AC5 one token is verified at a time, then the one that was sent last, which counts, also where the first %s',
  async (_, first) => {
    let time = Date.now();
    let rounds = 0;
    const verified = new Map<string, () => void>();
    const authenticate = async (token: string) => {
      if (token === ann.id) return { ...ann, expiresAt: time + 90_000 };
      await new Promise<void>((resolve) => verified.set(token, resolve));
      return token === 'first' ? first({ ...ann, expiresAt: time + 60_000 }) : { ...ann };
    };
    const timeOfDay = () => ((rounds += 1), time);
    const stage = await start({ overrides: { authenticator: { authenticate }, timeOfDay } });
    const { socket, address } = await admitted(stage, await place(), ann);
    for (const token of ['first', 'second', 'last']) socket.auth(address, token);
    socket.sync(address, 0, NO_STATE);
    const answers = () => socket.received.filter(({ type, detail }) => type === 0 && detail === 1);
    await eventually(() => expect(answers()).toHaveLength(2)); // all three have come
    expect([...verified.keys()]).toEqual(['first']);
    verified.get('first')!();
    await eventually(() => expect([...verified.keys()]).toEqual(['first', 'last']));
    verified.get('last')!();
    time += 120_000;
    rounds = 0;
    await eventually(() => expect(rounds).toBeGreaterThan(2));
    expect(socket.ws.readyState).toBe(socket.ws.OPEN);
    expect(socket.received.filter(({ type }) => type === 7)).toEqual([]);
  },
);

it.each([
  ['keys', new Refusal('unavailable')],
  ['people', new Error('the database is away')],
])('AC5 a token that comes while the %s cannot be read is asked for until they can be', async (_, fault) => {
  let time = Date.now();
  let [away, asked, taken, rounds] = [false, 0, 0, 0];
  const authenticate = async () => {
    if (away) throw fault;
    taken += 1;
    return { ...ann, expiresAt: time + 60_000 };
  };
  const timeOfDay = () => ((rounds += 1), time);
  const stage = await start({ overrides: { authenticator: { authenticate }, timeOfDay } });
  const at = await place();
  const client = connect({ url: stage.url(at), name: `diagram:${at.diagram}`, token: () => ((asked += 1), ann.id) });
  await saved(client);
  away = true;
  time += 50_000;
  await eventually(() => expect(asked).toBeGreaterThan(3));
  away = false;
  await eventually(() => expect(taken).toBe(2));
  time += 20_000; // past the end of the first
  rounds = 0;
  await eventually(() => expect(rounds).toBeGreaterThan(2));
  expect(client.closes).toEqual([]);
});

it('textOf reads what a close says', () => {
  expect(textOf({ bytes: new Uint8Array([2, 104, 105]) })).toBe('hi');
});
