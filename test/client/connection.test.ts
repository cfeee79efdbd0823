/** What the SDK does when a connection ends: every close code of the contract, on real sockets. */
import { afterEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import {
  createClient,
  listCells,
  putCell,
  type LiveDiagram,
  type OfflineCopy,
  type OfflineStore,
} from '../../src/client/index.ts';
import WebSocket from 'ws';
import { startApp, type TestApp, type TestAppOptions } from '../support/app.ts';
import { freshDatabaseUrl } from '../support/database.ts';
import { pause } from '../support/patience.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { becomes, joined, node, opened, seated, somebody, table, tokenOf } from './stage.ts';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

async function run(options?: TestAppOptions): Promise<TestApp> {
  const app = await startApp(options);
  stops.push(() => app.stop());
  return app;
}

/** An app behind a proxy that can be cut. */
async function runBehind(options?: TestAppOptions): Promise<{ app: TestApp; proxy: TcpProxy; url: string }> {
  const app = await run(options);
  const proxy = await startTcpProxy(app.url);
  stops.push(() => proxy.stop());
  return { app, proxy, url: proxy.through(app.url).replace(/\/$/, '') };
}

const kinds = (diagram: LiveDiagram) => {
  const seen: string[] = [];
  diagram.on('change', ({ status }) => {
    if (seen.at(-1) !== status.kind) seen.push(status.kind);
  });
  return seen;
};

describe('SD3 the connection breaks', () => {
  it('edits made meanwhile are counted, kept, and saved once it is back', async () => {
    const { app, proxy, url } = await runBehind();
    const { place, people } = await table(app, ['ada', 'grace']);
    const near = await somebody({ url }, 'near');
    await people[0]!.client.threatModels.authorize(place.threatModelId, [
      { subject_type: 'user', subject: people[0]!.email, role: 'owner' },
      { subject_type: 'user', subject: near.email, role: 'writer' },
    ]);
    const host = await joined(people[0]!.client, place);
    const diagram = await joined(near.client, place);
    diagram.setCursor({ x: 1, y: 1 });
    await becomes(() => host.presence.length, 1);
    const seen = kinds(diagram);
    await proxy.cut();
    await becomes(() => diagram.status.kind, 'reconnecting');
    expect(diagram.status).toMatchObject({
      reason: 'unreachable',
      message: expect.stringContaining('cannot be reached'),
    });
    for (const id of ['a', 'b', 'c']) putCell(diagram.cells, node(id));
    expect([diagram.saved, diagram.unsavedChanges]).toEqual([false, 3]);
    expect(diagram.unsavedCells().map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    await becomes(() => host.presence.length, 0);
    await proxy.mend();
    diagram.retry();
    await diagram.whenSaved();
    await diagram.whenLive();
    expect(diagram.unsavedChanges).toBe(0);
    await becomes(() => listCells(host.cells).map(({ id }) => id), ['a', 'b', 'c']);
    // Seen again at once, although the server knew the entry from before.
    await becomes(() => host.presence[0]?.cursor, { x: 1, y: 1 });
    expect(seen).toEqual(['reconnecting', 'live']);
  });

  it('CS8 what was asked of the host goes with it: they see it no more, and it can be asked again', async () => {
    const { app, proxy, url } = await runBehind();
    const { place, people } = await table(app, ['ada', 'grace']);
    const client = createClient({ url, token: () => people[1]!.client.token(), WebSocket });
    const [host, diagram] = [await joined(people[0]!.client, place), await joined(client, place)];
    diagram.requestPresenter();
    await becomes(() => host.state.presenterRequests, [people[1]!.email]);
    await proxy.cut();
    await becomes(() => host.state.presenterRequests, []);
    await proxy.mend();
    diagram.retry();
    await diagram.whenLive();
    expect(diagram.state.askedToPresent).toBe(false);
  });

  it('it comes back by itself, again and again', async () => {
    const { app, proxy, url } = await runBehind();
    const { place, people } = await table(app, ['ada']);
    const client = createClient({ url, token: () => people[0]!.client.token(), WebSocket });
    const diagram = await joined(client, place);
    for (let round = 0; round < 3; round += 1) {
      await proxy.cut();
      await becomes(() => diagram.status.kind, 'reconnecting');
      putCell(diagram.cells, node(`round ${round}`));
      await proxy.mend();
      await diagram.whenSaved();
    }
    expect(listCells(diagram.cells)).toHaveLength(3);
    await becomes(() => diagram.status.kind, 'live');
  });

  it('opens with a server that is not there yet: what is edited is kept until it is', async () => {
    const { app, proxy, url } = await runBehind();
    const { place, people } = await table(app, ['ada']);
    const client = createClient({ url, token: () => people[0]!.client.token(), WebSocket, language: 'pl' });
    await proxy.cut();
    const diagram = opened(client, place);
    putCell(diagram.cells, node('early'));
    await becomes(() => diagram.status.kind, 'reconnecting');
    expect(diagram.unsavedChanges).toBe(1);
    // Why it is not connected, and what cannot be asked for meanwhile, is told in the person's language.
    expect(diagram.status).toMatchObject({ message: expect.stringContaining('Nie można połączyć się z serwerem') });
    const refused: string[] = [];
    diagram.on('refused', ({ message }) => refused.push(message));
    diagram.requestPresenter();
    expect(refused).toEqual(['Nie ma teraz połączenia z sesją.']);
    await proxy.mend();
    diagram.retry();
    await diagram.whenLive();
    await diagram.whenSaved();
    expect((await people[0]!.client.diagrams.content(place)).cells).toHaveLength(1);
  });

  it('4404 the session ended meanwhile: the edits are kept, and a new session takes them', async () => {
    const { app, proxy, url } = await runBehind({ environment: { SESSION_HOST_GRACE_MS: '100' } });
    const { place, people } = await table(app, ['ada', 'grace']);
    const client = createClient({ url, token: () => people[1]!.client.token(), WebSocket });
    const [host, diagram] = [await joined(people[0]!.client, place), await joined(client, place)];
    await proxy.cut();
    await becomes(() => diagram.status.kind, 'reconnecting');
    putCell(diagram.cells, node('kept'));
    host.end();
    await becomes(() => host.status.kind, 'ended');
    await proxy.mend();
    diagram.retry();
    await becomes(() => diagram.status.kind, 'ended');
    expect(diagram.status).toMatchObject({ reason: 'no_session' });
    expect(diagram.unsavedChanges).toBe(1);
    await expect(diagram.whenSaved()).rejects.toMatchObject({ code: 'session_not_found' });
    diagram.rejoin();
    await diagram.whenSaved();
    await diagram.whenLive();
    expect(diagram.host).toBe(people[1]!.email);
  });
});

/** A store that the test plays, and what is heard of it. */
function playedStore(played: Partial<OfflineCopy> = {}): { offline: OfflineStore; heard: string[] } {
  const heard: string[] = [];
  const copy: OfflineCopy = {
    origin: null,
    loaded: Promise.resolve(0),
    stopped: new Promise(() => {}),
    note: () => {},
    close: async () => void heard.push('close'),
    forget: async () => void heard.push('forget'),
    ...played,
  };
  return { heard, offline: { prepare: async () => {}, attach: () => (heard.push('attach'), copy) } };
}

it('SD5 nobody hears that everything is saved until it is known what an earlier page had not saved', async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const { offline, heard } = playedStore({ loaded: promise });
  const client = createClient({ url: 'http://127.0.0.1:9', token: tokenOf('ada@firm.example'), WebSocket, offline });
  const diagram = opened(client, { threatModelId: 't', diagramId: 'd' });
  let isSaved = false;
  diagram.whenSaved().then(
    () => (isSaved = true),
    () => {},
  );
  await becomes(() => heard, ['attach']);
  resolve(3);
  await becomes(() => diagram.unsavedChanges, 3);
  expect(isSaved).toBe(false);
});

describe('SD5 after an end', () => {
  it('what the server has got from elsewhere, such as another tab with the same copy, counts as saved once it is asked', async () => {
    const { app, proxy, url } = await runBehind();
    const { place, people } = await table(app, ['ada', 'grace']);
    const client = createClient({ url, token: () => people[1]!.client.token(), WebSocket });
    const [host, diagram] = [await joined(people[0]!.client, place), await joined(client, place)];
    putCell(diagram.cells, node('both'));
    await diagram.whenSaved();
    await proxy.cut();
    putCell(diagram.cells, node('kept'));
    diagram.cells.delete('both');
    host.end();
    await becomes(() => host.status.kind, 'ended');
    await proxy.mend();
    diagram.retry();
    await becomes(() => diagram.status.kind, 'ended');
    await diagram.checkSaved();
    expect(diagram.unsavedCells()).toEqual([node('kept'), { id: 'both', deleted: true }]);
    await people[1]!.client.diagrams.applyUpdate(place, Y.encodeStateAsUpdate(diagram.doc));
    expect(diagram.unsavedChanges).toBe(2);
    await diagram.checkSaved();
    expect([diagram.saved, diagram.unsavedChanges, diagram.unsavedCells()]).toEqual([true, 0, []]);
  });
});

describe('SD5 after leaving', () => {
  it('what was on its way counts as saved once the server is asked', async () => {
    const stage = await table(await run(), ['ada', 'grace']);
    const [ada, grace] = (await seated(stage)) as [LiveDiagram, LiveDiagram];
    putCell(grace.cells, node('last'));
    await grace.leave();
    await becomes(() => listCells(ada.cells).length, 1);
    expect([grace.saved, grace.unsavedChanges]).toEqual([false, 1]);
    await grace.checkSaved();
    expect([grace.saved, grace.unsavedChanges, grace.unsavedCells()]).toEqual([true, 0, []]);
    expect(grace.status).toMatchObject({ kind: 'ended', reason: 'left' });
  });

  it('leaving again waits for the first time, and removes what is kept if it is to be forgotten', async () => {
    const closed = Promise.withResolvers<void>();
    const { offline, heard } = playedStore({ close: () => closed.promise });
    const { place, people } = await table(await run(), ['ada'], 'writer', { offline });
    const diagram = await joined(people[0]!.client, place);
    void diagram.leave().then(() => heard.push('left'));
    const again = diagram.leave().then(() => heard.push('left again'));
    closed.resolve();
    await again;
    await diagram.leave({ forget: true });
    expect(heard).toEqual(['attach', 'left', 'left again', 'forget']);
  });
});

describe('SD3 the server says why', () => {
  it('1012 a restart: everybody comes back, and everything is saved', async () => {
    const DATABASE_URL = await freshDatabaseUrl();
    const first = await startApp({ environment: { DATABASE_URL } });
    const port = new URL(first.url).port;
    const stage = await table(first, ['ada', 'grace']);
    const [ada, grace] = (await seated(stage)) as [LiveDiagram, LiveDiagram];
    const reasons: unknown[] = [];
    ada.on('change', ({ status }) => status.kind === 'reconnecting' && reasons.push(status.reason));
    putCell(ada.cells, node('before'));
    const stopping = first.stop();
    await becomes(() => ada.status.kind, 'reconnecting');
    putCell(ada.cells, node('during'));
    await stopping;
    await run({ environment: { DATABASE_URL, PORT: port } });
    await ada.whenSaved();
    await becomes(() => [ada.status.kind, grace.status.kind], ['live', 'live'], 15_000);
    expect(reasons[0]).toBe('server_stopping');
    await becomes(() => listCells(grace.cells).map(({ id }) => id), ['before', 'during']);
    await becomes(
      () => ada.participants.map(({ user_id }) => user_id),
      stage.people.map(({ email }) => email),
    );
  });

  it('4403 access is taken away', async () => {
    const stage = await table(await run(), ['ada', 'grace']);
    const [, grace] = (await seated(stage)) as [LiveDiagram, LiveDiagram];
    await stage.people[0]!.client.threatModels.authorize(stage.place.threatModelId, [
      { subject_type: 'user', subject: stage.people[0]!.email, role: 'owner' },
    ]);
    await becomes(() => grace.status.kind, 'ended');
    expect(grace.status).toMatchObject({ reason: 'no_access', message: expect.stringContaining('no access') });
  });

  it('4429 the session is full: it waits, says so, and gets in when there is a place', async () => {
    const app = await run({ environment: { MAX_PARTICIPANTS: '2' } });
    const stage = await table(app, ['ada', 'grace', 'linus']);
    const [ada, grace] = [
      await joined(stage.people[0]!.client, stage.place),
      await joined(stage.people[1]!.client, stage.place),
    ];
    const linus = opened(stage.people[2]!.client, stage.place);
    await becomes(() => linus.status.kind, 'reconnecting');
    expect(linus.status).toMatchObject({ reason: 'too_many', attempt: 1 });
    grace.leave();
    await becomes(() => ada.participants.length, 1);
    linus.retry();
    await linus.whenLive();
  });

  it('4400 an edit under another person’s client id is refused: it ends, and does not come back', async () => {
    const stage = await table(await run(), ['ada', 'grace']);
    const [ada] = stage.people;
    const first = await joined(ada!.client, stage.place);
    putCell(first.cells, node('first'));
    await first.whenSaved();
    const document = new Y.Doc();
    document.clientID = first.doc.clientID;
    putCell(document.getMap('cells'), node('forged'));
    putCell(document.getMap('cells'), node('forged too'));
    const forger = opened(stage.people[1]!.client, stage.place, { document });
    await becomes(() => forger.status.kind, 'ended', 15_000);
    expect(forger.status).toMatchObject({ reason: 'refused_edit' });
    expect(first.status.kind).toBe('live');
  });

  it('1009 an edit that is too large for the socket goes another way', async () => {
    const app = await run({ environment: { MAX_FRAME_BYTES: '65536' } });
    const stage = await table(app, ['ada', 'grace']);
    const [ada, grace] = (await seated(stage)) as [LiveDiagram, LiveDiagram];
    putCell(ada.cells, node('large', 'x'.repeat(200_000)));
    await becomes(() => ada.status.kind, 'reconnecting');
    await ada.whenSaved();
    await ada.whenLive();
    await becomes(() => String(listCells(grace.cells)[0]?.label).length, 200_000);

    putCell(ada.cells, node('larger', 'x'.repeat(300_000))); // and so does the next one
    await becomes(() => ada.status.kind, 'reconnecting');
    await ada.whenSaved();
    await ada.whenLive();
    await becomes(() => listCells(grace.cells).length, 2);
  });

  it('1009 and is tried again there, while the server has no time for it', async () => {
    const app = await run({ environment: { MAX_FRAME_BYTES: '65536', SESSION_HOST_GRACE_MS: '60000' } });
    const { place, people } = await table(app, ['ada']);
    let isBusy = true;
    const between: typeof fetch = async (input, init) =>
      isBusy && String(input).endsWith('/updates') ? new Response(null, { status: 503 }) : fetch(input, init);
    const client = createClient({ url: app.url, token: () => people[0]!.client.token(), WebSocket, fetch: between });
    const ada = await joined(client, place);
    putCell(ada.cells, node('large', 'x'.repeat(200_000)));
    await becomes(() => ada.status.kind === 'reconnecting' && ada.status.reason, 'server_busy');
    isBusy = false;
    ada.retry();
    await ada.whenSaved();
    await ada.whenLive();
    expect((await people[0]!.client.diagrams.content(place)).cells).toHaveLength(1);
  });
});

describe('AC5 tokens', () => {
  it('one that is about to expire is replaced when the server asks, without a reconnect', async () => {
    const app = await run();
    const { place, people } = await table(app, ['ada']);
    const asked: boolean[] = [];
    const token = ({ renew }: { renew: boolean }) => {
      asked.push(renew);
      return asked.includes(true) ? tokenOf(people[0]!.email, 3600) : tokenOf(people[0]!.email, 2);
    };
    const diagram = await joined(createClient({ url: app.url, token, WebSocket }), place);
    const seen = kinds(diagram);
    await becomes(() => asked.includes(true), true);
    await pause(3000); // past the expiry of the first
    putCell(diagram.cells, node('later'));
    await diagram.whenSaved();
    expect(seen.filter((kind) => kind !== 'live')).toEqual([]);
  });

  it('4401 one that expired is replaced, and the diagram goes on', async () => {
    const app = await run();
    const { place, people } = await table(app, ['ada']);
    const first = tokenOf(people[0]!.email, 2);
    let refused = 0;
    const token = ({ renew }: { renew: boolean }) => {
      if (!renew) return first;
      refused += 1;
      if (refused === 1) throw new Error('the sign-in service is away'); // when the server asks ahead of time
      return tokenOf(people[0]!.email, 3600);
    };
    const diagram = await joined(createClient({ url: app.url, token, WebSocket }), place);
    const seen = kinds(diagram);
    await becomes(() => seen.at(-1), 'live', 15_000);
    expect(seen).toEqual(['reconnecting', 'live']);
    putCell(diagram.cells, node('later'));
    await diagram.whenSaved();
  });

  it('4401 with no other token: signed out, the edits kept, and on after signing in', async () => {
    const app = await run();
    const { place, people } = await table(app, ['ada']);
    let token: string | null = tokenOf(people[0]!.email, 2);
    const diagram = await joined(createClient({ url: app.url, token: () => token, WebSocket, language: 'pl' }), place);
    await becomes(() => diagram.status.kind, 'ended', 15_000);
    expect(diagram.status).toMatchObject({
      reason: 'signed_out',
      message: expect.stringContaining('Logowanie wygasło'),
    });
    putCell(diagram.cells, node('kept'));
    token = null;
    diagram.rejoin();
    await expect(diagram.whenLive()).rejects.toMatchObject({ code: 'unauthenticated' });
    token = tokenOf(people[0]!.email);
    diagram.rejoin();
    await diagram.whenLive();
    await diagram.whenSaved();
  });

  it('a source of tokens that fails is asked again', async () => {
    const app = await run();
    const { place, people } = await table(app, ['ada']);
    let failures = 1;
    const token = async () => {
      failures -= 1;
      if (failures >= 0) throw new Error('the sign-in service is away');
      return tokenOf(people[0]!.email);
    };
    const diagram = opened(createClient({ url: app.url, token, WebSocket }), place);
    await becomes(() => diagram.status.kind, 'reconnecting');
    expect(diagram.status).toMatchObject({ reason: 'no_token', nextAttemptAt: expect.any(Number) });
    diagram.retry();
    expect(diagram.status).toMatchObject({ reason: 'no_token', nextAttemptAt: null });
    await diagram.whenLive();
  });
});
