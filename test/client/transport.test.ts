/** Which calls are repeated, when, and how often: time and the network are played. */
import { describe, expect, it, vi } from 'vitest';
import { apiOf } from '../../src/client/api.ts';
import { backOff, systemClock, type Clock } from '../../src/client/clock.ts';
import { createTokens, subjectOf, type TokenSource } from '../../src/client/tokens.ts';
import { eventually } from '../support/patience.ts';
import { tokenOf } from './stage.ts';

type Played = Response | Error;

const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
const refused = (status: number, code: string, headers: Record<string, string> = {}) =>
  json(status, { code, message: code, request_id: 'r-1' }, headers);
const broken = () => new TypeError('fetch failed');

/** An API on a network that answers as it is told; pauses pass at once, and are noted. */
function play(answers: Played[], token: TokenSource = 'a token') {
  const calls: { method: string; path: string; headers: Headers }[] = [];
  const waits: number[] = [];
  const clock: Clock = {
    now: () => 0,
    random: () => 0,
    after(ms, work) {
      waits.push(ms);
      queueMicrotask(work);
      return () => {};
    },
  };
  const fetch = (async (url: string, init: RequestInit) => {
    const { pathname, search } = new URL(url);
    calls.push({ method: init.method!, path: pathname + search, headers: new Headers(init.headers) });
    const answer = answers.shift();
    if (answer === undefined) throw new Error('nothing more was played');
    if (answer instanceof Error) throw answer;
    return answer;
  }) as typeof globalThis.fetch;
  const api = apiOf({ url: 'http://server.example/', token, fetch, language: 'pl' }, createTokens(token), clock);
  return { api, calls, waits };
}

it('a call that can be cancelled is made also where a browser cannot join signals', async () => {
  const { any } = AbortSignal;
  Object.assign(AbortSignal, { any: undefined });
  try {
    const { api } = play([json(200, { id: '1' })]);
    expect(await api.me({ signal: new AbortController().signal })).toEqual({ id: '1' });
  } finally {
    Object.assign(AbortSignal, { any });
  }
});

