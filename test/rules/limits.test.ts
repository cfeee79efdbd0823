/** What one socket, one person and one session may take: beyond it a close code of the contract, and nobody else feels it. */
import { randomBytes } from 'node:crypto';
import { writeVarString, writeVarUint8Array } from 'lib0/encoding';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { syncLimits } from '../../src/sync/limits.ts';
import { createTokenBucket } from '../../src/sync/socket/token-bucket.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { eventually, saved, within } from '../support/patience.ts';
import { newcomer } from '../support/people.ts';
import { disconnect, disconnectAll } from '../support/provider.ts';
import { rawCall } from '../support/raw.ts';
import type { RawSocket } from '../support/raw-socket.ts';
import {
  closeForgers,
  forge,
  grant,
  join,
  joinAll,
  makeSession,
  openSocket,
  sessionOf,
  statesOf,
  updateBy,
  usersOf,
} from './stage.ts';

/** What a test cannot wait for is looked up; what happens at these limits is shown with small ones (`sync/refusing`). */
const LIMITS = syncLimits({
  maxFrameBytes: 1,
  maxDocumentBytes: 1,
  maxAwarenessBytes: 1,
  maxSocketsPerUser: 1,
  slowConsumerBytes: 1,
});
/** Sockets are looked after so often, ms. */
const BETWEEN_ROUNDS = 500;

let app: TestApp;

beforeAll(async () => {
  app = await startApp({
    environment: {
      MAX_PARTICIPANTS: '3',
      MAX_SOCKETS_PER_USER: '3',
      MAX_FRAME_BYTES: '20000',
      MAX_AWARENESS_BYTES: '300',
      SLOW_CONSUMER_BYTES: '200000',
      ALLOWED_ORIGINS: 'https://editor.example.com',
    },
  });
});
afterEach(() => {
  disconnectAll();
  closeForgers();
});
afterAll(() => app.stop());

describe('before the upgrade', () => {
  it('403 for a page of another origin, and no WebSocket', async () => {
    const { place } = await makeSession(app);
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
    };
    for (const origin of ['https://evil.example.com', 'https://editor.example.com.evil.example', 'null', '', '%%%'])
      for (const path of [`${place.path}/ws`, '/ws']) {
        const answer = await rawCall(app.url, 'GET', path, { headers: { ...headers, origin } });
        expect([origin, answer.status]).toEqual([origin, 403]);
        expect(answer.headers.upgrade).toBeUndefined();
      }
  });

  it('our own origin, one that is allowed, and no origin at all are let through', async () => {
    const { place } = await makeSession(app);
    for (const headers of [{ origin: 'https://editor.example.com' }, { origin: app.url }, {}])
      await openSocket(app, `${place.path}/ws`, { headers: headers as Record<string, string> }).opened;
  });
});

describe('people', () => {
  it('4429 session_full for one participant too many, not for another tab, and not once somebody has left', async () => {
    const { place, host, guest, reader } = await makeSession(app);
    const late = await newcomer(app);
    await grant(place, host, [guest, 'writer'], [reader, 'reader'], [late, 'writer']);
    const [hosting, leaving] = await joinAll(app, place, host, guest, reader);
    const tab = join(app, place, guest);
    await eventually(() => expect(usersOf(tab)).toHaveLength(3));
    const refused = join(app, place, late);
    await eventually(() => expect(refused.closes[0]).toEqual({ code: 4429, reason: 'session_full' }));
    expect(refused.denials[0]).toBe('session_full');
    expect((await sessionOf(place, host)).participants).toHaveLength(3);
    expect(hosting!.messages.filter((message) => message.user_id === late.email)).toEqual([]);
    disconnect(tab);
    disconnect(leaving!);
    await eventually(() => expect(usersOf(hosting!)).toContain(late.email)); // a stock provider tries again
  });

  it('4429 for one socket of a person too many, and not for somebody else’s', async () => {
    const { place, host, guest } = await makeSession(app);
    const sockets = [];
    for (let count = 0; count < 3; count += 1) sockets.push(await forge(app, place, guest));
    const fourth = openSocket(app, `${place.path}/ws`);
    await fourth.opened;
    fourth.auth(place.name, guest.token);
    expect(await fourth.closed).toEqual({ code: 4429, reason: 'rate_limited' });
    await forge(app, place, host);
    sockets[0]!.ws.close();
    await sockets[0]!.closed;
    await eventually(async () => void (await forge(app, place, guest)));
  });
});

