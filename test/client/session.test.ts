/** A session as three people live through it, each with the SDK on a real socket. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { listCells, putCell, type LiveDiagram, type SessionMessage } from '../../src/client/index.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { becomes, joined, node, opened, seated, somebody, table } from './stage.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ environment: { SESSION_HOST_GRACE_MS: '300' } });
});
afterAll(() => app.stop());

const usersOf = (diagram: LiveDiagram) => diagram.participants.map(({ user_id }) => user_id);

describe('SD4 three people at a diagram', () => {
  it('CS2 CS3 CS10 see one list, one host and one presenter', async () => {
    const stage = await table(app, ['ada', 'grace', 'linus']);
    const diagrams = await seated(stage);
    const emails = stage.people.map(({ email }) => email);
    for (const [index, diagram] of diagrams.entries()) {
      await becomes(() => usersOf(diagram), emails);
      expect(diagram.host).toBe(emails[0]);
      expect(diagram.presenter).toBe(emails[0]);
      expect(diagram.me).toMatchObject({ user_id: emails[index], is_host: index === 0, permissions: 'writer' });
      expect(diagram.permissions).toBe('writer');
      expect(diagram.status).toEqual({ kind: 'live' });
      expect(diagram.state.session).toMatchObject({ diagram_name: 'Data flow', threat_model_name: 'Checkout' });
    }
    const revisions = diagrams.map(({ state }) => state.roster?.revision);
    expect(new Set(revisions).size).toBe(1);
  });

  it('DO1 edit together, and know what is saved', async () => {
    const stage = await table(app, ['ada', 'grace', 'linus']);
    const [ada, grace, linus] = (await seated(stage)) as [LiveDiagram, LiveDiagram, LiveDiagram];
    const counts: number[] = [];
    ada.on('change', ({ unsavedChanges }) => counts.push(unsavedChanges));
    putCell(ada.cells, node('shop', 'Shop'));
    putCell(ada.cells, { id: 'shop', label: 'The shop' });
    expect(ada.saved).toBe(false);
    expect(ada.unsavedChanges).toBe(2);
    expect(ada.unsavedCells()).toEqual([node('shop', 'The shop')]);
    await ada.whenSaved();
    expect(ada.unsavedChanges).toBe(0);
    expect(ada.unsavedCells()).toEqual([]);
    expect(Math.max(...counts)).toBe(2);
    for (const other of [grace, linus]) await becomes(() => listCells(other.cells), [node('shop', 'The shop')]);
    expect(grace.unsavedChanges).toBe(0);
    const { cells } = await stage.people[1]!.client.diagrams.content(stage.place);
    expect(cells).toEqual([node('shop', 'The shop')]);
  });

  it('CS8 hand over the presenter: asked for, denied, given, taken along when the presenter leaves (CS6)', async () => {
    const stage = await table(app, ['ada', 'grace', 'linus']);
    const [ada, grace, linus] = (await seated(stage)) as [LiveDiagram, LiveDiagram, LiveDiagram];
    const [adaEmail, graceEmail] = stage.people.map(({ email }) => email) as [string, string];
    grace.requestPresenter();
    expect(grace.state.askedToPresent).toBe(true);
    await becomes(() => ada.state.presenterRequests, [graceEmail]);
    expect(linus.state.presenterRequests).toEqual([]);
    ada.denyPresenter(graceEmail);
    expect(ada.state.presenterRequests).toEqual([]);
    await becomes(() => grace.state.askedToPresent, false);

    grace.requestPresenter();
    await becomes(() => ada.state.presenterRequests, [graceEmail]);
    ada.givePresenter(graceEmail);
    for (const diagram of [ada, grace, linus]) await becomes(() => diagram.presenter, graceEmail);
    await becomes(() => ada.state.presenterRequests, []);
    expect(grace.state.askedToPresent).toBe(false);
    expect(grace.me?.is_presenter).toBe(true);

    grace.leave();
    for (const diagram of [ada, linus])
      await becomes(() => [diagram.presenter, usersOf(diagram).length], [adaEmail, 2]);
    expect(grace.status).toMatchObject({ kind: 'ended', reason: 'left' });
  });

  it('CS8 ask one host in one session: another one was not asked', async () => {
    const stage = await table(app, ['ada', 'grace', 'linus']);
    const [ada, grace, linus] = (await seated(stage)) as [LiveDiagram, LiveDiagram, LiveDiagram];
    const [, graceEmail, linusEmail] = stage.people.map(({ email }) => email) as [string, string, string];
    grace.requestPresenter();
    await becomes(() => ada.state.presenterRequests, [graceEmail]);
    ada.giveHost(linusEmail);
    await becomes(() => [grace.host, grace.state.askedToPresent], [linusEmail, false]);
    await becomes(() => ada.state.presenterRequests, []);

    grace.requestPresenter();
    await becomes(() => linus.state.presenterRequests, [graceEmail]);
    linus.end();
    for (const one of [linus, grace]) {
      await becomes(() => one.status.kind, 'ended');
      one.rejoin();
      await one.whenLive();
    }
    expect([grace.host, grace.state.askedToPresent, linus.state.presenterRequests]).toEqual([linusEmail, false, []]);
  });

  it('follow what the presenter shows, and only while they follow', async () => {
    const stage = await table(app, ['ada', 'grace', 'linus']);
    const [ada, grace, linus] = (await seated(stage)) as [LiveDiagram, LiveDiagram, LiveDiagram];
    const followed: unknown[] = [];
    grace.followPresenter();
    grace.on('view', (view) => followed.push(view));
    linus.on('view', () => followed.push('linus does not follow'));
    ada.showView({ viewport: { x: 1, y: 2, zoom: 0.5 } });
    await becomes(() => grace.state.view?.viewport, { x: 1, y: 2, zoom: 0.5 });
    for (let x = 0; x <= 20; x += 1) ada.showView({ cursor: { x, y: 0 }, selected_cells: ['shop'] });
    await becomes(() => grace.state.view?.cursor, { x: 20, y: 0 });
    expect(grace.state.view).toEqual({
      user_id: stage.people[0]!.email,
      viewport: { x: 1, y: 2, zoom: 0.5 },
      cursor: { x: 20, y: 0 },
      selected_cells: ['shop'],
    });
    expect(followed.length).toBeLessThan(5);
    await becomes(() => linus.state.view?.cursor, { x: 20, y: 0 });
    expect(followed).not.toContain('linus does not follow');
    grace.stopFollowing();
    const before = followed.length;
    ada.showView({ cursor: { x: 21, y: 0 } });
    await becomes(() => grace.state.view?.cursor, { x: 21, y: 0 });
    expect(followed.length).toBe(before);
    ada.givePresenter(stage.people[2]!.email);
    await becomes(() => grace.state.view, null);
  });

  it('follow from within a change, as those do who always follow', async () => {
    const [ada, grace] = (await seated(await table(app, ['ada', 'grace']))) as [LiveDiagram, LiveDiagram];
    const heard: boolean[] = [];
    grace.on('change', ({ following }) => {
      if (heard.push(following) < 50) grace.followPresenter();
    });
    putCell(ada.cells, node('shop'));
    putCell(grace.cells, node('bank'));
    await grace.whenSaved();
    expect(heard.length).toBeLessThan(10);
    expect(heard.slice(0, 2)).toEqual([false, true]);
  });

  it('AC6 see where the others point, under the names that the server gives', async () => {
    const stage = await table(app, ['ada', 'grace', 'linus']);
    const [ada, grace] = (await seated(stage)) as [LiveDiagram, LiveDiagram];
    ada.setCursor({ x: 5, y: 6 });
    ada.setSelection(['shop']);
    ada.setViewport({ x: 0, y: 0, zoom: 2 });
    const adas = () => grace.presence.find(({ user_id }) => user_id === stage.people[0]!.email);
    await becomes(() => adas()?.viewport, { x: 0, y: 0, zoom: 2 });
    expect(adas()).toMatchObject({ name: 'ada', color: ada.me!.color, cursor: { x: 5, y: 6 }, selection: ['shop'] });
    expect(ada.presence.map(({ user_id }) => user_id)).not.toContain(stage.people[0]!.email);
    ada.leave();
    await becomes(() => adas(), undefined);
  });

  it('AC6 see the cursors that editor plug-ins set on the entry itself', async () => {
    const [ada, grace] = (await seated(await table(app, ['ada', 'grace']))) as [LiveDiagram, LiveDiagram];
    const { awareness } = ada.provider;
    await becomes(() => grace.presence.length, 1);
    const cursor = { anchor: { item: null, assoc: 0 }, head: { item: null, assoc: 0 } };
    awareness!.setLocalStateField('cursor', cursor);
    const shown = () => grace.provider.awareness!.getStates().get(awareness!.clientID);
    await becomes(() => shown()?.cursor, cursor);
    ada.setSelection(['shop']);
    await becomes(() => shown()?.selection, ['shop']);
    expect(shown()).toMatchObject({ cursor, user: { name: 'ada' } });
  });

  it('CS9 the host removes somebody, who hears why and may come to the next session', async () => {
    const stage = await table(app, ['ada', 'grace', 'linus']);
    const [ada, grace, linus] = (await seated(stage)) as [LiveDiagram, LiveDiagram, LiveDiagram];
    const emails = stage.people.map(({ email }) => email);
    ada.remove(emails[1]!);
    await becomes(() => grace.status.kind, 'ended');
    expect(grace.status).toMatchObject({ reason: 'removed', message: expect.stringContaining('removed you') });
    for (const diagram of [ada, linus]) await becomes(() => usersOf(diagram), [emails[0], emails[2]]);
    await expect(grace.whenLive()).rejects.toMatchObject({ code: 'removed_from_session', status: 403 });

    grace.rejoin();
    await expect(grace.whenLive()).rejects.toMatchObject({
      code: 'removed_from_session',
      requestId: expect.any(String),
    });
    ada.end();
    for (const diagram of [ada, linus]) await becomes(() => diagram.status.kind, 'ended');
    expect(linus.status).toMatchObject({ reason: 'host_ended' });
    grace.rejoin();
    await grace.whenLive();
    expect(grace.host).toBe(emails[1]);
  });

  it('CS7 the host leaves: the session ends after the grace, and everybody hears so', async () => {
    const stage = await table(app, ['ada', 'grace', 'linus']);
    const [ada, grace, linus] = (await seated(stage)) as [LiveDiagram, LiveDiagram, LiveDiagram];
    const messages: SessionMessage['type'][] = [];
    linus.on('message', ({ type }) => messages.push(type));
    ada.leave();
    for (const diagram of [grace, linus]) {
      await becomes(() => diagram.status.kind, 'ended');
      expect(diagram.status).toMatchObject({ reason: 'host_left', at: expect.any(Date) });
    }
    expect(messages).toContain('session_ended');
  });

  it('CS12 the host hands the session over, and may then leave', async () => {
    const stage = await table(app, ['ada', 'grace', 'linus']);
    const [ada, grace, linus] = (await seated(stage)) as [LiveDiagram, LiveDiagram, LiveDiagram];
    const [adaEmail, graceEmail] = stage.people.map(({ email }) => email) as [string, string];
    ada.giveHost(graceEmail);
    for (const diagram of [ada, grace, linus]) await becomes(() => diagram.host, graceEmail);
    expect(linus.presenter).toBe(adaEmail);
    ada.leave();
    await becomes(() => [linus.presenter, linus.status.kind], [graceEmail, 'live']);
  });
});

describe('SD4 what is refused', () => {
  it('CS8 somebody who is not the host is told what they may not do', async () => {
    const stage = await table(app, ['ada', 'grace']);
    const [, grace] = (await seated(stage)) as [LiveDiagram, LiveDiagram];
    const refused: unknown[] = [];
    grace.on('refused', (each) => refused.push(each));
    grace.remove(stage.people[0]!.email);
    await becomes(() => refused.length, 1);
    expect(refused[0]).toMatchObject({ code: 'forbidden', request: 'remove_participant' });
  });

  it('nothing can be asked for without a connection, and that is told in the same way', async () => {
    const stage = await table(app, ['ada']);
    const ada = opened(stage.people[0]!.client, stage.place);
    const refused: unknown[] = [];
    ada.on('refused', (each) => refused.push(each));
    ada.end();
    expect(refused).toEqual([expect.objectContaining({ code: 'unreachable', request: 'end_session' })]);
    await ada.whenLive();
  });

  it('AC2 a reader sees the diagram, and their edits stay here unsaved', async () => {
    const stage = await table(app, ['ada', 'grace'], 'reader');
    const [ada, grace] = (await seated(stage)) as [LiveDiagram, LiveDiagram];
    expect(grace.permissions).toBe('reader');
    putCell(ada.cells, node('shop'));
    await becomes(() => listCells(grace.cells).length, 1);
    expect(grace.saved).toBe(true);
    const refused: unknown[] = [];
    grace.on('refused', (each) => refused.push(each));
    putCell(grace.cells, node('bank'));
    await becomes(() => refused.length, 1);
    expect(refused[0]).toMatchObject({ code: 'forbidden', request: 'update' });
    expect([grace.saved, grace.unsavedChanges]).toEqual([false, 1]);
    expect(grace.unsavedCells()).toEqual([node('bank')]);
    expect(listCells(ada.cells)).toEqual([node('shop')]);

    // AC4: raised to a writer on the open connection, what was kept here is asked for and saved.
    const { threatModelId } = stage.place;
    const grants = await stage.people[0]!.client.threatModels.authorization(threatModelId);
    await stage.people[0]!.client.threatModels.authorize(
      threatModelId,
      grants.map((grant) => ({ ...grant, role: 'owner' as const })),
    );
    await becomes(() => grace.permissions, 'writer');
    await grace.whenSaved();
    await becomes(() => listCells(ada.cells).length, 2);
  });

  it.each([
    ['no_access', 'forbidden', async () => (await table(app, ['ada'])).place],
    ['not_found', 'not_found', async () => ({ threatModelId: crypto.randomUUID(), diagramId: crypto.randomUUID() })],
    ['not_found', 'invalid', async () => ({ threatModelId: 'x', diagramId: 'y' })],
  ] as const)('a diagram that cannot be opened has ended: %s (%s)', async (reason, code, place) => {
    const stranger = await somebody(app, 'stranger', { language: 'pl' });
    const diagram = opened(stranger.client, await place());
    await expect(diagram.whenLive()).rejects.toMatchObject({ code });
    expect(diagram.status).toMatchObject({ kind: 'ended', reason, message: expect.stringMatching(/diagram/i) });
  });
});

describe('leaving', () => {
  it('SD2 an aborted signal leaves, before it is live and after', async () => {
    const { place, people } = await table(app, ['ada', 'grace']);
    const [{ client }] = people as [(typeof people)[0]];
    const gone = opened(client, place, { signal: AbortSignal.abort() });
    expect(gone.status).toMatchObject({ kind: 'ended', reason: 'left' });
    const controller = new AbortController();
    const ada = await joined(client, place, { signal: controller.signal });
    const grace = await joined(people[1]!.client, place);
    controller.abort();
    expect(ada.status).toMatchObject({ kind: 'ended', reason: 'left' });
    await becomes(() => grace.status.kind, 'ended');
  });

  it('SD4 is told last, also to those who leave when it has ended', async () => {
    const { place, people } = await table(app, ['ada']);
    const diagram = await joined(people[0]!.client, place);
    const heard: unknown[] = [];
    diagram.on('change', ({ status }) => {
      if (status.kind === 'ended' && heard.push(status.reason) < 50) void diagram.leave();
    });
    await people[0]!.client.sessions.end(place);
    await becomes(() => diagram.status.kind === 'ended' && diagram.status.reason, 'left');
    expect(heard).toEqual(['host_ended', 'left']);
  });

  it('SD4 is told in order, and is the end, also where somebody rejoins after every end', async () => {
    const { place, people } = await table(app, ['ada']);
    const diagram = await joined(people[0]!.client, place);
    const heard: string[] = [];
    diagram.on('change', ({ status }) => {
      if (status.kind === 'ended') diagram.rejoin();
    });
    diagram.on('change', ({ status }) => {
      if (heard.at(-1) !== status.kind) heard.push(status.kind);
    });
    diagram.end();
    await becomes(() => heard, ['ended', 'connecting', 'live']);
    await diagram.leave();
    expect([diagram.status.kind, heard.at(-1)]).toEqual(['ended', 'ended']);
  });

  /** A table whose one person says which sessions they ask for, and which sockets they open. */
  async function watched() {
    const made: string[] = [];
    class Watched extends WebSocket {
      constructor(url: string) {
        super(url);
        made.push('socket');
      }
    }
    const watching: typeof fetch = (input, init) => {
      if (init?.method === 'POST' && String(input).endsWith('/collaborate')) made.push('session');
      return fetch(input, init);
    };
    const { place, people } = await table(app, ['ada'], 'writer', { WebSocket: Watched, fetch: watching });
    return { place, client: people[0]!.client, made };
  }

  it('SD4 when the session is found opens no connection to it', async () => {
    const { place, client, made } = await watched();
    const diagram = opened(client, place);
    diagram.on('change', ({ session }) => session && void diagram.leave());
    await becomes(() => diagram.status.kind, 'ended');
    await client.sessions.get(place);
    expect(made).toEqual(['session']);
  });

  it('SD4 while it rejoins makes no session', async () => {
    const { place, client, made } = await watched();
    const diagram = await joined(client, place);
    diagram.end();
    await becomes(() => diagram.status.kind, 'ended');
    diagram.on('change', ({ status }) => status.kind === 'connecting' && void diagram.leave());
    diagram.rejoin();
    expect((await client.sessions.get(place)).session_id).toBeNull();
    expect(made).toEqual(['session', 'socket']);
  });

  it('somebody with two pages stays until the last is closed (CS4), and no two pages share a Yjs client id', async () => {
    const { place, people } = await table(app, ['ada', 'grace']);
    const one = await joined(people[0]!.client, place);
    const two = await joined(people[0]!.client, place);
    const grace = await joined(people[1]!.client, place);
    expect(one.doc.clientID).not.toBe(two.doc.clientID);
    await becomes(() => usersOf(grace).length, 2);
    one.leave();
    putCell(two.cells, node('shop'));
    await becomes(() => listCells(grace.cells).length, 1);
    expect(usersOf(grace).length).toBe(2);
  });
});