describe('SD2 what is repeated', () => {
  it('a GET without an answer, with pauses that grow', async () => {
    const { api, calls, waits } = play([
      broken(),
      refused(503, 'unavailable'),
      json(502, null),
      json(200, { id: '1' }),
    ]);
    expect(await api.me()).toEqual({ id: '1' });
    expect(calls).toHaveLength(4);
    expect(waits).toEqual([300, 600, 1200]);
  });

  it('four times at most; then it is unreachable', async () => {
    const { api, calls } = play([broken(), broken(), broken(), broken(), broken()]);
    await expect(api.me()).rejects.toMatchObject({ code: 'unreachable', status: 0, cause: expect.any(TypeError) });
    expect(calls).toHaveLength(4);
  });

  it('a GET whose answer breaks off in the middle', async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"id":'));
        controller.error(broken());
      },
    });
    const cut = new Response(body, { headers: { 'content-type': 'application/json' } });
    expect(await play([cut, json(200, { id: '1' })]).api.me()).toEqual({ id: '1' });
  });

  it('a POST not, because it may have happened', async () => {
    const { api, calls } = play([broken(), json(201, {})]);
    await expect(api.workspaces.create({ name: 'W' })).rejects.toMatchObject({ code: 'unreachable' });
    expect(calls).toHaveLength(1);
  });

  it('opening a session, and a Yjs update, which may happen twice', async () => {
    const place = { threatModelId: 't', diagramId: 'd' };
    expect(await play([broken(), json(200, {})]).api.sessions.open(place)).toEqual({ created: false });
    expect(await play([broken(), json(200, { head: 7 })]).api.diagrams.applyUpdate(place, new Uint8Array(1))).toEqual({
      head: 7,
    });
  });

  it('replacing the content, but not if it names the head', async () => {
    const place = { threatModelId: 't', diagramId: 'd' };
    expect(await play([broken(), json(200, { head: 7 })]).api.diagrams.replaceContent(place, [])).toEqual({ head: 7 });
    const { api, calls } = play([broken(), json(200, { head: 7 })]);
    await expect(api.diagrams.replaceContent(place, [], { ifHead: 6 })).rejects.toMatchObject({ code: 'unreachable' });
    expect(calls[0]!.headers.get('if-match')).toBe('"6"');
  });

  it('a deletion, which has happened if there is nothing the second time', async () => {
    await play([broken(), refused(404, 'not_found')]).api.workspaces.remove('w');
    await expect(play([refused(404, 'not_found')]).api.workspaces.remove('w')).rejects.toMatchObject({
      code: 'not_found',
    });
    const limited = [refused(429, 'rate_limited'), refused(404, 'not_found')];
    await play([broken(), ...limited.map((answer) => answer.clone())]).api.workspaces.remove('w');
    await expect(play(limited).api.workspaces.remove('w')).rejects.toMatchObject({ code: 'not_found' });
    const read = play([broken(), refused(404, 'not_found')]);
    await expect(read.api.workspaces.get('w')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('one’s own departure, which has happened if it may not be asked for the second time', async () => {
    const me = json(200, { id: 'ada', number: 7 });
    const lost = () => play([broken(), refused(403, 'forbidden'), me.clone()]).api;
    await lost().workspaces.removeMember('w', 'ADA');
    await lost().conversations.removeParticipant(1, 7);
    const others = play([broken(), refused(403, 'forbidden'), me.clone()]);
    await expect(others.api.workspaces.removeMember('w', 'grace')).rejects.toMatchObject({ code: 'forbidden' });
    const first = play([refused(403, 'forbidden')]);
    await expect(first.api.workspaces.removeMember('w', 'ada')).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('anything that was too early (429), after the time it names', async () => {
    const { api, waits } = play([refused(429, 'rate_limited', { 'retry-after': '2' }), json(201, { id: 'w' })]);
    expect(await api.workspaces.create({ name: 'W' })).toEqual({ id: 'w' });
    expect(waits).toEqual([2000]);
  });

  it('not after a time that nobody waits for: it is told', async () => {
    const { api, calls } = play([refused(429, 'rate_limited', { 'retry-after': '3600' })]);
    await expect(api.people.find('a@b.c')).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfter: 3600,
      requestId: 'r-1',
    });
    expect(calls).toHaveLength(1);
  });

  it('no other refusal, a full session among them', async () => {
    for (const [status, code] of [
      [429, 'session_full'],
      [403, 'forbidden'],
      [500, 'internal'],
    ] as const) {
      const { api, calls } = play([refused(status, code)]);
      await expect(api.me()).rejects.toMatchObject({ code, status });
      expect(calls).toHaveLength(1);
    }
  });
});

describe('SD2 tokens', () => {
  it('one that is refused is replaced once', async () => {
    const asked: boolean[] = [];
    const token = async ({ renew }: { renew: boolean }) => {
      asked.push(renew);
      return renew ? 'new' : 'old';
    };
    const { api, calls } = play([refused(401, 'unauthenticated'), json(200, { id: '1' })], token);
    await api.me();
    expect(calls.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer old', 'Bearer new']);
    expect(asked).toEqual([false, false, true]);
  });

  it('not if there is no other, and not twice', async () => {
    const same = play([refused(401, 'unauthenticated')]);
    await expect(same.api.me()).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(same.calls).toHaveLength(1);
    let serial = 0;
    const twice = play([refused(401, 'unauthenticated'), refused(401, 'unauthenticated')], ({ renew }) =>
      renew ? `${(serial += 1)}` : 'old',
    );
    await expect(twice.api.me()).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(serial).toBe(1);
  });

  it('several who need another one share a question, and whoever finds one there takes it', async () => {
    let renewed = 0;
    let current = 'old';
    const tokens = createTokens(async ({ renew }) => {
      if (renew) current = `new ${(renewed += 1)}`;
      return current;
    });
    expect(await Promise.all([tokens.insteadOf('old'), tokens.insteadOf('old')])).toEqual(['new 1', 'new 1']);
    expect(await tokens.insteadOf('old')).toBe('new 1');
    expect(renewed).toBe(1);
    expect(await tokens.insteadOf('new 1')).toBe('new 2');
  });

  it('null sends none, and a source that fails says why', async () => {
    const nobody = play([refused(401, 'unauthenticated')], () => null);
    await expect(nobody.api.me()).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(nobody.calls[0]!.headers.has('authorization')).toBe(false);
    const failing = play([], () => Promise.reject(new Error('no sign-in service')));
    await expect(failing.api.me()).rejects.toThrow('no sign-in service');
  });

  it('name their subject', () => {
    expect(subjectOf(tokenOf('żółw@firm.example'))).toBe('żółw@firm.example');
    const [both, nobody] = [`.${Buffer.from('{"sub":"ÿ>>~~?"}').toString('base64url')}.`, `.${btoa('{"sub":7}')}.`];
    expect(both).toMatch(/-.*_|_.*-/);
    expect([subjectOf(both), subjectOf(nobody)]).toEqual(['ÿ>>~~?', null]);
    expect(subjectOf('not a token')).toBeNull();
    expect(subjectOf('a.b.c')).toBeNull();
  });
});

describe('SD2 a call', () => {
  it('asks in the language, escapes what stands in the path, and names the page', async () => {
    const { api, calls } = play([json(200, { data: [], next_cursor: null })]);
    await api.workspaces.members('a/b?', { limit: 5, cursor: 'x=' });
    expect(calls[0]).toMatchObject({ method: 'GET', path: '/api/workspaces/a%2Fb%3F/members?limit=5&cursor=x%3D' });
    expect(calls[0]!.headers.get('accept-language')).toBe('pl');
  });

  it('with an id that is empty or dots is refused, and nothing is sent: it would reach the path above', async () => {
    const place = (diagramId: string) => ({ threatModelId: 't', diagramId });
    for (const id of ['', '.', '..']) {
      const { api, calls } = play([]);
      const refusals = [
        () => api.diagrams.remove(place(id)),
        () => api.diagrams.get(place(id)),
        () => api.diagrams.versions.restore(place('d'), id),
        () => api.workspaces.get(id),
        () => api.workspaces.members(id),
        () => api.workspaces.removeMember('w', id),
        () => api.sessions.open({ threatModelId: id, diagramId: 'd' }),
      ];
      for (const call of refusals) await expect(call()).rejects.toMatchObject({ code: 'invalid', status: 0 });
      expect(calls).toEqual([]);
    }
    const { api, calls } = play([json(200, {})]);
    await api.workspaces.get('...');
    expect(calls[0]!.path).toBe('/api/workspaces/...');
  });

  it('that cannot be sent is refused at once, by whatever is the matter with it', async () => {
    const { api, calls, waits } = play([]);
    const cells = [{ id: 'a', shape: 'process', x: 0, y: 0, width: 1, height: 1, label: 'A', z: 1, data: 1n }];
    const place = { threatModelId: 't', diagramId: 'd' };
    const unwritable = { code: 'invalid', cause: expect.any(TypeError) };
    await expect(api.diagrams.replaceContent(place, cells)).rejects.toMatchObject(unwritable);
    const token = play([], 'żółw');
    await expect(token.api.me()).rejects.toMatchObject({ code: 'unauthenticated', message: 'Tego nie można wysłać' });
    expect([...calls, ...waits, ...token.calls, ...token.waits]).toEqual([]);
  });

  it('what a proxy answers is typed by its status', async () => {
    const page = (status: number) => new Response('<h1>Sorry</h1>', { status });
    await expect(play([page(413)]).api.me()).rejects.toMatchObject({ code: 'payload_too_large' });
    expect(await play([page(429), page(503), json(200, { id: '1' })]).api.me()).toEqual({ id: '1' });
    await expect(play([page(418)]).api.me()).rejects.toMatchObject({ code: 'internal', status: 418 });
    await expect(play([page(504), page(504), page(504), page(504)]).api.me()).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});

it('SD2 an attempt takes half a minute at most, and as much longer as a slow connection needs for what is sent', async () => {
  const deadlines = vi.spyOn(AbortSignal, 'timeout');
  const { api } = play([json(200, { id: '1' }), json(200, { head: 7 })]);
  await api.me();
  await api.diagrams.applyUpdate({ threatModelId: 't', diagramId: 'd' }, new Uint8Array(16_000_001));
  expect(deadlines.mock.calls).toEqual([[30_000], [1_030_001]]);
  deadlines.mockRestore();
});

it('SD2 a call that can be cancelled ends as its signal says, and has a deadline all the same', async () => {
  const [late, cancelled] = [new AbortController(), new AbortController()];
  const deadlines = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(late.signal);
  const waiting: AbortSignal[] = [];
  const fetch: typeof globalThis.fetch = (_, init) => {
    const signal = init!.signal!;
    waiting.push(signal);
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  };
  const options = { url: 'http://server.example', token: 'a token', fetch, timeout: 5000 };
  const api = apiOf(options, createTokens('a token'), { now: () => 0, random: () => 0, after: () => () => {} });
  const { signal } = cancelled;
  const overdue = api.workspaces.create({ name: 'W' }, { signal });
  await vi.waitFor(() => expect(waiting).toHaveLength(1));
  late.abort(new Error('late'));
  await expect(overdue).rejects.toMatchObject({ code: 'unreachable' });
  expect(deadlines).toHaveBeenCalledWith(5000);
  deadlines.mockRestore();

  const unwanted = api.workspaces.create({ name: 'W' }, { signal });
  await vi.waitFor(() => expect(waiting).toHaveLength(2));
  cancelled.abort(new Error('enough'));
  await expect(unwanted).rejects.toThrow('enough');
});

it('SD2 a call that is cancelled between two attempts ends at once', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const cancelled = new AbortController();
    const fetch = vi.fn(async () => refused(503, 'unavailable'));
    const api = apiOf({ url: 'http://server.example', token: 'a token', fetch }, createTokens('a token'), systemClock);
    const call = api.me({ signal: cancelled.signal });
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1));
    cancelled.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    expect([vi.getTimerCount(), fetch.mock.calls.length]).toEqual([0, 1]);
  } finally {
    vi.useRealTimers();
  }
});

