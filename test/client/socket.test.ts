/** When a socket comes back, and with which token; when it does not: the contract's close codes, with time played. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { afterClose } from '../../src/client/index.ts';
import { createKeptSocket, type KeptSocket, type SocketState } from '../../src/client/live/socket.ts';
import { createTokens, type TokenSource } from '../../src/client/tokens.ts';
import { playedClock, PlayedSocket, type PlayedClock } from './played.ts';

let clock: PlayedClock;
let states: SocketState[];
let kept: KeptSocket;
const all = new Set<KeptSocket>();

beforeEach(() => {
  PlayedSocket.made = [];
  clock = playedClock();
  states = [];
});
afterEach(() => {
  for (const each of all) each.destroy();
  all.clear();
  vi.unstubAllGlobals();
});

/** What the token's source and the provider do meanwhile. */
const settle = () => new Promise<void>((resolve) => setTimeout(resolve));

function keep(token: TokenSource = 'a token', isAwaited = false): void {
  kept = createKeptSocket({
    url: 'ws://server.example/ws',
    tokens: createTokens(token),
    WebSocket: PlayedSocket,
    clock,
    changed: (state) => states.push(state),
    isAwaited: () => isAwaited,
  });
  all.add(kept);
}

/** Connects, and lets the connection stand for so long, ms. */
async function stand(ms: number): Promise<void> {
  kept.connect();
  await settle();
  PlayedSocket.last.open();
  kept.stood();
  clock.pass(ms);
}

/** Passes the time until the next attempt, which the server takes or not. @returns how long that was, ms */
async function next(takes: boolean): Promise<number> {
  const { state } = kept;
  if (state.kind !== 'waiting') throw new Error(`it is ${state.kind}`);
  const ms = state.until - clock.now();
  clock.pass(ms);
  await settle();
  if (takes) {
    PlayedSocket.last.open();
    kept.stood();
  } else {
    PlayedSocket.last.end(1006);
  }
  return ms;
}

/** How long is waited before each of so many attempts that succeed, each time after a connection that is closed right away, ms. */
async function pausesAfter(code: number, attempts: number): Promise<number[]> {
  const pauses: number[] = [];
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    PlayedSocket.last.end(code);
    pauses.push(await next(true));
  }
  return pauses;
}

describe('SD3 every close code', () => {
  it.each([
    [4400, 'bad frame', { kind: 'stop', reason: 'refused_edit' }],
    [4401, 'token expired', { kind: 'renew' }],
    [4403, 'forbidden', { kind: 'stop', reason: 'no_access' }],
    [4403, 'removed_from_session', { kind: 'stop', reason: 'removed' }],
    [4404, 'not_found', { kind: 'stop', reason: 'not_found' }],
    [4404, 'session_not_found', { kind: 'stop', reason: 'no_session' }],
    [4408, 'unresponsive', { kind: 'again', reason: 'unreachable' }],
    [4410, 'session ended', { kind: 'stop', reason: 'session_ended' }],
    [4429, 'session_full', { kind: 'again', reason: 'too_many' }],
    [1009, 'too large', { kind: 'stop', reason: 'too_large' }],
    [1012, 'this node is stopping', { kind: 'again', reason: 'server_stopping' }],
    [1013, 'cannot store right now', { kind: 'again', reason: 'server_busy' }],
    [1006, '', { kind: 'again', reason: 'unreachable' }],
    [1001, '', { kind: 'again', reason: 'unreachable' }],
  ])('%i (%s)', (code, reason, meaning) => {
    expect(afterClose(code, reason)).toEqual(meaning);
  });
});

