/** Who is signed in in this window. The token is kept in the session storage, so that two windows can be two people. */
import type { Me } from './wire.ts';

export interface SignedIn {
  token: string;
  me: Me;
}

export type Identity = ReturnType<typeof createIdentity>;

export function createIdentity(storage: Storage) {
  let current = read(storage);
  return {
    current: () => current,
    token: () => current?.token ?? null,
    signIn(next: SignedIn): void {
      current = next;
      storage.setItem('roundtable', JSON.stringify(next));
    },
    signOut(): void {
      current = null;
      storage.removeItem('roundtable');
    },
  };
}

/** What somebody is called on screen. */
export function nameOf(me: Me): string {
  return me.full_name ?? me.username;
}

function read(storage: Storage): SignedIn | null {
  try {
    return JSON.parse(storage.getItem('roundtable') ?? 'null') as SignedIn | null;
  } catch {
    return null;
  }
}