it.each([[[]], [[refused(401, 'unauthenticated')]]])(
  'SD2 a call that is cancelled while a token is waited for ends at once, and is not made later',
  async (answers) => {
    const cancelled = new AbortController();
    const token = Promise.withResolvers<string>();
    const asked = vi.fn();
    const { api, calls } = play([...answers], ({ renew }) => {
      if (renew !== answers.length > 0) return 'old';
      asked();
      return token.promise;
    });
    const ended = vi.fn();
    void api.me({ signal: cancelled.signal }).catch(ended);
    await eventually(() => expect(asked).toHaveBeenCalled());
    cancelled.abort('enough');
    await eventually(() => expect(ended).toHaveBeenCalledWith('enough'));
    token.resolve('new');
    await token.promise;
    expect(calls).toHaveLength(answers.length);
  },
);

describe('an answer that is not the server’s', () => {
  it('counts as none: a network in between wants a sign-in of its own', async () => {
    const portal = () => new Response('<h1>Welcome</h1>', { status: 200, headers: { 'content-type': 'text/html' } });
    const { api, calls } = play([portal(), json(200, { id: '1' })]);
    expect(await api.me()).toEqual({ id: '1' });
    expect(calls).toHaveLength(2);
    const error = { code: 'unreachable', message: 'Serwer nie odpowiada' };
    await expect(play([portal()]).api.workspaces.create({ name: 'W' })).rejects.toMatchObject(error);
  });
});

describe('back-off', () => {
  it('doubles up to a limit, less up to half by chance', () => {
    const bounds = { first: 100, longest: 1000 };
    expect([0, 1, 2, 3, 4, 5000].map((attempt) => backOff(attempt, bounds, 0))).toEqual([
      100, 200, 400, 800, 1000, 1000,
    ]);
    expect(backOff(2, bounds, 1)).toBe(200);
  });
});
