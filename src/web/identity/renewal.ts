/**
 * The token of one person for as long as the page is theirs: what the SDK is given as its source of tokens.
 *
 * A token that is about to expire, or was refused, is replaced without a word where the issuer gave a refresh token.
 * Where it gave none, or takes it no more, the person has to sign in again: the page asks them, and whoever needs a
 * token waits until they have. Nothing else of the page changes meanwhile. An issuer that does not answer is neither:
 * the SDK asks again. Nobody goes on as somebody else: that would send one person's edits as another's.
 */
import type { Me } from '../../client/index.ts';
import type { Identity, IssuerWay, Signed } from './identity.ts';

export interface Renewal {
  /** @throws whatever `refresh` throws, when there is no token that could still hold */
  token(ask: { renew: boolean }): Promise<string | null>;
  /** Whether the person has to sign in again before what waits goes on. */
  readonly asking: boolean;
  subscribe(listener: () => void): () => void;
  /** Goes on with what was signed in with. @returns false, and nothing happens, if that is somebody else */
  goOn(next: Signed): boolean;
}

/** What the issuer made of a refresh token; null: it takes it no more. */
export type Refreshed = Pick<Signed, 'token'> & { way: IssuerWay };

export interface RenewalParts {
  identity: Identity;
  me: Me;
  /** @throws when the issuer does not answer */
  refresh(way: IssuerWay): Promise<Refreshed | null>;
  /** Ms since the epoch. */
  now(): number;
}

/** A token that expires within this time is replaced before it is used, ms. */
const AHEAD = 10_000;

export function createRenewal({ identity, me, refresh, now }: RenewalParts): Renewal {
  const listeners = new Set<() => void>();
  let refreshing: Promise<string | null> | null = null;
  let asked: PromiseWithResolvers<string> | null = null;

  const mine = () => (identity.current?.me.id === me.id ? identity.current : null);
  const tell = () => listeners.forEach((listener) => listener());

  function expiresWithin(ms: number, { way }: Signed): boolean {
    return way.kind === 'issuer' && way.expiresAt !== null && way.expiresAt - now() < ms;
  }

  /** @returns null if it takes the person to get another one */
  async function refreshed(signed: Signed): Promise<string | null> {
    const { way } = signed;
    if (way.kind !== 'issuer' || way.refreshToken === null) return null;
    const answer = await refresh(way);
    if (mine() !== signed) return mine()?.token ?? null;
    identity.signIn(answer ? { ...signed, ...answer } : { ...signed, way: { ...way, refreshToken: null } });
    return answer?.token ?? null;
  }

  function shared(signed: Signed): Promise<string | null> {
    refreshing ??= refreshed(signed).finally(() => (refreshing = null));
    return refreshing;
  }

  function ask(): Promise<string> {
    asked ??= Promise.withResolvers();
    tell();
    return asked.promise;
  }

  return {
    async token({ renew }) {
      const signed = mine();
      if (signed === null) return null;
      if (renew) return (await shared(signed)) ?? ask();
      if (!expiresWithin(AHEAD, signed)) return signed.token;
      try {
        return (await shared(signed)) ?? signed.token; // whether it still holds is the server's to say
      } catch (error) {
        if (expiresWithin(0, signed)) throw error;
        return signed.token;
      }
    },
    get asking() {
      return asked !== null;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    goOn(next) {
      if (next.me.id !== me.id) return false;
      identity.signIn(next);
      asked?.resolve(next.token);
      asked = null;
      tell();
      return true;
    },
  };
}
