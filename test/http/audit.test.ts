/** The audit trail over REST: for platform admins, by who, whom, where, how and when. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { newcomer, personOf, type TestPerson } from '../support/people.ts';

let app: TestApp;
let auditor: TestPerson, owner: TestPerson, guest: TestPerson;
let workspace: string, group: string, conversation: number;

beforeAll(async () => {
  app = await startApp();
  auditor = await newcomer(app, { roles: ['admin'] });
  owner = await newcomer(app);
  guest = await personOf(app, 'Guest@Firm.example');
  workspace = (await owner.call('POST', '/api/workspaces', { body: { name: 'W' } })).body.id;
  group = (await owner.call('POST', '/api/v1/groups', { body: { name: 'G' } })).body.id;
  conversation = (await owner.call('POST', '/v1/messaging/conversations', { body: { title: 'C' } })).body.id;
  await owner.call('POST', `/api/workspaces/${workspace}/members`, {
    body: { email: ' GUEST@firm.example\t', role: 'member' },
    headers: { 'x-request-id': 'invited' },
  });
  await owner.call('POST', `/api/v1/groups/${group}/members`, { body: { user_id: guest.ulid.toLowerCase() } });
  await owner.call('POST', `/v1/messaging/conversations/${conversation}/participants`, {
    body: { user_id: guest.number },
  });
  await guest.call('POST', `/api/v1/groups/${group.toLowerCase()}/members`, { body: { user_id: owner.ulid } });
  await guest.call('DELETE', `/v1/messaging/conversations/${conversation}/participants/${guest.number}`);
});
afterAll(() => app.stop());

interface Event {
  id: string;
  at: string;
  action: string;
  container: string | null;
  outcome: string;
}

const asked = (query: Record<string, string>) => auditor.call('GET', `/api/audit?${new URLSearchParams(query)}`);
const found = async (query: Record<string, string>) => (await asked(query)).body.data as Event[];
const actions = async (query: Record<string, string>) =>
  (await found(query)).map((event) => `${event.action} ${event.outcome}`);

describe('MB5 GET /api/audit', () => {
  it('tells who tried what, on what, whom it concerned, when, in which request, and how it came out', async () => {
    const [event] = await found({ container: `workspace:${workspace}`, subject: guest.email });
    expect(event).toEqual({
      id: expect.any(String),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      actor: owner.id,
      actor_email: owner.email,
      action: 'workspace.member.add',
      container: `workspace:${workspace}`,
      subject: 'GUEST@firm.example',
      role: 'member',
      outcome: 'granted',
      details: null,
      request_id: 'invited',
    });
  });

  it('tells what a new list of grants said', async () => {
    const { id } = (await owner.call('POST', '/threat_models', { body: { name: 'T' } })).body;
    const body = [{ subject_type: 'user', subject: owner.email, role: 'owner' }];
    await owner.call('PUT', `/threat_models/${id}/authorization`, { body });
    const [event] = await found({ container: `threat_model:${id}` });
    expect(event).toMatchObject({ details: { grants: [{ type: 'user', subject: owner.email, role: 'owner' }] } });
  });

  it('is for platform admins only', async () => {
    expect(await owner.call('GET', '/api/audit')).toMatchObject({
      status: 403,
      body: { code: 'forbidden', error: 'forbidden', message: 'For platform administrators only' },
    });
    const polish = await owner.call('GET', '/api/audit', { headers: { 'accept-language': 'pl' } });
    expect(polish.body.message).toBe('Tylko dla administratorów platformy');
  });

  it('goes back from the newest, page by page, and misses nothing', async () => {
    const whole = await found({ limit: '100' });
    expect(whole.map((event) => event.at)).toEqual(
      whole
        .map((event) => event.at)
        .toSorted()
        .toReversed(),
    );
    const paged: Event[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await asked({ limit: '3', ...(cursor && { cursor }) });
      paged.push(...body.data);
      cursor = body.next_cursor;
    }
    expect(paged).toEqual(whole);
    expect(paged.length).toBeGreaterThan(8);
  });

  it('misses nothing of what happened at the same moment', async () => {
    const ids = [5, 1, 4, 2, 3].map((number) => `01900000-0000-7000-8000-00000000000${number}`);
    for (const id of ids)
      await app.database.log.query(
        `insert into audit_event (id, at, action, container, outcome) values ($1, '2026-01-01', 'test', 'test:1', 'granted')`,
        [id],
      );
    const paged: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await asked({ container: 'test:1', limit: '2', ...(cursor && { cursor }) });
      paged.push(...(body.data as Event[]).map(({ id }) => id));
      cursor = body.next_cursor;
    }
    expect(paged).toEqual(ids.toSorted().toReversed());
  });

  it('finds a caller by every spelling', async () => {
    const own = await actions({ actor: guest.id });
    expect(own).toEqual(['conversation.member.remove granted', 'group.member.add forbidden']);
    for (const actor of [
      guest.email,
      guest.email.toUpperCase(),
      guest.ulid,
      guest.ulid.toLowerCase(),
      String(guest.number),
      guest.id.toUpperCase(),
    ]) {
      expect(await actions({ actor }), actor).toEqual(own);
    }
    for (const nobody of ['nobody@example.com', '2147483647', '99999999999', 'x', '01J0000000FZZZZZZZZZZZZZZZ']) {
      expect(await actions({ actor: nobody }), nobody).toEqual([]);
    }
  });

  it('finds the same person in whatever spelling each API was sent', async () => {
    const concerned = [
      'conversation.member.remove granted',
      'conversation.member.add granted',
      'group.member.add granted',
      'workspace.member.add granted',
    ];
    for (const subject of [guest.email, guest.ulid, guest.id, String(guest.number)]) {
      expect(await actions({ subject }), subject).toEqual(concerned);
    }
    expect(await actions({ subject: 'somebody-unknown@example.com' })).toEqual([]);
  });

  it('finds a container by kind and id, by id alone, and in either spelling', async () => {
    const own = await actions({ container: `group:${group}` });
    expect(own).toEqual(['group.member.add forbidden', 'group.member.add granted', 'group.create granted']);
    for (const container of [group, group.toLowerCase(), `group:${group.toLowerCase()}`]) {
      expect(await actions({ container }), container).toEqual(own);
    }
    expect((await found({ container: group })).every((event) => event.container === `group:${group}`)).toBe(true);
    expect(await actions({ container: `conversation:${conversation}` })).toHaveLength(3);
    expect(await actions({ container: workspace.toUpperCase() })).toHaveLength(2);
    expect(await actions({ container: 'nothing' })).toEqual([]);
  });

  it('narrows by outcome and by time, and by all together', async () => {
    expect(await actions({ outcome: 'forbidden', actor: guest.id })).toEqual(['group.member.add forbidden']);
    const [newest, , third] = await found({ actor: owner.id });
    expect((await found({ actor: owner.id, from: newest!.at })).map((event) => event.id)).toContain(newest!.id);
    expect((await found({ actor: owner.id, to: newest!.at })).map((event) => event.id)).not.toContain(newest!.id);
    expect((await found({ actor: owner.id, from: third!.at, to: newest!.at })).length).toBeGreaterThan(0);
    expect(await found({ from: '2100-01-01' })).toEqual([]);
    expect(await found({ to: '2000-01-01T00:00:00+02:00' })).toEqual([]);
    expect(await actions({ outcome: 'granted', container: group, subject: guest.ulid, actor: owner.email })).toEqual([
      'group.member.add granted',
    ]);
  });

  it('refuses what it cannot narrow by', async () => {
    for (const query of [
      { outcome: 'maybe' },
      { from: 'yesterday' },
      { to: '2026-13-01' },
      { from: '0000-01-01' },
      { from: '0001-01-01T00:00:00+01:00' },
      { to: '9999-12-31T23:59:59-01:00' },
      { limit: '101' },
      { cursor: 'x' },
      { actor: '' },
      { subject: 'a\0b' },
    ]) {
      expect((await asked(query)).status, JSON.stringify(query)).toBe(400);
    }
  });

  it('MB9 shows nothing to anybody else, with no check in front of it', async () => {
    const rows = (platformAdmin: boolean) =>
      app.database.asPerson({ id: owner.id, platformAdmin }, (em) => em.execute<object[]>('select * from audit_event'));
    expect(await rows(false)).toEqual([]);
    expect(await rows(true)).not.toEqual([]);
  });

  it('names what an attempt was on as it is known, however its address was spelled', async () => {
    const stranger = await newcomer(app);
    const { id } = (await owner.call('POST', '/threat_models', { body: { name: 'T' } })).body;
    const path = `/threat_models/${(id as string).toUpperCase()}/authorization`;
    await owner.call('PUT', path, { body: [{ subject_type: 'user', subject: owner.email, role: 'owner' }] });
    await stranger.call('PUT', path, { body: [{ subject_type: 'user', subject: stranger.email, role: 'owner' }] });
    expect(await actions({ container: `threat_model:${id}`, outcome: 'granted' })).toContain(
      'threat_model.grants.replace granted',
    );
    expect(await actions({ container: `threat_model:${id}`, actor: stranger.id })).toEqual([
      'threat_model.grants.replace forbidden',
    ]);
  });
});
