/**
 * One WebSocket that is kept up by the contract's rules. The stock socket of the provider makes a single attempt each
 * time; when to make it, and with which token, is decided here, from the close code and from what was heard before.
 *
 * A token is fetched before each attempt. 4401 asks for another one; if that is refused too before anything stood, nobody
 * is signed in. Every other code that allows it leads to another attempt after a pause, which grows with the attempts
 * that failed in a row; a connection that stood for a while starts the row again. When the browser says that it is
 * offline, the connection counts as lost at once; when it is back online, the pause ends at once.
 */
import { backOff, type Clock } from '../clock.ts';
import type { Tokens } from '../tokens.ts';
import { hearBrowser } from './browser.ts';
import { afterClose, pauses, SHORT, type StopReason, type WaitReason } from './closing.ts';
import { StockSocket, type WebSocketConstructor } from './stock-socket.ts';

export type SocketState =
  | { kind: 'connecting' }
  /** The socket is open; what goes on on it is its documents' business. */
  | { kind: 'open' }
  | { kind: 'waiting'; reason: WaitReason; attempt: number; until: number }
  | { kind: 'stopped'; reason: StopReason | null };

export interface KeptSocket {
  /** What providers attach to. */
  readonly socket: StockSocket;
  readonly state: SocketState;
  /** What a provider sends: the token of this attempt, or while it is connected another one, because the server asked. */
  token(connected: boolean): Promise<string>;
  /** Why the connection is going to close, if that was said before; forgotten with the connection. */
  heard(refusal: string): void;
  /** What was wanted of the connection works. */
  stood(): void;
  /** Connects, or tries again at once. @param url another one than before */
  connect(url?: string): void;
  stop(): void;
  /** After this nothing connects. */
  destroy(): void;
}

export interface SocketOptions {
  url: string;
  tokens: Tokens;
  /** The constructor of a WebSocket. */
  WebSocket: WebSocketConstructor;
  clock: Clock;
  changed(state: SocketState): void;
  /** Whether something ends for others if this is away for long: the pauses are short then. */
  isAwaited?(): boolean;
}

/** A server that takes the connection and then says nothing is given up after this long, ms. */
const SPEAKS_WITHIN = 15_000;
/** A connection that stood for so long was a good one: the next failure is the first of a new row. ms */
const STEADY = 10_000;

export function createKeptSocket({ url, tokens, WebSocket, clock, changed, isAwaited }: SocketOptions): KeptSocket {
  let state: SocketState = { kind: 'stopped', reason: null };
  let heard: string | null = null;
  let attempt = 0;
  /** Since when the connection stands, ms. */
  let standsSince: number | null = null;
  let token: string | null = null;
  let renewed = false;
  /** The number of the attempt under way: what belongs to an earlier one is of no interest. */
  let turn = 0;
  let isOver = false;
  let cancel = () => {};

  const socket = new StockSocket(WebSocket, {
    url,
    onConnect: () => {
      cancel();
      become({ kind: 'open' });
    },
    onDisconnect: ({ event }) => {
      socket.disconnect(); // it would come back by itself
      if (state.kind !== 'stopped' && state.kind !== 'waiting') closed(event);
    },
  });

  function become(next: SocketState): void {
    state = next;
    changed(next);
  }

  function stop(reason: StopReason | null): void {
    turn += 1;
    cancel();
    state = { kind: 'stopped', reason };
    socket.hangUp('stopped');
    changed(state);
  }

  function closed({ code, reason }: { code: number; reason: string }): void {
    cancel();
    const after = afterClose(code, heard ?? reason);
    heard = null;
    if (after.kind === 'stop') stop(after.reason);
    else if (after.kind === 'again') wait(after.reason);
    else if (renewed) stop('signed_out');
    else void open(true);
  }

  function wait(reason: WaitReason): void {
    turn += 1;
    const { now, first, longest } = pauses[reason];
    if (standsSince !== null && clock.now() - standsSince >= STEADY) attempt = 0;
    const atOnce = standsSince !== null && attempt === 0 && now !== undefined;
    standsSince = null;
    const ms = atOnce
      ? Math.round(now * clock.random())
      : backOff(attempt, { first, longest: isAwaited?.() ? SHORT : longest }, clock.random());
    attempt += 1;
    cancel = clock.after(ms, () => void open(false));
    become({ kind: 'waiting', reason, attempt, until: clock.now() + ms });
  }

  /** @param another whether the token of the last attempt was refused */
  async function open(another: boolean): Promise<void> {
    cancel();
    const mine = (turn += 1);
    renewed = another;
    become({ kind: 'connecting' });
    try {
      const next = another ? await tokens.insteadOf(token) : await tokens.current();
      if (mine !== turn) return;
      token = next;
    } catch {
      if (mine === turn) wait('no_token');
      return;
    }
    if (token === null) return stop('signed_out');
    cancel = clock.after(SPEAKS_WITHIN, () => socket.hangUp('silent'));
    socket.forgetQueued();
    void socket.connect();
  }

  const lost = () => {
    if (state.kind === 'connecting' || state.kind === 'open') socket.hangUp('offline');
  };
  const back = () => {
    if (state.kind === 'waiting') void open(false);
  };
  const forget = hearBrowser({ offline: lost, online: back });

  return {
    socket,
    get state() {
      return state;
    },
    async token(connected) {
      if (connected) token = (await tokens.insteadOf(token).catch(() => null)) ?? token;
      return token ?? '';
    },
    heard: (refusal) => void (heard = refusal),
    stood() {
      standsSince = clock.now();
      renewed = false;
    },
    connect(other = socket.configuration.url) {
      if (isOver) return;
      socket.configuration.url = other;
      if (state.kind === 'stopped') attempt = 0;
      if (state.kind !== 'open' && state.kind !== 'connecting') void open(false);
    },
    stop: () => stop(null),
    destroy() {
      isOver = true;
      turn += 1;
      cancel();
      forget();
      state = { kind: 'stopped', reason: null };
      socket.destroy();
    },
  };
}
