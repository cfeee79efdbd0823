/** CS1 to CS6, CS8, CS10 and CS12, as clients meet them: who is in a session, who hosts and presents it, and how all are told. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { clientOf } from '../support/client.ts';
import { eventually, pause } from '../support/patience.ts';
import { newcomer, type TestPerson } from '../support/people.ts';
import { disconnect, disconnectAll, type Client } from '../support/provider.ts';
import {
  closeForgers,
  forge,
  grant,
  join,
  joinAll,
  makePlace,
  makeSession,
  messagesOf,
  say,
  sessionOf,
  socketUrl,
  statesOf,
  updateOf,
  usersOf,
} from './stage.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterEach(() => {
  disconnectAll();
  closeForgers();
});
afterAll(() => app.stop());

/** The same list, at the same revision, wherever a client may read it. */
async function expectOneList(
  place: Parameters<typeof sessionOf>[0],
  person: TestPerson,
  clients: Client[],
): Promise<void> {
  await eventually(async () => {
    const rest = await sessionOf(place, person);
    const { session_id, revision, participants, host, presenter } = rest;
    const roster = { session_id, revision, participants, host, presenter };
    for (const client of clients) {
      expect(updateOf(client)).toMatchObject(roster);
      const entries = statesOf(client).filter((state) => state.kind === 'session');
      expect(entries).toEqual([{ kind: 'session', ...roster }]);
    }
  });
}

describe('opening', () => {
  it('CS1 of fifty simultaneous POSTs one creates the session, the others find it, and nobody is put into it', async () => {
    const host = await newcomer(app);
    const place = await makePlace(host);
    const others: TestPerson[] = [];
    for (let count = 0; count < 9; count += 1) others.push(await newcomer(app));
    await grant(place, host, ...others.map((person) => [person, 'reader'] as const));
    const people = [host, ...others];
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => people[index % 10]!.call('POST', `${place.path}/collaborate`)),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 200)).toHaveLength(49);
    expect(new Set(answers.map(({ body }) => body.session_id)).size).toBe(1);
    expect(new Set(answers.map(({ body }) => body.host))).toEqual(new Set([people[statuses.indexOf(201) % 10]!.email]));
    expect(answers.every(({ body }) => body.participants.length === 0 && body.attendance.length === 0)).toBe(true);
  });

  it('CS1 a POST never changes who is in the session, nor its revision', async () => {
    const { place, host, guest } = await makeSession(app);
    const [client] = await joinAll(app, place, host);
    const before = await sessionOf(place, host);
    expect((await guest.call('POST', `${place.path}/collaborate`)).status).toBe(200);
    expect((await host.call('POST', `${place.path}/collaborate`)).body).toEqual(before);
    expect(await sessionOf(place, host)).toEqual(before);
    expect(messagesOf(client!, 'join', 'participants_update')).toHaveLength(2);
  });

  it('CS2 the creator hosts and presents', async () => {
    const { place, host } = await makeSession(app);
    expect(await sessionOf(place, host)).toMatchObject({
      host: host.email,
      presenter: host.email,
      participants: [],
    });
    const [client] = await joinAll(app, place, host);
    expect(updateOf(client!)).toMatchObject({
      host: host.email,
      presenter: host.email,
      participants: [{ user_id: host.email, is_host: true, is_presenter: true }],
    });
  });

  it('lists the caller’s active sessions, as the diagram has them, without the attendance', async () => {
    const { place, host, reader } = await makeSession(app);
    await joinAll(app, place, host);
    const { attendance: _, ...session } = await sessionOf(place, host);
    for (const person of [host, reader]) {
      const { status, body } = await person.call('GET', '/me/sessions');
      expect(status).toBe(200);
      expect(body).toEqual({ data: [session] });
    }
    const stranger = await newcomer(app);
    expect((await stranger.call('GET', '/me/sessions')).body).toEqual({ data: [] });
    await grant(place, host);
    expect((await reader.call('GET', '/me/sessions')).body).toEqual({ data: [] });
    await host.call('DELETE', `${place.path}/collaborate`);
    expect((await host.call('GET', '/me/sessions')).body).toEqual({ data: [] });
  });
});

