import { Connection, Document } from '@hocuspocus/server';
import * as fc from 'fast-check';
import * as decoding from 'lib0/decoding';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness';
import * as Y from 'yjs';
import type { AwarenessStamp } from '../../../src/collaboration/wire.ts';
import { Refusal } from '../../../src/refusal.ts';
import { createAwarenessGuard, type AwarenessGuard } from '../../../src/sync/presence/awareness.ts';
import { writeAwareness } from '../../../src/sync/presence/awareness-frame.ts';

const MAX = 1000;
const AWARENESS = 1;

const stampOf = (person: string, changes: Partial<AwarenessStamp['participant']> = {}): AwarenessStamp => ({
  participant: {
    user_id: `${person}@example.com`,
    permissions: 'writer',
    is_host: person === 'ada',
    is_presenter: false,
    joined_at: '2026-01-01T00:00:00.000Z',
    ...changes,
  },
  user: { name: person, color: '#777777' },
});

describe('awareness behind the guard', () => {
  let document: Document;
  let guard: AwarenessGuard;
  let clients: { awareness: Awareness }[] = [];

  beforeEach(() => {
    document = new Document('diagram:test');
    guard = createAwarenessGuard({ maxAwarenessBytes: MAX });
    guard.stamp(document.awareness, (person) => stampOf(person));
  });
  afterEach(() => {
    clients.forEach(({ awareness }) => awareness.destroy());
    clients = [];
    document.destroy();
  });

  /** A client as the stock provider is one: its own awareness, and a real connection of Hocuspocus. */
  function connect(person: string, awareness = new Awareness(new Y.Doc())) {
    const hear = (bytes: Uint8Array) => {
      const decoder = decoding.createDecoder(bytes);
      decoding.readVarString(decoder);
      if (decoding.readVarUint(decoder) === AWARENESS)
        applyAwarenessUpdate(awareness, decoding.readVarUint8Array(decoder), 'server');
    };
    const connection = new Connection(
      { send: (bytes) => hear(bytes as Uint8Array), close: () => {}, readyState: 1 },
      new Request('http://localhost'),
      document,
      person,
      {},
    );
    const send = (update: Uint8Array) => {
      guard.receive(connection, { id: person, email: `${person}@example.com` }, update, () => true);
      document.flush();
    };
    const client = {
      person,
      awareness,
      connection,
      id: awareness.clientID,
      send,
      /** Sends its own state as it is, without a new clock: what a provider does when it connects. */
      announce: () => send(encodeAwarenessUpdate(awareness, [awareness.clientID])),
      set(state: Record<string, unknown> | null) {
        awareness.setLocalState(state);
        send(encodeAwarenessUpdate(awareness, [awareness.clientID]));
      },
      /** What this client sees of another. */
      sees: (other: { id: number }) => awareness.getStates().get(other.id),
      /** The socket is gone, the client lives on. */
      disconnect() {
        connection.close();
        document.flush();
        removeAwarenessStates(
          awareness,
          [...awareness.getStates().keys()].filter((id) => id !== awareness.clientID),
          'server',
        );
      },
    };
    clients.push(client);
    return client;
  }
  const shown = (client: { id: number }) => document.awareness.getStates().get(client.id);

  it("AC6 keeps the client's own three fields, drops the rest, and says who it is", () => {
    const [ada, bob] = [connect('ada'), connect('bob')];
    ada.set({
      cursor: { x: 1 },
      selection: ['a'],
      viewport: { zoom: 2 },
      user: { name: 'Eve', color: 'red' },
      participant: { is_host: false },
      kind: 'session',
      ['__proto__']: { a: 1 },
      more: 1,
    });
    const expected = { cursor: { x: 1 }, selection: ['a'], viewport: { zoom: 2 }, ...stampOf('ada') };
    expect(shown(ada)).toEqual(expected);
    expect(bob.sees(ada)).toEqual(expected);
  });

  it('AC6 nobody writes under an id that somebody else uses, or has used', () => {
    const [ada, eve] = [connect('ada'), connect('eve')];
    ada.set({ cursor: 1 });
    const forged = writeAwareness({ id: ada.id, clock: 1000, json: '{"cursor":"forged"}' });
    eve.send(forged);
    expect(shown(ada)).toEqual({ cursor: 1, ...stampOf('ada') });
    eve.send(writeAwareness({ id: ada.id, clock: 1000, json: 'null' }));
    expect(shown(ada)).toEqual({ cursor: 1, ...stampOf('ada') });
    ada.disconnect();
    eve.send(forged);
    expect(shown(ada)).toBeUndefined();
  });

  it('AC6 nobody writes under an id that another node has shown', () => {
    const eve = connect('eve');
    applyAwarenessUpdate(
      document.awareness,
      writeAwareness({ id: 7, clock: 1, json: JSON.stringify({ cursor: 1, ...stampOf('ada') }) }),
      null,
    );
    eve.send(writeAwareness({ id: 7, clock: 9, json: '{"cursor":"forged"}' }));
    eve.send(writeAwareness({ id: 7, clock: 10, json: 'null' }));
    expect(document.awareness.getStates().get(7)).toMatchObject({ cursor: 1 });
    removeAwarenessStates(document.awareness, [7], null); // she is gone, and may come back
    eve.send(writeAwareness({ id: 7, clock: 11, json: '{"cursor":"forged"}' }));
    expect(document.awareness.getStates().get(7)).toBeUndefined();
    const shownTo = (person: string) =>
      guard.isShownByAnother(document, 7, { id: person, email: `${person}@example.com` });
    expect(['ada', 'eve'].map(shownTo)).toEqual([false, true]);
    const ada = connect('ada');
    ada.send(writeAwareness({ id: 7, clock: 1, json: '{"cursor":2}' }));
    expect(document.awareness.getStates().get(7)).toMatchObject({ cursor: 2 });
  });

  it('AC6 nor under one that another node showed before anybody came here', () => {
    const state = JSON.stringify({ cursor: 1, ...stampOf('ada') });
    applyAwarenessUpdate(document.awareness, writeAwareness({ id: 7, clock: 1, json: state }), null);
    guard = createAwarenessGuard({ maxAwarenessBytes: MAX });
    guard.stamp(document.awareness, (person) => stampOf(person));
    removeAwarenessStates(document.awareness, [7], null);
    connect('eve').send(writeAwareness({ id: 7, clock: 9, json: '{"cursor":"forged"}' }));
    expect(document.awareness.getStates().get(7)).toBeUndefined();
  });

  it('AC6 nobody writes under the id of another node', () => {
    guard.stamp(document.awareness, () => null);
    const eve = connect('eve');
    applyAwarenessUpdate(
      document.awareness,
      writeAwareness({ id: 8, clock: 1, json: '{"kind":"session","revision":3}' }),
      null,
    );
    eve.send(writeAwareness({ id: 8, clock: 9, json: '{"cursor":1}' }));
    guard.stamp(document.awareness, (person) => stampOf(person));
    expect(document.awareness.getStates().get(8)).toEqual({ kind: 'session', revision: 3 });
  });

  it('AC6 who is known in the session only later shows nothing over whom another node has shown meanwhile', () => {
    guard.stamp(document.awareness, () => null);
    const ada = connect('ada');
    const told = (name: string, clock: number) =>
      applyAwarenessUpdate(
        document.awareness,
        writeAwareness({ id: ada.id, clock, json: JSON.stringify({ cursor: 9, ...stampOf(name) }) }),
        'another node',
      );
    told('ada', 10);
    ada.set({ cursor: 1 });
    guard.renew(document.awareness); // what another node shows is not ours to tell anew
    expect(document.awareness.meta.get(ada.id)?.clock).toBe(10);
    told('abe', 20);
    guard.stamp(document.awareness, (person) => stampOf(person));
    expect(shown(ada)).toMatchObject({ cursor: 9, participant: { user_id: 'abe@example.com' } });
    const back = connect('ada', ada.awareness);
    back.set({ cursor: 2 });
    expect(shown(ada)).toMatchObject({ cursor: 9, participant: { user_id: 'abe@example.com' } });
  });

  it('AC6 nobody writes under the id of the server', () => {
    const eve = connect('eve');
    eve.send(writeAwareness({ id: document.awareness.clientID, clock: 1000, json: '{"cursor":1}' }));
    expect(document.awareness.getStates().size).toBe(0);
    document.awareness.setLocalState({ kind: 'session' });
    eve.send(writeAwareness({ id: document.awareness.clientID, clock: 1000, json: '{"cursor":1}' }));
    eve.send(writeAwareness({ id: document.awareness.clientID, clock: 1000, json: 'null' }));
    expect(document.awareness.getLocalState()).toEqual({ kind: 'session' });
  });

  it('AC6 a connection has one id: it shows nothing under another', () => {
    const ada = connect('ada');
    ada.set({ cursor: 1 });
    ada.send(writeAwareness({ id: 99, clock: 1, json: '{"cursor":2}' }));
    expect([...document.awareness.getStates().keys()]).toEqual([ada.id]);
  });

  it('a client that comes back before its old connection is gone goes on from its own clock, and is not handed back its own state', () => {
    let time = Date.now();
    guard = createAwarenessGuard({ maxAwarenessBytes: MAX, now: () => time });
    guard.stamp(document.awareness, (person) => stampOf(person));
    const ada = connect('ada');
    ada.set({ cursor: 1 });
    const clock = () => document.awareness.meta.get(ada.id)!.clock;
    const before = clock();
    time += 60_000;
    connect('ada', ada.awareness).set({ cursor: 2 });
    expect([shown(ada)?.cursor, clock()]).toEqual([2, before + 1]);
  });

  it('a client that comes back with the clock it left with is visible at once, and never a ghost', () => {
    const bob = connect('bob');
    const ada = connect('ada');
    ada.set({ cursor: 1 });
    ada.disconnect();
    expect(bob.sees(ada)).toBeUndefined();
    const back = connect('ada', ada.awareness);
    back.announce();
    expect(bob.sees(back)).toMatchObject({ cursor: 1 });
    back.disconnect();
    expect(bob.sees(back)).toBeUndefined();
  });

  it('a client that comes back before its old connection is gone takes its entry over', () => {
    const bob = connect('bob');
    const ada = connect('ada');
    ada.set({ cursor: 1 });
    const back = connect('ada', ada.awareness);
    back.set({ cursor: 2 });
    expect(bob.sees(ada)).toMatchObject({ cursor: 2 });
    guard.stamp(document.awareness, (person) => stampOf(person, { is_presenter: true }));
    document.flush();
    expect(bob.sees(ada)).toMatchObject({ cursor: 2, participant: { is_presenter: true } });
    ada.connection.close();
    document.flush();
    expect(bob.sees(ada)).toMatchObject({ cursor: 2 });
    back.disconnect();
    expect(bob.sees(ada)).toBeUndefined();
  });

  it('an entry is removed at once when its client says so, and comes back when it does', () => {
    const [ada, bob] = [connect('ada'), connect('bob')];
    ada.set({ cursor: 1 });
    ada.set(null);
    expect(bob.sees(ada)).toBeUndefined();
    guard.stamp(document.awareness, (person) => stampOf(person, { is_presenter: true }));
    document.flush();
    expect(bob.sees(ada)).toBeUndefined();
    ada.set({ cursor: 2 });
    expect(bob.sees(ada)).toMatchObject({ cursor: 2 });
  });

  it('when the session changes the stamps change for everybody, and the client moves on from its own state', () => {
    const [ada, bob] = [connect('ada'), connect('bob')];
    ada.set({ cursor: 1 });
    for (const presenting of [true, false, true]) {
      guard.stamp(document.awareness, (person) => stampOf(person, { is_presenter: presenting }));
    }
    document.flush();
    for (const sees of [shown(ada), bob.sees(ada), ada.awareness.getLocalState()]) {
      expect(sees).toEqual({ cursor: 1, ...stampOf('ada', { is_presenter: true }) });
    }
    ada.set({ cursor: 2 });
    expect(bob.sees(ada)).toMatchObject({ cursor: 2 });
    const user = { name: 'Ada', color: '#777777' };
    guard.stamp(document.awareness, (person) => ({ ...stampOf(person, { is_presenter: true }), user }));
    document.flush();
    expect(bob.sees(ada)).toMatchObject({ cursor: 2, user });
  });

  it('a client that moves while its stamp is renewed is shown where it moved', () => {
    const [ada, bob] = [connect('ada'), connect('bob')];
    ada.set({ cursor: 1 });
    guard.stamp(document.awareness, (person) => stampOf(person, { is_presenter: true }));
    ada.awareness.setLocalState({ cursor: 2 });
    ada.announce();
    expect(bob.sees(ada)).toEqual({ cursor: 2, ...stampOf('ada', { is_presenter: true }) });
    expect(ada.awareness.getLocalState()).toMatchObject({ cursor: 2 });
  });

  it('a stamp that stays as it is sends nothing', () => {
    const ada = connect('ada');
    ada.set({ cursor: 1 });
    const before = document.awareness.meta.get(ada.id)?.clock;
    guard.stamp(document.awareness, (person) => stampOf(person));
    expect(document.awareness.meta.get(ada.id)?.clock).toBe(before);
  });

  it('an entry is held back until it is known who its person is in the session, and when they are not any more', () => {
    guard.stamp(document.awareness, () => null);
    const [ada, bob] = [connect('ada'), connect('bob')];
    ada.set({ cursor: 1 });
    expect(bob.sees(ada)).toBeUndefined();
    guard.stamp(document.awareness, (person) => stampOf(person));
    document.flush();
    expect(bob.sees(ada)).toMatchObject({ cursor: 1, participant: { user_id: 'ada@example.com' } });
    guard.stamp(document.awareness, () => null);
    document.flush();
    expect(bob.sees(ada)).toBeUndefined();
  });

  it('an entry that timed out is not brought back by a stamp', () => {
    const ada = connect('ada');
    ada.set({ cursor: 1 });
    removeAwarenessStates(document.awareness, [ada.id], 'timeout');
    guard.stamp(document.awareness, (person) => stampOf(person, { is_presenter: true }));
    expect(shown(ada)).toBeUndefined();
    ada.set({ cursor: 2 });
    expect(shown(ada)).toMatchObject({ cursor: 2 });
  });

  it('a state that is too large is dropped, and the last one stays', () => {
    const ada = connect('ada');
    ada.set({ cursor: 1 });
    ada.set({ cursor: 'x'.repeat(MAX) });
    ada.set({ cursor: 'x'.repeat(10 * MAX) });
    expect(shown(ada)).toMatchObject({ cursor: 1 });
    ada.set({ cursor: 'x'.repeat(MAX - 20), dropped: 'x'.repeat(MAX) });
    expect(shown(ada)?.cursor).toHaveLength(MAX - 20);
  });

  it('NO3 of a state that is far too large nothing is read, and what is kept is counted in bytes', () => {
    const ada = connect('ada');
    ada.set({ cursor: 1 });
    ada.set({ cursor: 2, dropped: 'x'.repeat(4 * MAX) });
    expect(shown(ada)).toMatchObject({ cursor: 1 });
    ada.set({ cursor: 'ż'.repeat(MAX - 20) });
    expect(shown(ada)).toMatchObject({ cursor: 1 });
  });

  it('NO3 of a frame with far more entries than a client tells of nothing is read', () => {
    const ada = connect('ada');
    ada.set({ cursor: 1 });
    const send = (entries: number, cursor: number) => {
      const others = Array.from({ length: entries - 1 }, (_, index) => ({ id: index + 1, clock: 1, json: '{}' }));
      ada.send(writeAwareness(...others, { id: ada.id, clock: cursor, json: JSON.stringify({ cursor }) }));
    };
    send(1000, 2);
    expect(shown(ada)).toMatchObject({ cursor: 2 });
    send(1001, 3);
    expect(shown(ada)).toMatchObject({ cursor: 2 });
  });

  it('CS13 a clock that nobody has is refused only in the entry of the client itself', () => {
    const ada = connect('ada');
    const other = { id: 5, clock: Number.MAX_SAFE_INTEGER, json: '{}' };
    ada.set({ cursor: 1 });
    ada.send(writeAwareness(other, { id: ada.id, clock: 9, json: '{"cursor":2}' }));
    expect(shown(ada)).toMatchObject({ cursor: 2 });
  });

  it('DO4 a frame that cannot be read is refused and changes nothing', () => {
    const ada = connect('ada');
    ada.set({ cursor: 1 });
    const states = ['{', '1', '"x"', '[1]', `{"cursor":${'['.repeat(100)}${']'.repeat(100)}}`];
    const frames = [
      Uint8Array.of(),
      Uint8Array.of(1),
      Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 255, 255),
      writeAwareness({ id: ada.id, clock: Number.MAX_SAFE_INTEGER, json: '{"cursor":2}' }),
      ...states.map((json) => writeAwareness({ id: ada.id, clock: 10, json })),
    ];
    for (const frame of frames)
      expect(() => ada.send(frame)).toThrow(expect.objectContaining({ code: 'invalid' }) as Error);
    expect(shown(ada)).toMatchObject({ cursor: 1 });
  });

  it('CS13 whatever bytes a client sends, nothing is thrown but a refusal, and no entry but its own appears', () => {
    const [ada, eve] = [connect('ada'), connect('eve')];
    ada.set({ cursor: 1 });
    const entry = fc.record({
      id: fc.constantFrom(ada.id, eve.id, document.awareness.clientID, 5),
      clock: fc.nat(),
      json: fc.oneof(fc.json(), fc.constant('null'), fc.string()),
    });
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 40 }), entry.map(writeAwareness));
    fc.assert(
      fc.property(bytes, (update) => {
        expect(faultOf(() => eve.send(update))).toSatisfy((fault) => fault === null || fault instanceof Refusal);
        const others = [...document.awareness.getStates()].filter(([id]) => id !== ada.id);
        expect(others.length).toBeLessThanOrEqual(1);
        expect(
          others.every(([, state]) => (state.participant as { user_id: string }).user_id === 'eve@example.com'),
        ).toBe(true);
        expect(shown(ada)).toEqual({ cursor: 1, ...stampOf('ada') });
      }),
    );
  });

  it('a connection that is gone shows nothing any more', () => {
    const ada = connect('ada');
    ada.set({ cursor: 1 });
    ada.disconnect();
    ada.announce();
    expect(shown(ada)).toBeUndefined();
  });
});

function faultOf(act: () => void): unknown {
  try {
    act();
    return null;
  } catch (error) {
    return error;
  }
}
