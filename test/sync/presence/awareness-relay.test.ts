import { Connection, Document } from '@hocuspocus/server';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { removeAwarenessStates } from 'y-protocols/awareness';
import { createAwarenessGuard } from '../../../src/sync/presence/awareness.ts';
import { readAwareness, writeAwareness } from '../../../src/sync/presence/awareness-frame.ts';
import { createAwarenessRelay } from '../../../src/sync/presence/awareness-relay.ts';
import { countedBus } from '../../support/counted-bus.ts';
import { eventually } from '../../support/patience.ts';

const DIAGRAM = 'a';
const stampOf = (name: string) => ({
  participant: {
    user_id: `${name}@example.com`,
    permissions: 'writer' as const,
    is_host: true,
    is_presenter: true,
    joined_at: '2026-01-01T00:00:00.000Z',
  },
  user: { name, color: '#777777' },
});

/** What another node says. */
function message(kind: number, update: Uint8Array = new Uint8Array(), since: readonly number[] = []): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarString(encoder, 'another node');
    encoding.writeVarUint(encoder, kind);
    encoding.writeVarUint8Array(encoder, update);
    for (const shownSince of since) encoding.writeVarUint(encoder, shownSince);
  });
}

/** Whose entries a message tells of. */
function idsIn(payload: Uint8Array): number[] {
  const decoder = decoding.createDecoder(payload);
  decoding.readVarString(decoder);
  if (decoding.readVarUint(decoder) !== 1) return [];
  return readAwareness(decoding.readVarUint8Array(decoder)).map(({ id }) => id);
}

