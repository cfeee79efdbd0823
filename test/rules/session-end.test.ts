/** CS5, CS7, CS9, CS11 and CS12: how a session ends, for one person and for all. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startApp, TEST_SECRET, type TestApp } from '../support/app.ts';
import { startCommand, type Running } from '../support/command-line.ts';
import { freshDatabaseUrl } from '../support/database.ts';
import { eventually } from '../support/patience.ts';
import { disconnect, disconnectAll, type Client } from '../support/provider.ts';
import {
  closeForgers,
  forge,
  grant,
  join,
  joinAll,
  makeSession,
  messagesOf,
  say,
  sessionOf,
  socketUrl,
  statesOf,
  updateOf,
  usersOf,
  type Place,
} from './stage.ts';

let databaseUrl: string;
let app: TestApp;
let node: Running | null = null;

/** Longer than any test: a test that wants an end sets it back. */
const NEVER = 600_000;

beforeAll(async () => {
  databaseUrl = await freshDatabaseUrl();
  app = await startApp({
    environment: {
      DATABASE_URL: databaseUrl,
      SESSION_HOST_GRACE_MS: String(NEVER),
      SESSION_IDLE_MS: String(2 * NEVER),
    },
  });
});
afterEach(async () => {
  disconnectAll();
  closeForgers();
  await node?.stop('SIGKILL');
  node = null;
});
afterAll(() => app.stop());

/** When the diagram's session ends by itself: ms from now by the database's clock; null: not. */
async function endsIn({ diagram }: Place): Promise<number | null> {
  const rows = await app.database.log.query<{ ms: string | null }>(
    `select extract(epoch from ends_at - clock_timestamp()) * 1000 as ms
     from collaboration_session where diagram_id = $1 and ended_at is null`,
    [diagram],
  );
  const ms = rows[0]?.ms ?? null;
  return ms === null ? null : Number(ms);
}

/** Lets the time pass that a session has left. */
const passed = ({ diagram }: Place) =>
  app.database.log.query(
    `update collaboration_session set ends_at = clock_timestamp() where diagram_id = $1 and ends_at is not null`,
    [diagram],
  );

const ended = { code: 4410, reason: 'session ended' };

describe('the host goes', () => {
  it('CS7 while the grace runs the host stays in the list with both roles, and nothing is told', async () => {
    const { place, host, guest } = await makeSession(app);
    const [hosting, watching] = (await joinAll(app, place, host, guest)) as [Client, Client];
    const before = await sessionOf(place, guest);
    watching.messages.length = 0;
    disconnect(hosting);
    await eventually(async () => expect(await endsIn(place)).toBeGreaterThan(NEVER / 2));
    expect(await endsIn(place)).toBeLessThanOrEqual(NEVER);
    const { attendance, ...session } = await sessionOf(place, guest);
    expect({ ...session, attendance: before.attendance }).toEqual(before);
    expect(attendance).toMatchObject([{ user_id: host.email, left_at: expect.any(String) }, { left_at: null }]);
    expect(watching.messages).toEqual([]);
  });

  it('CS7 a host who returns within the grace leaves no trace of having been away', async () => {
    const { place, host, guest } = await makeSession(app);
    const [hosting, watching] = (await joinAll(app, place, host, guest)) as [Client, Client];
    say(hosting, { type: 'change_presenter', user_id: guest.email });
    await eventually(() => expect(updateOf(watching)?.presenter).toBe(guest.email));
    const before = await sessionOf(place, guest);
    watching.messages.length = 0;
    disconnect(hosting);
    await eventually(async () => expect(await endsIn(place)).not.toBeNull());
    const back = join(app, place, host);
    await eventually(() => expect(updateOf(back)?.revision).toBe(before.revision));
    await eventually(async () => expect(await endsIn(place)).toBeNull());
    expect(await sessionOf(place, guest)).toEqual(before); // the attendance too
    expect(watching.messages).toEqual([]);
    await passed(place); // there is nothing to pass any more
    say(back, { type: 'change_presenter', user_id: host.email });
    await eventually(() => expect(updateOf(watching)?.presenter).toBe(host.email));
    await eventually(() => expect(statesOf(watching).filter((state) => state.participant)).toHaveLength(2));
    expect(watching.messages.map(({ type }) => type)).toEqual(['participants_update']);
  });

  it('CS7 a host who does not return: the leave, the end, and every connection closes with 4410', async () => {
    const { place, host, guest, reader } = await makeSession(app);
    const [hosting, one, two] = (await joinAll(app, place, host, guest, reader)) as [Client, Client, Client];
    const shared = join(app, place, reader, { url: socketUrl(app, '/ws') });
    await eventually(() => expect(usersOf(shared)).toHaveLength(3));
    const session = updateOf(one)!.session_id;
    for (const client of [one, two, shared]) client.messages.length = 0;
    disconnect(hosting);
    await eventually(async () => expect(await endsIn(place)).not.toBeNull());
    await passed(place);
    const told = [
      { type: 'leave', timestamp: expect.any(String), session_id: session, revision: 4, user_id: host.email },
      { type: 'session_ended', timestamp: expect.any(String), session_id: session, reason: 'host_left' },
    ];
    for (const client of [one, two]) {
      await eventually(() => expect(client.closes[0]).toEqual(ended));
      expect(client.messages).toEqual(told);
      await eventually(() => expect(client.denials[0]).toBe('session_not_found'));
    }
    await eventually(() => expect(shared.messages).toEqual(told));
    await eventually(() => expect(shared.closes[0]?.reason).toContain('4410'));
    expect(await sessionOf(place, guest)).toMatchObject({ session_id: null, participants: [], attendance: [] });
    const rows = await app.database.log.query('select from session_connection c where c.session_id = $1', [session]);
    expect(rows).toEqual([]);
  });

  it('CS7 the host’s other tab keeps the session as it is', async () => {
    const { place, host, guest } = await makeSession(app);
    const [one, watching] = (await joinAll(app, place, host, guest)) as [Client, Client];
    const two = await forge(app, place, host);
    watching.messages.length = 0;
    disconnect(one);
    say(watching, { type: 'presenter_request' }); // the host is there to hear it
    await eventually(() => expect(two.heard().at(-1)).toMatchObject({ type: 'presenter_request_event' }));
    expect(await endsIn(place)).toBeNull();
    expect(watching.messages).toEqual([]);
  });
});

