/** Why somebody was not signed in, from whatever was thrown on the way: a closed set, each with its words. */
import { RoundtableError } from '../../client/index.ts';

export type SignInFailure =
  /** They turned it down at the issuer, or the issuer did. */
  | { kind: 'denied' }
  /** The issuer does not answer, or may not be called from this page. */
  | { kind: 'unreachable' }
  /** What came back belongs to no sign-in that this window began. */
  | { kind: 'stale' }
  /** The issuer let them in; our server does not take its token. */
  | { kind: 'notTaken' }
  /** Our server does not answer. */
  | { kind: 'server' }
  /** Something is set up wrongly; `code` says what, to whoever can mend it. */
  | { kind: 'failed'; code: string };

/** What the issuer may call something that passes by itself. */
const PASSING = ['temporarily_unavailable', 'server_error'];
/** What the library says of an answer that it did not ask for; it has no other names for it. */
const UNASKED = /^(No matching state found|State does not match|No state in response|nonce in id_token)/;

/** Whether the issuer itself refused, and will again: it is of no use to ask once more with the same. */
export function isFinal(error: unknown): boolean {
  const { error: code } = (error ?? {}) as { error?: unknown };
  return typeof code === 'string' && !PASSING.includes(code);
}

/** @param error of the protocol, of the SDK, or of `fetch` */
export function failureOf(error: unknown): SignInFailure {
  if (error instanceof RoundtableError) return { kind: error.code === 'unauthenticated' ? 'notTaken' : 'server' };
  const { name, message = '', error: code } = error as Partial<Error> & { error?: string | null };
  if (typeof code === 'string') {
    if (code === 'access_denied') return { kind: 'denied' };
    return PASSING.includes(code) ? { kind: 'unreachable' } : { kind: 'failed', code };
  }
  if (name === 'TypeError' || name === 'ErrorTimeout' || / \(5\d\d\)/.test(message)) return { kind: 'unreachable' };
  return UNASKED.test(message) ? { kind: 'stale' } : { kind: 'failed', code: message };
}
