/** How a token stays good without a browser: when it is replaced, by whom, and who is asked when it cannot be. */
import { InMemoryWebStorage } from 'oidc-client-ts';
import { describe, expect, it } from 'vitest';
import type { Me } from '../../../src/client/index.ts';
import { createIdentity, type IssuerWay, type Signed, type Way } from '../../../src/web/identity/identity.ts';
import { createRenewal, type Refreshed } from '../../../src/web/identity/renewal.ts';
import { eventually } from '../../support/patience.ts';

const me: Me = {
  id: 'ann',
  ulid: 'ANN',
  number: 1,
  email: 'ann@example.com',
  username: 'ann',
  full_name: null,
  avatar_url: null,
  platform_admin: false,
};
const somebodyElse: Me = { ...me, id: 'bob' };
const client = { issuer: 'https://issuer.example', client_id: 'page', scope: 'openid', parameters: {} };
const wayOf = (refreshToken: string | null, expiresAt: number | null): IssuerWay => ({
  kind: 'issuer',
  client,
  scope: 'openid',
  refreshToken,
  idToken: null,
  expiresAt,
});
const renewed = { token: 'renewed', way: wayOf('second', 100_000) };

it('WE10 who signs out is forgotten here, and told of, so that the issuer forgets them too; what is kept and no sign-in is nobody', () => {
  const storage = new InMemoryWebStorage();
  const told: unknown[] = [];
  const identity = createIdentity(storage, (signed) => told.push(signed));
  const signed: Signed = { token: 'first', me, way: wayOf('first', null) };
  identity.subscribe(() => told.push('changed'));
  identity.signIn(signed);
  identity.signOut();
  expect(told).toEqual(['changed', 'changed', signed]);
  expect([identity.current, storage.length]).toEqual([null, 0]);
  identity.signOut();
  expect(told.slice(3)).toEqual(['changed']);
  for (const kept of ['{', 'null', '{"token":"of an older version"}']) {
    storage.setItem('roundtable', kept);
    expect(createIdentity(storage, () => {}).current).toBeNull();
  }
});

/** Ann, signed in in one way, at the time 0. Her issuer answers when it is let. */
function page(way: Way) {
  const storage = new InMemoryWebStorage();
  const identity = createIdentity(storage, () => {});
  identity.signIn({ token: 'first', me, way });
  const clock = { now: 0 };
  const asked: PromiseWithResolvers<Refreshed | null>[] = [];
  const refresh = () => {
    asked.push(Promise.withResolvers());
    return asked.at(-1)!.promise;
  };
  const renewal = createRenewal({ identity, me, refresh, now: () => clock.now });
  let told = 0;
  renewal.subscribe(() => (told += 1));
  return { identity, storage, clock, asked, renewal, told: () => told };
}

const use = { renew: false };
const refused = { renew: true };

describe('a token', () => {
  it('WE10 is used as it is while it holds for ten seconds or more, or nobody said until when', async () => {
    for (const way of [wayOf('first', 10_000), wayOf('first', null), { kind: 'token' as const }]) {
      const { renewal, asked } = page(way);
      expect(await renewal.token(use)).toBe('first');
      expect(asked).toEqual([]);
    }
  });

  it('WE10 is replaced before it expires, once for all who need it, unseen, and kept for a reload', async () => {
    const { renewal, asked, identity, storage, told } = page(wayOf('first', 9999));
    const tokens = [renewal.token(use), renewal.token(use), renewal.token(refused)];
    expect(asked).toHaveLength(1);
    asked[0]!.resolve(renewed);
    expect(await Promise.all(tokens)).toEqual(['renewed', 'renewed', 'renewed']);
    expect([identity.current, told(), renewal.asking]).toEqual([{ me, ...renewed }, 0, false]);
    expect(createIdentity(storage, () => {}).current).toEqual({ me, ...renewed });
  });

  it('WE10 is used to its end where the issuer does not answer, and asked for again after it', async () => {
    const { renewal, asked, clock } = page(wayOf('first', 9999));
    const early = renewal.token(use);
    asked[0]!.reject(new Error('no answer'));
    expect(await early).toBe('first');
    clock.now = 10_000;
    const late = renewal.token(use);
    asked[1]!.reject(new Error('no answer'));
    await expect(late).rejects.toThrow('no answer');
    const refusal = renewal.token(refused);
    asked[2]!.reject(new Error('no answer'));
    await expect(refusal).rejects.toThrow('no answer');
    expect(renewal.asking).toBe(false);
    const again = renewal.token(use);
    asked[3]!.resolve(renewed);
    expect(await again).toBe('renewed');
  });

  it("WE10 that nothing can renew is used to its end: whether it still holds is the server's to say", async () => {
    const { renewal, asked, told } = page(wayOf(null, 0));
    expect(await renewal.token(use)).toBe('first');
    expect([asked, told(), renewal.asking]).toEqual([[], 0, false]);
  });

  it("WE10 is nobody else's: none where another person signed in, or nobody is", async () => {
    const { renewal, identity, asked } = page(wayOf('first', 0));
    const waiting = renewal.token(use);
    identity.signIn({ token: "bob's", me: somebodyElse, way: { kind: 'token' } });
    asked[0]!.resolve(renewed);
    expect(identity.current!.token).toBe("bob's");
    expect(await renewal.token(refused)).toBeNull();
    await waiting;
    expect(identity.current!.token).toBe("bob's"); // what was renewed for Ann takes nobody's place
    identity.signOut();
    expect(await renewal.token(use)).toBeNull();
  });
});

describe('signing in again', () => {
  const next: Signed = { token: 'again', me, way: { kind: 'token' } };

  it.each<[string, Way, boolean]>([
    ['the issuer takes the refresh token no more', wayOf('first', 0), true],
    ['the issuer gave no refresh token', wayOf(null, 0), false],
    ['they came with a token', { kind: 'token' }, false],
  ])('WE10 is asked for where %s, and all that waits goes on with it', async (_, way, asks) => {
    const { renewal, asked, identity, told } = page(way);
    const tokens = [renewal.token(refused), renewal.token(refused)];
    if (asks) asked[0]!.resolve(null);
    await eventually(() => expect(renewal.asking).toBe(true));
    expect(told()).toBeGreaterThan(0);
    const before = told();
    expect(renewal.goOn({ ...next, me: somebodyElse })).toBe(false);
    expect([renewal.asking, told(), identity.current!.me.id]).toEqual([true, before, me.id]);
    expect(renewal.goOn(next)).toBe(true);
    expect(await Promise.all(tokens)).toEqual(['again', 'again']);
    expect([renewal.asking, told(), identity.current]).toEqual([false, before + 1, next]);
  });

  it('WE10 an issuer that takes a refresh token no more is not asked again', async () => {
    const { renewal, asked } = page(wayOf('first', 5000));
    const early = renewal.token(use);
    asked[0]!.resolve(null);
    expect(await early).toBe('first'); // which may still hold
    expect(await renewal.token(use)).toBe('first');
    void renewal.token(refused);
    await eventually(() => expect(renewal.asking).toBe(true));
    expect(asked).toHaveLength(1);
  });
});
