/** The keys of an identity provider: what is known holds, and what was made up costs nobody anything. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createKeyRing, type KeyRing } from '../../src/identity/key-ring.ts';
import type { Refusal } from '../../src/refusal.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

let now: number;
let asked: number;
let published: readonly string[] | null;
let answering: Promise<void>;
let ring: KeyRing;

beforeEach(() => {
  [now, asked, published, answering] = [0, 0, ['a'], Promise.resolve()];
  const answer = async () => {
    asked += 1;
    await answering;
    if (published === null) throw new Error('away');
    return published.map((kid) => ({ kid, key: `key of ${kid}` as never }));
  };
  ring = createKeyRing(answer, () => now);
});

const given = (kid?: string) => ring.key(kid).catch((refusal: Refusal) => refusal.code);
/** As many ids that were made up as it takes until the key server is asked no more. */
async function makeUp(): Promise<void> {
  for (let before = -1, count = 0; asked > before; count += 1) {
    before = asked;
    expect(await given(`made up ${count}`)).toBe('unauthenticated');
  }
}

describe('ID4 keys', () => {
  it('are asked for once by all who wait, and again after ten minutes', async () => {
    expect(await Promise.all([given('a'), given('a'), given()])).toEqual(['key of a', 'key of a', 'key of a']);
    now += 10 * MINUTE - 1;
    await given('a');
    expect(asked).toBe(1);
    now += 1;
    await given('a');
    expect(asked).toBe(2);
  });

  it('that are withdrawn hold no longer than ten minutes, and new ones at once', async () => {
    await given('a');
    published = ['b'];
    now += 10 * MINUTE - 1;
    expect(await given('a')).toBe('key of a');
    now += 1;
    expect([await given('a'), await given('b')]).toEqual(['unauthenticated', 'key of b']);
    published = ['b', 'c'];
    expect([await given('c'), await given()]).toEqual(['key of c', 'unauthenticated']);
  });

  it('hold for an hour while the key server fails, which is asked twice a minute then', async () => {
    await given('a');
    published = null;
    for (now = 10 * MINUTE; now < 60 * MINUTE; now += SECOND) expect(await given('a')).toBe('key of a');
    expect(asked).toBe(1 + 2 * 50);
    expect([await given('a'), await given('b')]).toEqual(['unavailable', 'unavailable']);
    published = ['a'];
    now += 2 * SECOND;
    expect(await given('a')).toBe('key of a');
  });

  it('hold while the key server does not answer, and nobody who has one waits longer than half a second', async () => {
    await given('a');
    now = 10 * MINUTE;
    const answered = Promise.withResolvers<void>();
    [answering, published] = [answered.promise, ['b']];
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const [known, unknown] = [given('a'), given('b')];
    await vi.advanceTimersByTimeAsync(500);
    expect(await known).toBe('key of a');
    answered.resolve();
    expect([await unknown, await given('a'), asked]).toEqual(['key of b', 'unauthenticated', 3]);
  });

  it('of ids that were made up cost thirty questions a minute, and nobody who has a key', async () => {
    await given('a');
    await makeUp();
    expect(asked).toBe(30);
    now = 20 * MINUTE;
    await makeUp();
    expect([await given('a'), asked]).toEqual(['key of a', 60]);
    published = ['a', 'new'];
    now += 2 * SECOND;
    await makeUp();
    expect([await given('new'), await given('a'), asked]).toEqual(['key of new', 'key of a', 61]);
    published = ['new'];
    now += 2 * SECOND;
    await makeUp();
    expect(await given('a')).toBe('unauthenticated');
  });

  it('that are new are given to all who wait for the last question of the minute', async () => {
    while (asked < 29) await given(`made up ${asked}`);
    published = ['a', 'new'];
    expect([await Promise.all([given('new'), given('new')]), asked]).toEqual([['key of new', 'key of new'], 30]);
  });

  it('that were made up are known to be no keys, however many, until the key server fails', async () => {
    await makeUp();
    published = null;
    now += 2 * SECOND;
    expect([await given('made up'), await given('made up too')]).toEqual(['unavailable', 'unavailable']);
  });
});