describe('the host ends it', () => {
  it.each([
    [
      'over REST',
      async ({ place, host }: Awaited<ReturnType<typeof makeSession>>) => {
        expect((await host.call('DELETE', `${place.path}/collaborate`)).status).toBe(204);
      },
    ],
    ['over the socket', async (_: unknown, hosting: Client) => say(hosting, { type: 'end_session' })],
  ])('CS8 %s: all are told why, and closed with 4410', async (_, end) => {
    const session = await makeSession(app);
    const { place, host, guest } = session;
    const clients = (await joinAll(app, place, host, guest)) as [Client, Client];
    for (const client of clients) client.messages.length = 0;
    await end(session, clients[0]);
    for (const client of clients) {
      await eventually(() => expect(client.closes[0]).toEqual(ended));
      expect(client.messages).toMatchObject([{ type: 'session_ended', reason: 'host_ended' }]);
    }
    expect((await host.call('DELETE', `${place.path}/collaborate`)).body).toMatchObject({ code: 'session_not_found' });
  });

  it('CS8 nobody else does', async () => {
    const { place, guest, reader } = await makeSession(app);
    for (const person of [guest, reader]) {
      const { status, body } = await person.call('DELETE', `${place.path}/collaborate`);
      expect([status, body.code]).toEqual([403, 'forbidden']);
    }
  });
});

describe('somebody is removed', () => {
  it('CS9 they are told and disconnected in all tabs, cannot rejoin this session, and can the next', async () => {
    const { place, host, guest, reader } = await makeSession(app);
    const [hosting, tab, watching] = (await joinAll(app, place, host, guest, reader)) as [Client, Client, Client];
    const session = updateOf(hosting)!.session_id;
    const shared = join(app, place, guest, { url: socketUrl(app, '/ws') });
    const raw = await forge(app, place, guest);
    await eventually(() => expect(usersOf(shared)).toHaveLength(3));
    await eventually(() => expect(raw.heard()).toHaveLength(2));
    watching.messages.length = 0;

    say(hosting, { type: 'remove_participant', user_id: guest.email });
    const told = { type: 'removed_from_session', timestamp: expect.any(String), session_id: session };
    await eventually(() => expect(tab.closes[0]).toEqual({ code: 4403, reason: 'removed_from_session' }));
    await eventually(() => expect(shared.closes[0]?.reason).toBe('4403 removed_from_session'));
    expect(await raw.closed).toEqual({ code: 4403, reason: 'removed_from_session' });
    for (const messages of [tab.messages, shared.messages, raw.heard()]) expect(messages.at(-1)).toEqual(told);
    await eventually(() => expect(usersOf(watching)).toEqual([host.email, reader.email]));
    expect(watching.messages.map(({ type }) => type)).toEqual(['leave', 'participants_update']);

    await eventually(() => expect(tab.denials[0]).toBe('removed_from_session'));
    const refused = await guest.call('POST', `${place.path}/collaborate`);
    expect([refused.status, refused.body.code]).toEqual([403, 'removed_from_session']);
    expect(usersOf(watching)).toEqual([host.email, reader.email]);

    for (const client of [hosting, watching]) disconnect(client); // they would come to the next one too
    await host.call('DELETE', `${place.path}/collaborate`);
    expect((await guest.call('POST', `${place.path}/collaborate`)).status).toBe(201);
    const next = join(app, place, guest);
    await eventually(() => expect(updateOf(next)).toMatchObject({ host: guest.email, revision: 1 }));
  });

  it('CS9 somebody who is removed while they present is followed by the host; the host cannot be removed', async () => {
    const { place, host, guest } = await makeSession(app);
    const [hosting, presenting] = (await joinAll(app, place, host, guest)) as [Client, Client];
    say(hosting, { type: 'change_presenter', user_id: guest.email });
    await eventually(() => expect(updateOf(presenting)?.presenter).toBe(guest.email));
    say(hosting, { type: 'remove_participant', user_id: host.email });
    await eventually(() => expect(messagesOf(hosting, 'error')).toMatchObject([{ code: 'forbidden' }]));
    say(hosting, { type: 'remove_participant', user_id: guest.email });
    await eventually(() => expect(updateOf(hosting)).toMatchObject({ presenter: host.email, host: host.email }));
    expect(usersOf(hosting)).toEqual([host.email]);
  });
});