describe('awareness between two nodes', () => {
  const onError = vi.fn<(error: unknown) => void>();
  let bus: ReturnType<typeof countedBus>;
  /** Whether messages vanish. */
  let away: boolean;
  let resumed: (() => void)[];
  /** What was said on the bus. */
  let said: Uint8Array[];
  const stops: (() => void)[] = [];
  let time = 0;

  beforeEach(() => {
    const counted = countedBus(onError);
    [away, resumed, said] = [false, [], []];
    bus = {
      ...counted,
      publish(channel, payload) {
        said.push(payload);
        if (!away) counted.publish(channel, payload);
      },
      onResumed: (callback) => void resumed.push(callback),
    };
    onError.mockClear();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
    stops.splice(0).forEach((stop) => stop());
    const [fault] = onError.mock.calls;
    if (fault) throw fault[0];
  });

  /** @param timeOfDay the relay's */
  function node(timeOfDay = () => (time += 1000)) {
    const document = new Document(`diagram:${DIAGRAM}`);
    const guard = createAwarenessGuard({ maxAwarenessBytes: 1000, now: () => (time += 1000) });
    guard.stamp(document.awareness, stampOf);
    const relay = createAwarenessRelay({ bus, onError, now: timeOfDay });
    relay.attach(DIAGRAM, document.awareness, () => guard.renew(document.awareness));
    stops.push(() => {
      relay.stop();
      document.destroy();
    });
    const connect = () =>
      new Connection(
        { send: () => {}, close: () => {}, readyState: 1 },
        new Request('http://localhost'),
        document,
        'id',
        {},
      );
    const person = (name: string) => ({ id: name, email: `${name}@example.com` });
    const show = (connection: Connection, id: number, cursor: number | null, clock = 1, name = 'ada') =>
      guard.receive(
        connection,
        person(name),
        writeAwareness({ id, clock, json: JSON.stringify(cursor === null ? null : { cursor }) }),
        () => true,
      );
    const sees = (id: number) => document.awareness.getStates().get(id)?.cursor as unknown;
    /** Whether an id is somebody's, of Ada and Abe. */
    const whose = (id: number) => ['ada', 'abe'].filter((name) => !guard.isShownByAnother(document, id, person(name)));
    return { document, guard, relay, connect, show, sees, whose };
  }
  const turns = () => new Promise((resolve) => setImmediate(() => setImmediate(() => setImmediate(resolve))));

  it('what a client shows on one node is seen on the other, and goes with its connection', async () => {
    const [one, two] = [node(), node()];
    const connection = one.connect();
    one.show(connection, 5, 1);
    await turns();
    expect(two.sees(5)).toBe(1);
    one.show(connection, 5, 2, 2);
    await turns();
    expect(two.sees(5)).toBe(2);
    connection.close();
    await turns();
    expect(two.sees(5)).toBeUndefined();
  });

  it('AC6 who shows something under the id of another, on a node that has not heard of them, keeps nothing of it', async () => {
    const [one, witness] = [node(), node()];
    const ada = one.connect();
    one.show(ada, 5, 1);
    await turns();
    const two = node();
    const abe = two.connect();
    two.show(abe, 5, 66, 2 ** 44, 'abe');
    expect(two.sees(5)).toBe(66);
    await turns();
    const all = [one, two, witness];
    expect(all.map(({ sees }) => sees(5))).toEqual([1, 1, 1]);
    expect(all.map(({ whose }) => whose(5))).toEqual([['ada'], ['ada'], ['ada']]);
    one.show(ada, 5, 2, 2);
    two.show(abe, 5, 67, 2 ** 44 + 1, 'abe');
    two.show(abe, 5, null, 2 ** 44 + 2, 'abe');
    abe.close();
    await turns();
    expect(all.map(({ sees }) => sees(5))).toEqual([2, 2, 2]);
    ada.close();
    await turns();
    expect(all.map(({ sees }) => sees(5))).toEqual([undefined, undefined, undefined]);
    two.show(two.connect(), 5, 68, 1, 'abe');
    expect(two.sees(5)).toBeUndefined();
  });

  it('AC6 nor who was about to, and is known in the session only later', async () => {
    const one = node();
    const [ada, other] = [one.connect(), one.connect()];
    one.show(ada, 5, 1);
    one.show(other, 6, 1);
    await turns();
    const two = node();
    two.guard.stamp(two.document.awareness, () => null);
    const [staying, going] = [two.connect(), two.connect()];
    two.show(staying, 5, 66, 1, 'abe');
    two.show(going, 6, 66, 1, 'abe');
    going.close();
    await turns();
    ada.close();
    await turns();
    two.guard.stamp(two.document.awareness, stampOf);
    await turns();
    expect([one.sees(5), two.sees(5), two.sees(6)]).toEqual([undefined, undefined, 1]);
    expect([two.whose(5), two.whose(6)]).toEqual([['ada'], ['ada']]);
  });

  it('AC6 nor who did while the bus was away, whether they are still there or gone when it is back', async () => {
    const [one, two] = [node(), node()];
    await turns();
    away = true;
    for (const id of [5, 6]) one.show(one.connect(), id, 1);
    const [staying, going] = [two.connect(), two.connect()];
    two.show(staying, 5, 66, 2 ** 44, 'abe');
    two.show(going, 6, 66, 2 ** 44, 'abe');
    going.close();
    away = false;
    resumed.forEach((callback) => callback());
    const seen = () => [one, two].flatMap(({ sees }) => [sees(5), sees(6)]);
    await eventually(() => expect(seen()).toEqual([1, 1, 1, 1]));
    two.show(staying, 5, 67, 2 ** 44 + 1, 'abe');
    await turns();
    expect(seen()).toEqual([1, 1, 1, 1]);
  });

  it('AC6 nor who has a later clock than the one whose it is', async () => {
    const one = node();
    one.show(one.connect(), 5, 66, 2 ** 44, 'abe');
    await turns();
    const json = JSON.stringify({ cursor: 1, ...stampOf('ada') });
    bus.publish(`awareness:${DIAGRAM}`, message(1, writeAwareness({ id: 5, clock: 1, json }), [1]));
    await turns();
    expect([one.sees(5), one.whose(5)]).toEqual([1, ['ada']]);
  });

  it('AC6 nor who shows something under the id of the server, however early', async () => {
    const one = node();
    const id = one.document.awareness.clientID;
    const two = node();
    two.show(two.connect(), id, 66, 2 ** 44, 'abe');
    one.document.awareness.setLocalState({ kind: 'session', revision: 1 });
    await turns();
    const entries = [one, two].map(({ document }) => document.awareness.getStates().get(id));
    expect(entries).toEqual(entries.map(() => ({ kind: 'session', revision: 1 })));
  });

  it('AC6 of two who come to one id at the same time all nodes see the same one, and are silent then', async () => {
    const same = () => 1;
    const [one, two, witness] = [node(same), node(same), node()];
    await turns();
    one.show(one.connect(), 5, 1, 1, 'ada');
    two.show(two.connect(), 5, 2, 1, 'abe');
    await turns();
    expect([one, two, witness].map(({ sees }) => sees(5))).toEqual([2, 2, 2]);
    expect([one, two].map(({ whose }) => whose(5))).toEqual([['abe'], ['abe']]);
    said.length = 0;
    await turns();
    expect(said).toEqual([]);
  });

  it("a node that opens the document later is told what there is, also the other node's own entry", async () => {
    const one = node();
    one.show(one.connect(), 5, 1);
    one.document.awareness.setLocalState({ kind: 'session', revision: 1 });
    await turns();
    const two = node();
    await turns();
    expect(two.sees(5)).toBe(1);
    expect(two.document.awareness.getStates().get(one.document.awareness.clientID)).toEqual({
      kind: 'session',
      revision: 1,
    });
  });

  it('a client that comes back is seen at once, also by a node that knows more of it than its own', async () => {
    const [one, two] = [node(), node()];
    const connection = one.connect();
    one.show(connection, 5, 1, 7);
    await turns();
    connection.close();
    one.relay.stop();
    await turns();
    const reloaded = node();
    await turns();
    reloaded.show(reloaded.connect(), 5, 1, 7);
    await turns();
    expect(two.sees(5)).toBe(1);
  });

  it('a client that comes back on another node before its old connection closes stays visible', async () => {
    const [one, two] = [node(), node()];
    const old = one.connect();
    one.show(old, 5, 1);
    await turns();
    two.show(two.connect(), 5, 2, 1);
    await turns();
    expect(one.sees(5)).toBe(2);
    old.close();
    await turns();
    expect([one.sees(5), two.sees(5)]).toEqual([2, 2]);
  });

  it('CS13 whatever clock a client sends, other nodes go on to see it, and everybody else', async () => {
    const one = node();
    const connection = one.connect();
    one.show(connection, 5, 1, 2 ** 50);
    for (const cursor of [2, 3]) one.show(connection, 5, cursor);
    one.show(one.connect(), 6, 1);
    const two = node();
    await turns();
    expect([two.sees(5), two.sees(6)]).toEqual([3, 1]);
  });

  it('NO2 an entry with a clock that nobody has costs only itself', async () => {
    const one = node();
    const entries = [Number.MAX_SAFE_INTEGER, 1].map((clock, index) => ({
      id: 5 + index,
      clock,
      json: '{"cursor":1}',
    }));
    await turns();
    bus.publish(`awareness:${DIAGRAM}`, message(1, writeAwareness(...entries)));
    await turns();
    expect([one.sees(5), one.sees(6)]).toEqual([undefined, 1]);
  });

  it('an old update that comes late does not take a client away from its node', async () => {
    const [one, two] = [node(), node()];
    const connection = two.connect();
    two.show(connection, 5, 2, 9);
    await turns();
    const hers = JSON.stringify({ cursor: 1, ...stampOf('ada') });
    for (const json of ['{"cursor":1}', hers])
      bus.publish(`awareness:${DIAGRAM}`, message(1, writeAwareness({ id: 5, clock: 3, json })));
    await turns();
    expect([one.sees(5), two.sees(5)]).toEqual([2, 2]);
    connection.close();
    await turns();
    expect([one.sees(5), two.sees(5)]).toEqual([undefined, undefined]);
  });

  it('what a node drops as timed out it drops for itself only', async () => {
    const [one, two] = [node(), node()];
    one.show(one.connect(), 5, 1);
    await turns();
    removeAwarenessStates(two.document.awareness, [5], 'timeout');
    await turns();
    expect([one.sees(5), two.sees(5)]).toEqual([1, undefined]);
  });

  it('NO2 what was shown, changed or taken away while the bus was away is told as soon as it is back', async () => {
    const [one, two] = [node(), node()];
    const going = one.connect();
    one.show(going, 5, 1);
    one.show(one.connect(), 6, 1);
    await turns();
    away = true;
    going.close();
    one.document.awareness.setLocalState({ kind: 'session', revision: 1 });
    two.show(two.connect(), 7, 1);
    await turns();
    expect([two.sees(5), one.sees(7)]).toEqual([1, undefined]);
    away = false;
    resumed.forEach((callback) => callback());
    await eventually(() => expect([two.sees(5), two.sees(6), one.sees(7)]).toEqual([undefined, 1, 1]));
    expect(two.document.awareness.getStates().get(one.document.awareness.clientID)).toMatchObject({ revision: 1 });
  });

  it('NO2 a node that alone was without the bus asks for what it has missed', async () => {
    const [one, two] = [node(), node()];
    const going = one.connect();
    one.show(going, 5, 1);
    await turns();
    away = true;
    going.close();
    one.show(one.connect(), 6, 1);
    await turns();
    away = false;
    resumed[1]!();
    await eventually(() => expect([two.sees(5), two.sees(6)]).toEqual([undefined, 1]));
  });

  /** How often an entry was given a later clock on a node, from now on. */
  const renewals = ({ document }: ReturnType<typeof node>, id: number) => {
    const before = document.awareness.meta.get(id)!.clock;
    return () => document.awareness.meta.get(id)!.clock - before;
  };

  it('CS10 when somebody comes, every node renews what it shows, once in a second however many come', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const [one, two] = [node(), node()];
    one.show(one.connect(), 5, 1);
    two.show(two.connect(), 6, 1);
    await turns();
    const renewed = [renewals(one, 5), renewals(two, 6)];
    for (let come = 0; come < 20; come += 1) {
      one.relay.greeted(DIAGRAM);
      await turns();
      vi.advanceTimersByTime(49);
    }
    expect(renewed.map((count) => count())).toEqual([1, 1]);
    vi.advanceTimersByTime(1000);
    expect(renewed.map((count) => count())).toEqual([2, 2]);
    vi.advanceTimersByTime(10_000);
    expect(renewed.map((count) => count())).toEqual([2, 2]);
  });

  it('CS10 whatever changes in one turn of the loop is one message', async () => {
    const one = node();
    const [first, second] = [one.connect(), one.connect()];
    await turns();
    said.length = 0;
    for (let step = 1; step <= 5; step += 1) {
      one.show(first, 5, step, step);
      one.show(second, 6, step, step);
    }
    await turns();
    expect(said).toHaveLength(1);
  });

  it('CS10 what one node tells is told by no other again', async () => {
    const [one, two, three] = [node(), node(), node()];
    await turns();
    said.length = 0;
    one.show(one.connect(), 5, 1);
    await turns();
    await turns();
    expect([two.sees(5), three.sees(5), said.map(idsIn)]).toEqual([1, 1, [[5]]]);
  });

  it('CS10 what changed in the turn of the detach is told still', async () => {
    const [one, two] = [node(), node()];
    await turns();
    one.show(one.connect(), 5, 1);
    one.relay.detach(DIAGRAM);
    await turns();
    expect(two.sees(5)).toBe(1);
  });

  it('NO2 what has gone is told anew for half a minute, as long as others may show it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const one = node();
    const [going, staying] = [one.connect(), one.connect()];
    const toldAnew = async (cursor: number) => {
      one.show(staying, 6, cursor, cursor);
      await turns();
      said.length = 0;
      resumed[0]!();
      vi.advanceTimersByTime(500);
      await turns();
      return said.flatMap(idsIn);
    };
    one.show(going, 5, 1);
    going.close();
    vi.advanceTimersByTime(29_000);
    expect(await toldAnew(1)).toEqual([6, 5]);
    vi.advanceTimersByTime(1000);
    expect(await toldAnew(2)).toEqual([6]);
  });

  it('after an outage not all documents are told of at once', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    node();
    await turns();
    said.length = 0;
    resumed[0]!();
    vi.advanceTimersByTime(249);
    expect(said).toHaveLength(0);
    vi.advanceTimersByTime(1);
    expect(said).toHaveLength(1);
  });

  it('of two documents of a diagram the later one is told of', async () => {
    const [one, two] = [node(), node()];
    const later = new Document(`diagram:${DIAGRAM}`);
    one.relay.attach(DIAGRAM, later.awareness, () => {});
    two.show(two.connect(), 5, 1);
    await turns();
    expect([one.sees(5), later.awareness.getStates().get(5)?.cursor]).toEqual([undefined, 1]);
    later.destroy();
  });

  it('after a detach nothing is said or renewed, neither by what was on its way nor by a bus that answers late', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const memory = bus;
    let hear = (_: Uint8Array) => {};
    const stopped = vi.fn<() => void>();
    bus = {
      ...memory,
      async subscribe(_, handler) {
        hear = handler;
        await late;
        return stopped;
      },
    };
    const one = node();
    one.show(one.connect(), 5, 1);
    one.relay.greeted(DIAGRAM);
    resumed[0]!();
    one.relay.detach(DIAGRAM);
    const renewed = renewals(one, 5);
    await turns();
    said.length = 0;
    for (const kind of [0, 2]) hear(message(kind));
    resolve();
    await turns();
    vi.advanceTimersByTime(10_000);
    await turns();
    expect([said.length, renewed(), stopped.mock.calls.length]).toEqual([0, 0, 1]);
  });

  it('after a detach nothing comes and nothing goes', async () => {
    const [one, two] = [node(), node()];
    await turns();
    expect(bus.subscribed()).toBe(2);
    one.relay.detach(DIAGRAM);
    expect(bus.subscribed()).toBe(1);
    one.show(one.connect(), 5, 1);
    two.show(two.connect(), 6, 1);
    await turns();
    expect([one.sees(6), two.sees(5)]).toEqual([undefined, undefined]);
  });

  it('NO2 nonsense on the channel is reported and changes nothing', async () => {
    const one = node();
    one.show(one.connect(), 5, 1);
    await turns();
    for (const payload of [
      Uint8Array.of(),
      Uint8Array.of(0, 1),
      Uint8Array.of(1, 65, 1, 3, 1, 5, 9),
      Uint8Array.of(255, 255),
    ])
      bus.publish(`awareness:${DIAGRAM}`, payload);
    await turns();
    expect(one.sees(5)).toBe(1);
    expect(onError).toHaveBeenCalled();
    onError.mockClear();
  });
});