describe('SD3 it comes back', () => {
  it('at once after a connection that stood, then after pauses that grow to 10 s', async () => {
    keep();
    await stand(60_000);
    PlayedSocket.last.end(1012);
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 7; attempt += 1) pauses.push(await next(false));
    expect(pauses).toEqual([0, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  });

  it('CS7 a host within three seconds each time, before the session ends for everybody', async () => {
    keep('a token', true);
    await stand(60_000);
    expect(await pausesAfter(1013, 4)).toEqual([1000, 2000, 3000, 3000]);
  });

  it('with back-off also when each attempt succeeds and fails right after: a busy server is left alone', async () => {
    keep();
    await stand(60_000);
    expect(await pausesAfter(1013, 5)).toEqual([1000, 2000, 4000, 8000, 16_000]);
    clock.pass(10_000);
    PlayedSocket.last.end(1013);
    expect(await next(true)).toBe(1000);
  });

  it('at once only after one that stood for a while: a network that breaks each is left alone', async () => {
    keep();
    await stand(10_000);
    expect(await pausesAfter(1006, 3)).toEqual([0, 1000, 2000]);
  });

  it('and is not hung up later for what an earlier attempt was waited for', async () => {
    keep();
    kept.connect();
    await settle();
    PlayedSocket.last.end(1006);
    await next(true);
    clock.pass(60_000);
    expect([kept.state.kind, PlayedSocket.made.length]).toEqual(['open', 2]);
  });

  it('with nothing on its way that was sent to nobody: the handshake says it', async () => {
    keep();
    kept.socket.send(Uint8Array.of(1, 2));
    await stand(0);
    expect(PlayedSocket.last.sent.map(({ length }) => length)).toEqual([1]);
  });

  it('when the browser says that it is online; one that says it is offline has lost its connection', async () => {
    const page = new EventTarget();
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
    const say = async (what: 'online' | 'offline') => {
      page.dispatchEvent(new Event(what));
      await settle();
      return [kept.state.kind, PlayedSocket.made.length];
    };
    const asked = Promise.withResolvers<string>();
    let answer: Promise<string> | string = 'a token';
    keep(() => answer);
    await stand(60_000);
    expect(await say('online')).toEqual(['open', 1]);
    expect(await say('offline')).toEqual(['waiting', 1]);
    expect(await say('online')).toEqual(['connecting', 2]);
    expect(await say('offline')).toEqual(['waiting', 2]);
    answer = asked.promise;
    expect(await say('online')).toEqual(['connecting', 2]);
    expect(await say('offline')).toEqual(['waiting', 2]);
    asked.resolve('late');
    await settle();
    expect(PlayedSocket.made).toHaveLength(2);
  });

  it('after 5 s when there are too many', async () => {
    keep();
    await stand(0);
    PlayedSocket.last.end(4429, 'session_full');
    expect(kept.state).toMatchObject({ kind: 'waiting', reason: 'too_many', attempt: 1 });
    expect(await next(false)).toBe(5000);
  });

  it('at once when it is told to', async () => {
    keep();
    await stand(0);
    PlayedSocket.last.end(4429);
    kept.connect();
    kept.connect();
    await settle();
    expect(PlayedSocket.made).toHaveLength(2);
    kept.connect();
    PlayedSocket.last.open();
    kept.connect();
    clock.pass(60_000); // past the time of the pause
    await settle();
    expect([kept.state.kind, PlayedSocket.made.length]).toEqual(['open', 2]);
  });

  it('after 15 s from a server that takes the connection and says nothing', async () => {
    keep();
    kept.connect();
    await settle();
    clock.pass(14_999);
    expect(kept.state.kind).toBe('connecting');
    clock.pass(1);
    expect(kept.state).toMatchObject({ kind: 'waiting', reason: 'unreachable' });
    expect(PlayedSocket.last.readyState).toBe(3);
  });

  it('to another address, when it is given one', async () => {
    keep();
    await stand(0);
    kept.stop();
    kept.connect('ws://other.example/ws');
    await settle();
    expect(PlayedSocket.last.url).toBe('ws://other.example/ws');
  });
});

describe('SD3 it does not come back', () => {
  it.each([4400, 1009, 4403, 4404, 4410])('after %i', async (code) => {
    keep();
    await stand(60_000);
    vi.useFakeTimers(); // those of the stock socket
    PlayedSocket.last.end(code);
    expect(kept.state.kind).toBe('stopped');
    vi.advanceTimersByTime(600_000);
    vi.useRealTimers();
    clock.pass(600_000);
    await settle();
    expect(PlayedSocket.made).toHaveLength(1);
  });

  it('after it was stopped, whatever happens to the socket', async () => {
    keep();
    await stand(0);
    const socket = PlayedSocket.last;
    kept.stop();
    expect(socket.readyState).toBe(3);
    socket.end(1006);
    clock.pass(600_000);
    await settle();
    expect(PlayedSocket.made).toHaveLength(1);
    expect(states.at(-1)).toEqual({ kind: 'stopped', reason: null });
  });

  it.each(['stop', 'destroy'] as const)(
    'after a %s while it waits, for the next attempt or for a token',
    async (end) => {
      keep();
      await stand(0);
      PlayedSocket.last.end(1006);
      kept[end]();
      clock.pass(600_000);
      await settle();
      expect([kept.state.kind, PlayedSocket.made.length]).toEqual(['stopped', 1]);
      for (const settled of ['resolve', 'reject'] as const) {
        const asked = Promise.withResolvers<string>();
        keep(() => asked.promise);
        kept.connect();
        await settle();
        kept[end]();
        asked[settled]('late');
        await settle();
        expect([kept.state.kind, PlayedSocket.made.length]).toEqual(['stopped', 1]);
      }
    },
  );

  it('after it was destroyed, whoever tells it to connect', async () => {
    keep();
    await stand(0);
    kept.destroy();
    kept.connect();
    await settle();
    expect(PlayedSocket.made).toHaveLength(1);
    expect(kept.state.kind).toBe('stopped');
  });

  it('what was said before the close decides', async () => {
    keep();
    await stand(0);
    kept.heard('removed_from_session');
    PlayedSocket.last.end(4403, 'forbidden');
    expect(kept.state).toEqual({ kind: 'stopped', reason: 'removed' });
    await stand(0);
    PlayedSocket.last.end(4403, 'forbidden');
    expect(kept.state).toEqual({ kind: 'stopped', reason: 'no_access' });
  });
});

describe('SD3 4401', () => {
  it('it comes back at once with another token', async () => {
    let current = 'old';
    keep(({ renew }) => (current = renew ? 'new' : current));
    await stand(0);
    PlayedSocket.last.end(4401);
    await settle();
    expect(PlayedSocket.made).toHaveLength(2);
    expect(await kept.token(false)).toBe('new');
  });

  it('each time: one that was taken may expire as well', async () => {
    let serial = 0;
    keep(({ renew }) => `token ${renew ? (serial += 1) : serial}`);
    await stand(0);
    for (const made of [2, 3]) {
      PlayedSocket.last.end(4401);
      await settle();
      PlayedSocket.last.open();
      kept.stood();
      expect([kept.state.kind, PlayedSocket.made.length]).toEqual(['open', made]);
    }
  });

  it('not if that one is refused too', async () => {
    let serial = 0;
    keep(({ renew }) => `token ${renew ? (serial += 1) : serial}`);
    await stand(0);
    PlayedSocket.last.end(4401);
    await settle();
    PlayedSocket.last.end(4401);
    expect(kept.state).toEqual({ kind: 'stopped', reason: 'signed_out' });
  });

  it('not if there is no other', async () => {
    keep('the only one');
    await stand(0);
    PlayedSocket.last.end(4401);
    await settle();
    expect(kept.state).toEqual({ kind: 'stopped', reason: 'signed_out' });
  });

  it('and not without a token at all; a source that fails is asked again', async () => {
    let failing = true;
    keep(() => {
      if (failing) throw new Error('away');
      return null;
    });
    kept.connect();
    await settle();
    expect(kept.state).toMatchObject({ kind: 'waiting', reason: 'no_token' });
    failing = false;
    kept.connect();
    await settle();
    expect(kept.state).toEqual({ kind: 'stopped', reason: 'signed_out' });
    expect(PlayedSocket.made).toHaveLength(0);
  });

  it('one that the server asks for replaces the one in use', async () => {
    let current = 'old';
    keep(({ renew }) => (current = renew ? 'new' : current));
    await stand(0);
    expect(await kept.token(false)).toBe('old');
    expect(await kept.token(true)).toBe('new');
    expect(await kept.token(true)).toBe('new'); // there is no newer one
  });
});