describe('nobody is there', () => {
  it('CS11 a session without connections ends after the idle time, also one that nobody ever joined', async () => {
    const { place, host, guest } = await makeSession(app);
    expect(await endsIn(place)).toBeGreaterThan(NEVER);
    const [client] = (await joinAll(app, place, guest)) as [Client];
    expect(await endsIn(place)).toBeNull();
    disconnect(client);
    await eventually(async () => expect(await endsIn(place)).toBeGreaterThan(NEVER));
    expect((await sessionOf(place, host)).session_id).not.toBeNull();
    await passed(place);
    await eventually(async () => expect((await sessionOf(place, host)).session_id).toBeNull());
    const [row] = await app.database.log.query<{ end_reason: string }>(
      'select end_reason from collaboration_session where diagram_id = $1',
      [place.diagram],
    );
    expect(row!.end_reason).toBe('idle');
  });
});

describe('the host loses all access', () => {
  it('CS12 a connected one: the session ends at once, for everybody', async () => {
    const { place, host, guest, reader } = await makeSession(app);
    await grant(place, host, [guest, 'owner'], [reader, 'reader']);
    const [hosting, watching] = (await joinAll(app, place, host, reader)) as [Client, Client];
    await grant(place, guest, [reader, 'reader']);
    await eventually(() => expect(watching.closes[0]).toEqual(ended), 1000);
    expect(watching.messages.slice(-2)).toMatchObject([
      { type: 'leave', user_id: host.email },
      { type: 'session_ended', reason: 'host_left' },
    ]);
    await eventually(() => expect(hosting.closes[0]?.code).toBeGreaterThan(4400));
    expect([4403, 4410]).toContain(hosting.closes[0]?.code);
    expect((await sessionOf(place, guest)).session_id).toBeNull();
  });

  it('CS12 one who is not connected: the same', async () => {
    const { place, host, guest, reader } = await makeSession(app);
    await grant(place, host, [guest, 'owner'], [reader, 'reader']);
    const [watching] = (await joinAll(app, place, reader)) as [Client];
    await grant(place, guest, [reader, 'reader']);
    await eventually(() => expect(watching.closes[0]).toEqual(ended), 1000);
    expect(messagesOf(watching, 'session_ended')).toMatchObject([{ reason: 'host_left' }]);
  });

  it('CS12 found out by the poll when nobody tells: the same', async () => {
    const { place, host, guest, reader } = await makeSession(app);
    const [, watching] = (await joinAll(app, place, host, reader)) as [Client, Client];
    await grant(place, host, [guest, 'owner'], [reader, 'reader']);
    await app.database.log.transaction(async (transaction) => {
      await transaction.query('delete from threat_model_grant where threat_model_id = $1 and profile_id = $2', [
        place.model,
        host.id,
      ]);
      await transaction.query(`select raise_access_epochs('threat_model', $1)`, [place.model]);
    });
    await eventually(() => expect(watching.closes[0]).toEqual(ended), 2000);
    expect(messagesOf(watching, 'session_ended')).toMatchObject([{ reason: 'host_left' }]);
  });

  it('CS12 found out by the poll when the host is not connected: the same', async () => {
    const { place, host, guest, reader } = await makeSession(app);
    await grant(place, host, [guest, 'owner'], [reader, 'reader']);
    const [watching] = (await joinAll(app, place, reader)) as [Client];
    await app.database.log.transaction(async (transaction) => {
      await transaction.query('delete from threat_model_grant where threat_model_id = $1 and profile_id = $2', [
        place.model,
        host.id,
      ]);
      await transaction.query(`select raise_access_epochs('threat_model', $1)`, [place.model]);
    });
    await eventually(() => expect(watching.closes[0]).toEqual(ended), 2000);
    expect(messagesOf(watching, 'session_ended')).toMatchObject([{ reason: 'host_left' }]);
  });
});

describe('a node dies', () => {
  it('CS5 its people have left within five seconds, and what they showed is gone', async () => {
    const { place, host, guest } = await makeSession(app);
    const [watching] = (await joinAll(app, place, host)) as [Client];
    node = await startCommand(['dev'], {
      DATABASE_URL: databaseUrl,
      JWT_SECRET: TEST_SECRET,
      SESSION_HOST_GRACE_MS: String(NEVER),
    });
    const far = join(node, place, guest);
    await eventually(() => expect(usersOf(watching)).toEqual([host.email, guest.email]));
    far.websocket.shouldConnect = false;
    await node.stop('SIGKILL');
    await eventually(() => expect(usersOf(watching)).toEqual([host.email]), 5000);
    expect(messagesOf(watching, 'leave')).toMatchObject([{ user_id: guest.email }]);
  });
});
