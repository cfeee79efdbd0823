/**
 * Who is signed in in this window. The token is kept in the session storage, so that two windows can be two people, and
 * a reload asks nobody to sign in again.
 */
import type { Me } from '../../client/index.ts';

export interface Signed {
  token: string;
  me: Me;
}

export interface Identity {
  /** Null when nobody is. Replaced, never changed. */
  readonly current: Signed | null;
  subscribe(listener: () => void): () => void;
  signIn(next: Signed): void;
  signOut(): void;
}

const KEPT = 'roundtable';

export function createIdentity(storage: Storage): Identity {
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
    signOut: () => become(null),
  };
}

function read(storage: Storage): Signed | null {
  try {
    return JSON.parse(storage.getItem(KEPT) ?? 'null') as Signed | null;
  } catch {
    return null;
  }
}
