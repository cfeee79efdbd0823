/** Sessions as clients meet them: stock providers on two running nodes that share a database and a Redis. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { freshDatabaseUrl } from '../support/database.ts';
import { eventually, pause } from '../support/patience.ts';
import { newcomer, type TestPerson } from '../support/people.ts';
import { connect, disconnect, disconnectAll, type Client } from '../support/provider.ts';

const GRACE = 2500;

describe('a session on two nodes', () => {
  let environment: Record<string, string>;
  let one: TestApp;
  let two: TestApp;
  let host: TestPerson;
  let guest: TestPerson;
  let path: string;
  let diagram: string;

  beforeAll(async () => {
    environment = {
      DATABASE_URL: await freshDatabaseUrl(),
      REDIS_URL: inject('redisUrl'),
      SESSION_HOST_GRACE_MS: String(GRACE),
    };
    [one, two] = [await startApp({ environment }), await startApp({ environment })];
  });
  beforeEach(async () => {
    [host, guest] = [await newcomer(one, { name: 'Host' }), await newcomer(one, { name: 'Guest' })];
    const model = (await host.call('POST', '/threat_models', { body: { name: 'Model' } })).body.id as string;
    await host.call('PUT', `/threat_models/${model}/authorization`, {
      body: [
        { subject_type: 'user', subject: host.email, role: 'owner' },
        { subject_type: 'user', subject: guest.email, role: 'reader' },
      ],
    });
    diagram = (await host.call('POST', `/threat_models/${model}/diagrams`, { body: { name: 'Diagram' } })).body.id;
    path = `/threat_models/${model}/diagrams/${diagram}`;
    expect((await host.call('POST', `${path}/collaborate`)).status).toBe(201);
  });
  afterEach(disconnectAll);
  afterAll(async () => {
    await Promise.all([one.stop(), two.stop()]);
  });

  const join = (person: TestPerson, app: TestApp) =>
    connect({ url: `${app.url.replace('http', 'ws')}${path}/ws`, name: `diagram:${diagram}`, token: person.token });
  const update = (client: Client) => client.messages.findLast(({ type }) => type === 'participants_update');
  const users = (client: Client) =>
    (update(client)?.participants as { user_id: string }[] | undefined)?.map(({ user_id }) => user_id);
  const bothHere = async () => {
    const at = join(host, one);
    await eventually(() => expect(users(at)).toEqual([host.email]));
    const other = join(guest, two);
    for (const client of [at, other]) await eventually(() => expect(users(client)).toEqual([host.email, guest.email]));
    return [at, other] as const;
  };
  const states = (client: Client) => [...(client.provider.awareness?.getStates().values() ?? [])];
  const participantStates = (client: Client) => states(client).filter((state) => state.participant !== undefined);

  it('CS3, CS10 both hear of both, and REST and awareness tell the same', async () => {
    const [at, other] = await bothHere();
    const rest = (await guest.call('GET', `${path}/collaborate`)).body;
    for (const client of [at, other]) {
      const { type: _, timestamp: __, ...roster } = update(client) as Record<string, unknown>;
      expect(rest).toMatchObject(roster);
      await eventually(() => {
        const entries = states(client).filter(
          (state) => state.kind === 'session' && state.revision === roster.revision,
        );
        expect(entries).toHaveLength(2);
        for (const entry of entries) expect(entry).toEqual({ kind: 'session', ...roster });
      });
    }
  });

  it('AC6 what a client shows is stamped, seen on the other node, and seen again at once after a reconnect', async () => {
    const [at, other] = await bothHere();
    at.provider.setAwarenessField('cursor', { x: 1 });
    at.provider.setAwarenessField('secret', 1);
    const seen = () => participantStates(other).filter((state) => state.participant.user_id === host.email);
    await eventually(() =>
      expect(seen()).toMatchObject([{ cursor: { x: 1 }, participant: { is_host: true }, user: { name: 'Host' } }]),
    );
    expect(seen()[0]).not.toHaveProperty('secret');
    at.websocket.disconnect();
    await eventually(() => expect(seen()).toEqual([]));
    await at.websocket.connect();
    await eventually(() => expect(seen()).toMatchObject([{ cursor: { x: 1 } }]), 2000);
  });

  it('CS6, CS8 the host hands over; the presenter shows; leaving hands back', async () => {
    const [at, other] = await bothHere();
    other.provider.sendStateless(JSON.stringify({ type: 'presenter_request' }));
    await eventually(() =>
      expect(at.messages).toContainEqual(
        expect.objectContaining({ type: 'presenter_request_event', user_id: guest.email }),
      ),
    );
    at.provider.sendStateless(JSON.stringify({ type: 'change_presenter', user_id: guest.email }));
    await eventually(() => expect(update(other)?.presenter).toBe(guest.email));
    const view = expect.objectContaining({ type: 'presenter_view', selected_cells: ['a'] });
    await eventually(() => {
      // Shown again and again, as a presenter does: one of these may be lost.
      other.provider.sendStateless(JSON.stringify({ type: 'presenter_view', selected_cells: ['a'] }));
      expect(at.messages).toContainEqual(view);
    });
    disconnect(other);
    await eventually(() => expect(update(at)).toMatchObject({ presenter: host.email }));
    expect(users(at)).toEqual([host.email]);
  });

  it('CS7 the session ends when the host does not come back', async () => {
    const [at, other] = await bothHere();
    disconnect(at);
    await eventually(() => expect(other.closes).toContainEqual({ code: 4410, reason: 'session ended' }), GRACE + 3000);
    expect(other.messages.slice(-2)).toMatchObject([
      { type: 'leave', user_id: host.email },
      { type: 'session_ended', reason: 'host_left' },
    ]);
    expect((await host.call('GET', `${path}/collaborate`)).body).toMatchObject({ session_id: null, participants: [] });
    await eventually(() => expect(other.denials).toContain('session_not_found'));
  });

  it('CS9 somebody removed is told, closed with 4403, and not let in again', async () => {
    const [at, other] = await bothHere();
    at.provider.sendStateless(JSON.stringify({ type: 'remove_participant', user_id: guest.email }));
    await eventually(() => expect(other.closes.at(0)).toMatchObject({ code: 4403 }));
    expect(other.messages.at(-1)).toMatchObject({ type: 'removed_from_session' });
    await eventually(() => expect(other.denials).toContain('removed_from_session'));
    await eventually(() => expect(users(at)).toEqual([host.email]));
    expect((await guest.call('POST', `${path}/collaborate`)).status).toBe(403);
  });

  it('CS12 a change of access is told on the open connection', async () => {
    const [at, other] = await bothHere();
    const model = path.split('/')[2];
    const grant = (role: string | null) =>
      host.call('PUT', `/threat_models/${model}/authorization`, {
        body: [
          { subject_type: 'user', subject: host.email, role: 'owner' },
          ...(role ? [{ subject_type: 'user', subject: guest.email, role }] : []),
        ],
      });
    await grant('writer');
    await eventually(() =>
      expect(other.messages.filter(({ type }) => type === 'permission_changed')).toMatchObject([
        { permissions: 'writer' },
      ]),
    );
    await eventually(() =>
      expect(update(at)?.participants).toMatchObject([
        { user_id: host.email },
        { user_id: guest.email, permissions: 'writer' },
      ]),
    );
    await grant(null);
    await eventually(() => expect(other.closes.at(0)).toMatchObject({ code: 4403 }));
    await eventually(() => expect(users(at)).toEqual([host.email]));
  });

  it('NO1 a node that stops ends no session, and nobody is seen to leave who comes back elsewhere', async () => {
    const third = await startApp({ environment });
    const guests = join(guest, two);
    const leaving = join(host, third);
    await eventually(() => expect(users(guests)).toHaveLength(2));
    const revision = update(guests)?.revision;
    const stopping = third.stop();
    await eventually(() => expect(leaving.closes.length).toBeGreaterThan(0));
    disconnect(leaving);
    const back = join(host, one);
    await eventually(() => expect(update(back)?.revision).toBe(revision));
    await stopping;
    await pause(GRACE + 3000);
    expect(guests.messages.filter(({ type }) => type === 'leave' || type === 'session_ended')).toEqual([]);
    expect(update(guests)?.revision).toBe(revision);
  });
});