describe('coming and going', () => {
  it('CS3 without an active session nobody gets in: 4404, with the refusal’s code as the reason', async () => {
    const host = await newcomer(app);
    const client = join(app, await makePlace(host), host);
    await eventually(() => expect(client.closes[0]).toEqual({ code: 4404, reason: 'session_not_found' }));
    expect(client.denials[0]).toBe('session_not_found');
  });

  it('CS3 whoever connects is told to everybody, the newcomer too: first join, then the list', async () => {
    const { place, host, guest } = await makeSession(app);
    const [first] = await joinAll(app, place, host);
    first!.messages.length = 0;
    const second = join(app, place, guest);
    const session = (await sessionOf(place, host)).session_id;
    for (const client of [first!, second]) {
      await eventually(() => expect(usersOf(client)).toEqual([host.email, guest.email]));
      expect(client.messages).toEqual([
        { type: 'join', timestamp: expect.any(String), session_id: session, revision: 2, user_id: guest.email },
        {
          type: 'participants_update',
          timestamp: expect.any(String),
          session_id: session,
          revision: 2,
          host: host.email,
          presenter: host.email,
          participants: [
            expect.objectContaining({ user_id: host.email, is_host: true }),
            {
              user_id: guest.email,
              permissions: 'writer',
              joined_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
              is_host: false,
              is_presenter: false,
              name: 'Gus Guest',
              color: expect.stringMatching(/^#[0-9a-f]{6}$/i),
              avatar_url: null,
            },
          ],
        },
      ]);
    }
  });

  it('CS4 somebody with several tabs is one participant, and leaves with the last of them', async () => {
    const { place, host, guest } = await makeSession(app);
    const [watching, tab] = (await joinAll(app, place, host, guest)) as [Client, Client];
    const joinedAt = updateOf(watching)!.participants[1]!.joined_at;
    watching.messages.length = 0;
    const onShared = join(app, place, guest, { url: socketUrl(app, '/ws') });
    const raw = await forge(app, place, guest);
    await eventually(() => expect(usersOf(onShared)).toEqual([host.email, guest.email]));
    await eventually(() => expect(raw.heard().map(({ type }) => type)).toEqual(['join', 'participants_update']));
    disconnect(tab);
    raw.close();
    await eventually(async () => {
      const rows = await app.database.log.query(
        'select from session_connection c join collaboration_session s on s.id = c.session_id where s.diagram_id = $1',
        [place.diagram],
      );
      expect(rows).toHaveLength(2);
    });
    expect(watching.messages).toEqual([]);

    disconnect(onShared);
    await eventually(() => expect(usersOf(watching)).toEqual([host.email]));
    const back = join(app, place, guest);
    await eventually(() => expect(usersOf(back)).toEqual([host.email, guest.email]));
    expect(updateOf(back)!.participants[1]!.joined_at).toBe(joinedAt);
    const { attendance } = await sessionOf(place, host);
    expect(attendance).toMatchObject([
      { user_id: host.email, left_at: null },
      { user_id: guest.email, joined_at: joinedAt, left_at: null },
    ]);
  });

  it.each([
    ['says goodbye', (client: Client) => disconnect(client)],
    ['is cut off', (client: Client) => (client.websocket.webSocket as unknown as { terminate(): void }).terminate()],
  ])('CS5 somebody who %s leaves: first leave, then the list without them', async (_, go) => {
    const { place, host, guest } = await makeSession(app);
    const [watching, other] = (await joinAll(app, place, host, guest)) as [Client, Client];
    watching.messages.length = 0;
    other.websocket.shouldConnect = false;
    go(other);
    await eventually(() => expect(usersOf(watching)).toEqual([host.email]));
    expect(watching.messages.slice(0, 2)).toMatchObject([
      { type: 'leave', revision: 3, user_id: guest.email },
      { type: 'participants_update', revision: 3 },
    ]);
    await eventually(() => expect(statesOf(watching).filter((state) => state.participant).length).toBeLessThan(2));
    const { attendance } = await sessionOf(place, host);
    expect(attendance).toMatchObject([{ left_at: null }, { user_id: guest.email, left_at: expect.any(String) }]);
  });
});

describe('host and presenter', () => {
  it('CS6 when a presenter who is not the host leaves, the host presents', async () => {
    const { place, host, guest } = await makeSession(app);
    const [watching, other] = (await joinAll(app, place, host, guest)) as [Client, Client];
    say(watching, { type: 'change_presenter', user_id: guest.email });
    await eventually(() => expect(updateOf(other)).toMatchObject({ presenter: guest.email, revision: 3 }));
    disconnect(other);
    await eventually(() => expect(updateOf(watching)).toMatchObject({ presenter: host.email, revision: 4 }));
    expect(usersOf(watching)).toEqual([host.email]);
  });

  it('CS8 somebody asks to present: the host hears it, in all tabs, and nobody else', async () => {
    const { place, host, guest, reader } = await makeSession(app);
    const [one, asking, third] = (await joinAll(app, place, host, guest, reader)) as [Client, Client, Client];
    const two = join(app, place, host);
    await eventually(() => expect(usersOf(two)).toHaveLength(3));
    say(asking, { type: 'presenter_request' });
    for (const tab of [one, two])
      await eventually(() =>
        expect(messagesOf(tab, 'presenter_request_event')).toEqual([
          { type: 'presenter_request_event', timestamp: expect.any(String), user_id: guest.email },
        ]),
      );
    say(one, { type: 'presenter_denied', user_id: guest.email });
    await eventually(() =>
      expect(messagesOf(asking, 'presenter_denied_event')).toEqual([
        { type: 'presenter_denied_event', timestamp: expect.any(String) },
      ]),
    );
    say(one, { type: 'change_presenter', user_id: reader.email }); // a reader may present
    for (const client of [one, two, asking, third])
      await eventually(() => expect(updateOf(client)?.presenter).toBe(reader.email));
    for (const client of [asking, third]) expect(messagesOf(client, 'presenter_request_event')).toEqual([]);
    for (const client of [one, two, third]) expect(messagesOf(client, 'presenter_denied_event')).toEqual([]);
    say(third, { type: 'presenter_view', viewport: { x: 1 } });
    for (const client of [one, two, asking])
      await eventually(() =>
        expect(messagesOf(client, 'presenter_view')).toMatchObject([{ user_id: reader.email, viewport: { x: 1 } }]),
      );
    expect(messagesOf(third, 'presenter_view')).toEqual([]);
  });

  it('CS8 whom the host names must be connected', async () => {
    const { place, host, guest, reader } = await makeSession(app);
    const [hosting, other] = (await joinAll(app, place, host, guest)) as [Client, Client];
    disconnect(other);
    await eventually(() => expect(usersOf(hosting)).toEqual([host.email]));
    const before = await sessionOf(place, host);
    const types = ['change_presenter', 'change_host', 'presenter_denied', 'remove_participant'];
    for (const type of types)
      for (const user_id of [guest.email, reader.email, 'nobody@firm.example']) say(hosting, { type, user_id });
    await eventually(() => expect(messagesOf(hosting, 'error')).toHaveLength(12));
    expect(new Set(messagesOf(hosting, 'error').map(({ code }) => code))).toEqual(new Set(['member_not_found']));
    expect(await sessionOf(place, host)).toEqual(before);
  });

  it('CS12 the host hands over: all are told, the presenter stays, and only the new host commands', async () => {
    const { place, host, guest, reader } = await makeSession(app);
    const [old, next, third] = (await joinAll(app, place, host, guest, reader)) as [Client, Client, Client];
    say(old, { type: 'change_host', user_id: guest.email });
    for (const client of [old, next, third])
      await eventually(() =>
        expect(updateOf(client)).toMatchObject({ host: guest.email, presenter: host.email, revision: 4 }),
      );
    say(old, { type: 'remove_participant', user_id: reader.email });
    await eventually(() => expect(messagesOf(old, 'error')).toMatchObject([{ code: 'forbidden' }]));
    expect((await host.call('DELETE', `${place.path}/collaborate`)).status).toBe(403);
    say(next, { type: 'change_presenter', user_id: reader.email });
    await eventually(() => expect(updateOf(third)?.presenter).toBe(reader.email));
    await expectOneList(place, host, [old, next, third]);
  });

  it('CS12 a host who never connected is still the host', async () => {
    const { place, host, guest } = await makeSession(app);
    const [client] = await joinAll(app, place, guest);
    expect(updateOf(client!)).toMatchObject({ host: host.email, presenter: host.email });
    say(client!, { type: 'end_session' });
    await eventually(() => expect(messagesOf(client!, 'error')).toMatchObject([{ code: 'forbidden' }]));
    const hosting = join(app, place, host);
    await eventually(() => expect(usersOf(hosting)).toEqual([guest.email, host.email]));
    say(hosting, { type: 'change_presenter', user_id: guest.email });
    await eventually(() => expect(updateOf(client!)?.presenter).toBe(guest.email));
  });

  it('CS12 a presenter who loses all access is followed by the host', async () => {
    const { place, host, guest, reader } = await makeSession(app);
    const [hosting, presenting] = (await joinAll(app, place, host, guest)) as [Client, Client];
    say(hosting, { type: 'change_presenter', user_id: guest.email });
    await eventually(() => expect(updateOf(presenting)?.presenter).toBe(guest.email));
    hosting.messages.length = 0;
    await grant(place, host, [reader, 'reader']);
    await eventually(() => expect(presenting.closes[0]).toMatchObject({ code: 4403 }));
    await eventually(() => expect(updateOf(hosting)).toMatchObject({ presenter: host.email, revision: 4 }));
    expect(hosting.messages.map(({ type }) => type)).toEqual(['leave', 'participants_update']);
  });

  it('CS12 changed permissions are told to the one concerned, and with the list to all', async () => {
    const { place, host, guest, reader } = await makeSession(app);
    const [hosting, reading] = (await joinAll(app, place, host, reader)) as [Client, Client];
    await grant(place, host, [guest, 'writer'], [reader, 'writer']);
    for (const client of [hosting, reading])
      await eventually(() =>
        expect(updateOf(client)).toMatchObject({
          revision: 3,
          participants: [{ user_id: host.email }, { user_id: reader.email, permissions: 'writer' }],
        }),
      );
    expect(messagesOf(reading, 'permission_changed')).toEqual([
      { type: 'permission_changed', timestamp: expect.any(String), permissions: 'writer' },
    ]);
    expect(messagesOf(hosting, 'permission_changed')).toEqual([]);
    await eventually(() =>
      expect(statesOf(hosting).find((state) => state.participant?.user_id === reader.email)).toMatchObject({
        participant: { permissions: 'writer' },
      }),
    );
  });
});

describe('the list', () => {
  it('CS10 is the same in REST, in the update and in awareness, and its revision grows by one with each event', async () => {
    const { place, host, guest, reader } = await makeSession(app);
    const [one, two, three] = (await joinAll(app, place, host, guest, reader)) as [Client, Client, Client];
    await expectOneList(place, host, [one, two, three]);
    let revision = updateOf(one)!.revision;
    expect(revision).toBe(3);
    const watching = [one, three];
    const events: [event: () => void, left: Client[]][] = [
      [() => say(one, { type: 'change_presenter', user_id: guest.email }), watching],
      [() => say(one, { type: 'change_host', user_id: reader.email }), watching],
      [() => disconnect(two), watching], // who presents: the host does, from now on
      [() => say(three, { type: 'change_presenter', user_id: host.email }), watching],
      [() => say(three, { type: 'remove_participant', user_id: host.email }), [three]],
    ];
    for (const [event, left] of events) {
      event();
      revision += 1;
      await eventually(() => expect(updateOf(three)?.revision).toBe(revision));
      await expectOneList(place, reader, left);
    }
    for (const client of watching) {
      const revisions = messagesOf(client, 'participants_update').map((message) => message.revision as number);
      expect(revisions).toEqual([...new Set(revisions)].toSorted((a, b) => a - b));
    }
  });

  it('CS10 is the same while somebody comes by another name: they are called by it when they come anew', async () => {
    const { place, host, guest } = await makeSession(app);
    const [one, two] = (await joinAll(app, place, host, guest)) as [Client, Client];
    const called = (list: { participants: any[] } | undefined) => list?.participants.map(({ name }) => name);
    const before = await sessionOf(place, host);
    const renamed = clientOf(app.url, guest.email, { name: 'Grace Brewster' });
    expect((await renamed.call('GET', '/me')).body.full_name).toBe('Grace Brewster');
    expect(await sessionOf(place, host)).toEqual(before);
    await expectOneList(place, host, [one, two]);
    const again = join(app, place, renamed);
    await expectOneList(place, host, [one, two, again]);
    expect(await sessionOf(place, host)).toEqual(before);
    disconnect(two);
    disconnect(again);
    await eventually(() => expect(updateOf(one)!.participants).toHaveLength(1));
    const back = join(app, place, renamed);
    await eventually(() => expect(called(updateOf(one))).toEqual([before.participants[0].name, 'Grace Brewster']));
    await expectOneList(place, host, [one, back]);
  });

  it('CS10 is the same for everybody after a storm of people coming and going', async () => {
    const { place, host, guest, reader } = await makeSession(app);
    const [watching] = (await joinAll(app, place, host)) as [Client];
    const people = [guest, reader];
    for (let count = 0; count < 6; count += 1) people.push(await newcomer(app));
    await grant(place, host, ...people.map((person) => [person, 'writer'] as const));
    let clients: Client[] = [];
    for (let round = 0; round < 4; round += 1) {
      clients.forEach((client, index) => index % 2 === round % 2 && disconnect(client));
      clients = people.map((person) => join(app, place, person));
      await pause(30 * round);
    }
    await eventually(() => expect(usersOf(watching)).toHaveLength(9));
    await expectOneList(place, host, [watching, ...clients]);
    const revisions = messagesOf(watching, 'participants_update').map((message) => message.revision as number);
    expect(revisions.every((revision, index) => index === 0 || revision > revisions[index - 1]!)).toBe(true);
  });
});
