/**
 * One REST call: headers, answer, refusal, and the attempts that are safe to repeat.
 *
 * A call whose outcome is unknown (no answer, or a proxy's 502 to 504) is repeated only if doing it twice does no more
 * than doing it once: GET, PUT, DELETE, and the few others that say so. A deletion that finds nothing when it is
 * repeated has happened; so has a departure of one's own that may not be asked for any more. 429 is an answer before
 * anything was done, so every call waits for the time it names and tries again; not if it names a longer time than
 * anybody would wait. A token that is refused is replaced once.
 *
 * What cannot be sent as it is meant is refused here, once: an id that is empty or dots, which the URL would take for the
 * path above, what JSON cannot write, and a token that no header can hold.
 */
import { backOff, pause, unlessAborted, type Clock } from './clock.ts';
import { errorOf, RoundtableError, type ErrorCode } from './error.ts';
import type { Tokens } from './tokens.ts';

export type Language = 'en' | 'pl';

/** What every method takes last. */
export interface CallOptions {
  signal?: AbortSignal | undefined;
}

export interface Ask {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its parameters in it. */
  path: string;
  query?: Record<string, string | number | undefined>;
  /** Goes as JSON. */
  body?: unknown;
  bytes?: Uint8Array;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** Whether doing it twice does no more than doing it once, where that is not what the method says. */
  repeatable?: boolean;
  /** Of the removal of somebody: whether that is the caller, who is a stranger there once it has happened. */
  isDeparture?(): Promise<boolean>;
}

export interface Transport {
  /** @throws RoundtableError, or the signal's reason */
  send(ask: Ask): Promise<Response>;
  /** The JSON of the answer. */
  json<Answer>(ask: Ask): Promise<Answer>;
}

export interface TransportDependencies {
  /** Where the server is, without a slash at the end. */
  url: string;
  tokens: Tokens;
  language(): Language | null;
  fetch: typeof fetch;
  clock: Clock;
  /** How long one attempt may take, ms; with bytes, longer by the time that a slow connection needs for them. */
  timeout: number;
}

const JSON_TYPE = 'application/json';
const ATTEMPTS = 4;
const PAUSES = { first: 300, longest: 5000 };
/** A longer time than this nobody waits for: the refusal says how long it would be. ms */
const LONGEST_WAIT = 10_000;
/** What a slow connection carries, bytes per ms. */
const SLOWEST = 16;

export function createTransport({ url, tokens, language, fetch, clock, timeout }: TransportDependencies): Transport {
  /** @throws RoundtableError of the server; whatever `fetch` throws without an answer of ours */
  async function exchange(ask: Ask, token: string | null, signal: AbortSignal): Promise<Response> {
    const { method, path, query, body, bytes } = ask;
    const headers = new Headers({ accept: JSON_TYPE, ...ask.headers });
    if (token !== null) written('unauthenticated', () => headers.set('authorization', `Bearer ${token}`));
    const chosen = language();
    if (chosen !== null) headers.set('accept-language', chosen);
    if (body !== undefined) headers.set('content-type', JSON_TYPE);
    if (bytes !== undefined) headers.set('content-type', 'application/octet-stream');
    const sent = (bytes ??
      (body === undefined ? null : written('invalid', () => JSON.stringify(body)))) as BodyInit | null;
    const response = await fetch(url + path + queryOf(query), { method, headers, signal, body: sent });
    // Read here, so that an answer that breaks off counts as none.
    const whole = new Response(response.status === 204 ? null : await response.arrayBuffer(), response);
    if (!response.ok) throw await errorOf(whole);
    const type = response.headers.get('content-type') ?? '';
    // The page of somebody in between, such as a network that wants a sign-in of its own.
    if (response.status !== 204 && !type.startsWith(headers.get('accept')!))
      throw new TypeError(`an answer of ${type}`);
    return whole;
  }

  function written<Value>(code: ErrorCode, write: () => Value): Value {
    try {
      return write();
    } catch (cause) {
      throw refusal(code, cause);
    }
  }

  function refusal(code: ErrorCode, cause: unknown): RoundtableError {
    const [en, pl] =
      code === 'unreachable'
        ? ['The server does not answer', 'Serwer nie odpowiada']
        : ['This cannot be sent', 'Tego nie można wysłać'];
    return new RoundtableError({ code, status: 0, message: language() === 'pl' ? pl! : en!, cause });
  }

  async function attempt(ask: Ask, token: string | null): Promise<Response> {
    const deadline = AbortSignal.timeout(timeout + Math.ceil((ask.bytes?.byteLength ?? 0) / SLOWEST));
    try {
      // A browser that cannot join signals (before 2024) does without the deadline where the caller has a signal.
      const signal = ask.signal ? (AbortSignal.any?.([ask.signal, deadline]) ?? ask.signal) : deadline;
      return await exchange(ask, token, signal);
    } catch (cause) {
      throw cause instanceof RoundtableError ? cause : refusal('unreachable', cause);
    }
  }

  async function authorised(ask: Ask): Promise<Response> {
    const token = await tokens.current();
    try {
      return await attempt(ask, token);
    } catch (error) {
      if (!(error instanceof RoundtableError && error.code === 'unauthenticated')) throw error;
      const other = await tokens.insteadOf(token);
      if (other === null) throw error;
      return attempt(ask, other);
    }
  }

  async function attempts(ask: Ask): Promise<Response> {
    if (/\/\.{0,2}(\/|$)/.test(ask.path)) throw refusal('invalid', ask.path);
    let uncertain = false;
    for (let failed = 0; ; failed += 1) {
      try {
        return await authorised(ask);
      } catch (error) {
        if (!(error instanceof RoundtableError)) throw error;
        if (uncertain && (await hasHappened(ask, error))) return new Response(null, { status: 204 });
        const wait = failed + 1 < ATTEMPTS ? waitBefore(error, ask, failed, clock.random()) : null;
        if (wait === null) throw error;
        uncertain ||= error.code !== 'rate_limited';
        await pause(clock, wait, ask.signal);
      }
    }
  }

  /** Whoever cancels waits for nothing more: neither the answer, nor a token, nor the next attempt. */
  const send = (ask: Ask) => unlessAborted(attempts(ask), ask.signal);

  return {
    send,
    json: async <Answer>(ask: Ask) => (await (await send(ask)).json()) as Answer,
  };
}

/** Whether the refusal of a call that was repeated tells that the first attempt did it. */
async function hasHappened({ method, isDeparture }: Ask, { status }: RoundtableError): Promise<boolean> {
  if (method !== 'DELETE') return false;
  return status === 404 || (status === 403 && isDeparture !== undefined && (await isDeparture()));
}

/** How long to wait before the call is repeated, ms; null if it must not be. */
function waitBefore(error: RoundtableError, ask: Ask, failed: number, random: number): number | null {
  const soon = backOff(failed, PAUSES, random);
  if (error.code === 'rate_limited') {
    const told = (error.retryAfter ?? 0) * 1000;
    return told > LONGEST_WAIT ? null : Math.max(told, soon);
  }
  const unknown = error.code === 'unreachable' || error.code === 'unavailable';
  const repeatable = ask.repeatable ?? ['GET', 'PUT', 'DELETE'].includes(ask.method);
  return unknown && repeatable ? soon : null;
}

function queryOf(query: Ask['query']): string {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined);
  if (given.length === 0) return '';
  return `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()}`;
}
