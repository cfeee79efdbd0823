/**
 * The keys that an identity provider publishes. They are kept as one set, so that whoever makes it be asked for anew,
 * also with a key id that was made up, does so for everybody:
 *
 * 1. a key of the set is given at once, for ten minutes after the set was fetched
 * 2. then, and for a key that is not in it, the set is fetched, for all who wait together, 30 times a minute at most
 * 3. a key that is not in a set so new that it may not be fetched again is not published
 * 4. if it fails or takes long, a key of the last set holds for an hour after it was fetched; nobody who has such
 *    a key waits for it longer than a moment, nor after a failure for the next try
 */
import type { KeyObject } from 'node:crypto';
import { Refusal } from '../refusal.ts';
import { atMost } from '../waiting/at-most.ts';

export interface PublishedKey {
  kid?: string;
  key: KeyObject;
}

export interface KeyRing {
  /** @param kid none will do where there is one key; @throws Refusal `unauthenticated`, or `unavailable` if it cannot be found out */
  key(kid: string | undefined): Promise<KeyObject>;
}

const FRESH = 10 * 60_000;
const KEPT = 60 * 60_000;
const PAUSE = 30_000;
const MINUTE = 60_000;
const MOMENT = 500;
const BETWEEN = MINUTE / 30;

/** @param fetchKeys all of them; @param now a clock, ms, that only goes forward */
export function createKeyRing(fetchKeys: () => Promise<readonly PublishedKey[]>, now: () => number): KeyRing {
  let keys: readonly PublishedKey[] = [];
  let fetched = -Infinity;
  let failed = -Infinity;
  let spent = -Infinity;
  let fetching: Promise<boolean> | null = null;

  const find = (kid: string | undefined) =>
    kid === undefined ? (keys.length === 1 ? keys[0] : undefined) : keys.find((key) => key.kid === kid);
  const younger = (than: number) => now() - fetched < than;

  const fetchAnew = async (): Promise<boolean> => {
    spent = Math.max(spent, now() - MINUTE) + BETWEEN;
    try {
      keys = await fetchKeys();
      fetched = now();
      return true;
    } catch {
      failed = now();
      return false;
    } finally {
      fetching = null;
    }
  };
  /** @returns whether the set is a new one */
  const refresh = (): Promise<boolean> => {
    if (!fetching && now() - spent < BETWEEN) return Promise.resolve(false);
    return (fetching ??= fetchAnew());
  };

  return {
    async key(kid) {
      const known = find(kid);
      const holds = known !== undefined && younger(KEPT);
      if (holds && (younger(FRESH) || now() - failed < PAUSE)) return known.key;
      if (!(await (holds ? atMost(MOMENT, refresh()) : refresh()))) {
        if (holds) return known.key;
        throw new Refusal(fetched > failed ? 'unauthenticated' : 'unavailable');
      }
      const published = find(kid);
      if (!published) throw new Refusal('unauthenticated');
      return published.key;
    },
  };
}