it('50 documents on a socket, 10 s to sign in, and a socket that is dead is found out within 15 s', () => {
  expect([LIMITS.maxDocumentsPerSocket, LIMITS.admissionTimeout]).toEqual([50, 10_000]);
  expect(LIMITS.deadAfter + BETWEEN_ROUNDS).toBeLessThanOrEqual(15_000);
  expect(2 * (LIMITS.pingInterval + BETWEEN_ROUNDS)).toBeLessThan(LIMITS.deadAfter); // it was asked more than once
});

describe('CS13 frames', () => {
  it('1009 for one that is too large, and nothing of it is taken', async () => {
    const { place, host, guest } = await makeSession(app);
    const other = join(app, place, host);
    await saved(other);
    const forger = await forge(app, place, guest);
    forger.update(updateBy(1, (cells) => cells.set('fits', 'x'.repeat(18_000))));
    await eventually(() => expect(forger.statuses()).toEqual([true]));
    forger.update(updateBy(2, (cells) => cells.set('does not fit', 'x'.repeat(21_000))));
    expect((await forger.closed).code).toBe(1009);
    other.cells.set('after', 1);
    await saved(other);
    expect([...other.cells.keys()].toSorted()).toEqual(['after', 'fits']);
  });

  it('a burst of 1,000 is taken, and one that goes on is closed with 4429', async () => {
    const { place, host, guest } = await makeSession(app);
    const other = join(app, place, host);
    await saved(other);
    const forger = await forge(app, place, guest);
    for (let count = 0; count < 900; count += 1)
      forger.update(updateBy(count + 1, (cells) => cells.set(`burst ${count}`, 1)));
    await eventually(() => expect(forger.statuses()).toHaveLength(900), 20_000);
    expect(forger.ws.readyState).toBe(forger.ws.OPEN);
    const flood = setInterval(() => {
      for (let count = 0; count < 500; count += 1) forger.send(forger.address, 3);
    }, 5);
    expect((await forger.closed).code).toBe(4429);
    clearInterval(flood);
    other.cells.set('after', 1);
    await saved(other);
    expect(other.cells.size).toBe(901);
    expect(other.closes).toEqual([]);
  });

  it('200 frames a second may go on for ever, 1,000 may come at once, and no more', () => {
    const { framesPerSecond, frameBurst } = LIMITS;
    expect([framesPerSecond, frameBurst]).toEqual([200, 1000]);
    const steady = createTokenBucket(framesPerSecond, frameBurst);
    const tenMinutes = Array.from({ length: 200 * 600 }, (_, frame) => steady.take(1000 + frame * 5));
    expect(tenMinutes).not.toContain(false);
    const atOnce = createTokenBucket(framesPerSecond, frameBurst);
    for (let frame = 0; frame < 1000; frame += 1) expect(atOnce.take(1000)).toBe(true);
    expect(atOnce.take(1000)).toBe(false);
    expect(atOnce.take(1005)).toBe(true);
    expect(atOnce.take(1005)).toBe(false);
  });

  it('an awareness state that is too large is dropped, and the connection stays', async () => {
    const { place, host, guest } = await makeSession(app);
    const [watching, showing] = await joinAll(app, place, host, guest);
    const seen = () => statesOf(watching!).find((state) => state.participant?.user_id === guest.email)?.cursor;
    showing!.provider.setAwarenessField('cursor', 'x'.repeat(280));
    await eventually(() => expect(seen()).toHaveLength(280));
    showing!.provider.setAwarenessField('cursor', 'y'.repeat(301));
    showing!.cells.set('after', 1);
    await saved(showing!);
    showing!.provider.setAwarenessField('cursor', 'small');
    await eventually(() => expect(seen()).toBe('small'));
    expect(showing!.closes).toEqual([]);
  });

  it('4429 for asking for everything again and again', async () => {
    const { place, guest } = await makeSession(app);
    const forger = await forge(app, place, guest);
    for (let count = 0; count < 30; count += 1) forger.sync(forger.address, 0, Y.encodeStateVector(new Y.Doc()));
    expect((await forger.closed).code).toBe(4429);
  });
});

