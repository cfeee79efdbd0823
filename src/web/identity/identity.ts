/**
 * Who is signed in in this window, and how, so that they can stay so.
 *
 * It is kept in the session storage: in memory alone a reload would ask everybody to sign in again, also without a
 * connection, while they have edits here that only they may send; in the local storage every other window would read
 * it, and it would outlive them all. So it is one window's, two windows can be two people, and it ends with the window.
 * A script in the page could read it wherever it was; the content security policy lets none in but our own. The issuer
 * should hand out a refresh token once only, so that one that is stolen is found out.
 */
import type { Me } from '../../client/index.ts';
import type { IssuerClient } from './ways.ts';

/** How somebody signed in, and so how they sign in again. */
export type Way = { kind: 'demo' } | { kind: 'token' } | IssuerWay;

export interface IssuerWay {
  kind: 'issuer';
  client: IssuerClient;
  /** What was granted, separated by spaces. */
  scope: string;
  /** Null where the issuer gave none, or takes it no more. */
  refreshToken: string | null;
  /** Says at the issuer whose session it is that ends. */
  idToken: string | null;
  /** When the token expires, ms since the epoch; null if the issuer did not say. */
  expiresAt: number | null;
}

export interface Signed {
  token: string;
  me: Me;
  way: Way;
}

export interface Identity {
  /** Null when nobody is. Replaced, never changed. */
  readonly current: Signed | null;
  subscribe(listener: () => void): () => void;
  signIn(next: Signed): void;
  signOut(): void;
}

const KEPT = 'roundtable';

/** @param left told who has signed out */
export function createIdentity(storage: Storage, left: (signed: Signed) => void): Identity {
  let current = read(storage);
  const listeners = new Set<() => void>();
  const become = (next: Signed | null) => {
    current = next;
    if (next) storage.setItem(KEPT, JSON.stringify(next));
    else storage.removeItem(KEPT);
    listeners.forEach((listener) => listener());
  };
  return {
    get current() {
      return current;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    signIn: become,
    signOut() {
      const before = current;
      become(null);
      if (before) left(before);
    },
  };
}

function read(storage: Storage): Signed | null {
  try {
    const kept = JSON.parse(storage.getItem(KEPT) ?? 'null') as Signed | null;
    return kept?.way ? kept : null;
  } catch {
    return null;
  }
}