describe('NO3 before anybody is admitted', () => {
  it('4429 for more than one frame’s worth, whatever it is and however it is spread; others go on saving', async () => {
    const { place, host } = await makeSession(app);
    const witness = join(app, place, host);
    await saved(witness);
    const payload = updateBy(1, (cells) => cells.set('a', 'x'.repeat(9000)));
    const kinds: ((raw: RawSocket, name: string) => void)[] = [
      (raw, name) => raw.sync(name, 2, payload),
      (raw, name) => raw.sync(name, 1, payload),
      (raw, name) => raw.send(name, 5, (encoder) => writeVarString(encoder, 'x'.repeat(9000))),
      (raw, name) => raw.send(name, 1, (encoder) => writeVarUint8Array(encoder, new Uint8Array(9000))),
    ];
    for (const send of kinds) {
      const raw = openSocket(app, '/ws');
      await raw.opened;
      await raw.pinged;
      for (let count = 0; count < 10; count += 1) send(raw, `conversation:${count}`);
      expect((await raw.closed).code).toBe(4429);
      witness.cells.set('still', Math.random());
      await saved(witness);
    }
    expect(witness.closes).toEqual([]);
  });
});

describe('NO3 a slow reader', () => {
  /** More than a slow reader may leave unread, in frames that are not too large to send. */
  const much = () => randomBytes(14_000).toString('base64');

  it('NO3 is dropped with 1013 at the limit, and the others do not feel it', async () => {
    const { place, host, guest, reader } = await makeSession(app);
    const [writing, watching] = [join(app, place, host), join(app, place, reader)];
    await Promise.all([saved(writing), saved(watching)]);
    const slow = await forge(app, place, guest);
    slow.ws.pause();
    const left = () => usersOf(writing)?.includes(guest.email) === false;
    await eventually(() => expect(usersOf(writing)).toHaveLength(3));
    let slowest = 0;
    for (let edit = 0; !left() && edit < 3000; edit += 1) {
      const began = performance.now();
      writing.cells.set('a', much());
      await saved(writing);
      slowest = Math.max(slowest, performance.now() - began);
    }
    expect(left()).toBe(true);
    expect(app.log).toContainEqual(
      expect.objectContaining({ msg: 'disconnected', person: guest.id, code: 1013, reason: 'too slow to read' }),
    );
    slow.ws.resume();
    expect([1013, 1006]).toContain((await slow.closed).code); // cut off, if it was slow to read even that
    await eventually(() => expect(watching.cells.get('a')).toBe(writing.cells.get('a')));
    expect([...writing.closes, ...watching.closes]).toEqual([]);
    expect(slowest).toBeLessThan(within(2000));
  });

  it('NO3 the first sync may be larger than the limit', async () => {
    const { place, host, guest } = await makeSession(app);
    const large = new Y.Doc();
    for (let cell = 0; cell < 200; cell += 1) large.getMap('cells').set(`cell ${cell}`, much());
    const body = Y.encodeStateAsUpdate(large);
    expect(body.byteLength).toBeGreaterThan(2_000_000);
    const headers = { 'content-type': 'application/octet-stream' };
    expect((await host.call('POST', `${place.path}/updates`, { body, headers })).status).toBe(200);
    const client = join(app, place, guest);
    await saved(client);
    expect(client.cells.size).toBe(200);
    expect(client.closes).toEqual([]);
  });
});
