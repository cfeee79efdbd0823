/** The live rooms, on two nodes: with Redis, and with a bus that loses every hint between them. */
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import type { TestApp } from '../../support/app.ts';
import { eventually } from '../../support/patience.ts';
import { newcomer, type TestPerson } from '../../support/people.ts';
import { disconnectAll } from '../../support/provider.ts';
import { listening, open, sharedSocket, startApps, told, type Apps } from './room-stage.ts';

const CONVERSATIONS = '/v1/messaging/conversations';

describe.each([
  ['with Redis', true],
  ['when the bus loses every hint', false],
])('rooms on two nodes, %s', (_, redis) => {
  let apps: Apps;
  let near: TestApp;
  let far: TestApp;
  let ada: TestPerson;
  let bob: TestPerson;
  let cem: TestPerson;

  beforeAll(async () => {
    [near, far] = apps = await startApps(redis ? inject('redisUrl') : null);
  });
  afterEach(disconnectAll);
  afterAll(() => Promise.all(apps.map((app) => app.stop())));

  const people = async () => {
    [ada, bob, cem] = [await newcomer(near), await newcomer(near), await newcomer(near)];
  };
  const made = async (answer: ReturnType<TestPerson['call']>, status = 201) => {
    const { status: given, body } = await answer;
    expect(body).toMatchObject(given === status ? {} : { status });
    return body;
  };
  /** A conversation of ada's with these people in it. */
  const conversation = async (...participants: TestPerson[]) => {
    const { id } = await made(ada.call('POST', CONVERSATIONS, { body: { title: 'Talk' } }));
    const path = `${CONVERSATIONS}/${id}`;
    for (const { number } of participants)
      await made(ada.call('POST', `${path}/participants`, { body: { user_id: number } }));
    return { id: id as number, path, name: `conversation:${id}` };
  };

  it('everybody on both nodes is told of participants and messages, in order, each once', async () => {
    await people();
    const { id, path, name } = await conversation(bob);
    const room = [await listening(near, ada, name), await listening(far, bob, name), await listening(far, ada, name)];
    const added = await made(ada.call('POST', `${path}/participants`, { body: { user_id: cem.number } }));
    await made(ada.call('PATCH', `${path}/participants/${cem.number}`, { body: { role: 'moderator' } }), 200);
    const message = await made(cem.call('POST', `${path}/messages`, { body: { body: 'Hello' } }));
    await made(cem.call('DELETE', `${path}/participants/${cem.number}`), 204);
    const participant = {
      participant_id: added.participant_id,
      user_id: cem.number,
      email: cem.email,
      username: cem.email.split('@')[0],
      joined_at: added.joined_at,
    };
    const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string;
    const about = { conversation_id: id, timestamp };
    for (const client of room) {
      await told(client, 4, 1000);
      expect(client.messages).toEqual([
        { type: 'participant_added', ...about, participant: { ...participant, role: 'member' }, by: ada.number },
        { type: 'participant_changed', ...about, participant: { ...participant, role: 'moderator' }, by: ada.number },
        { type: 'message_created', ...about, message },
        { type: 'participant_removed', ...about, participant: { ...participant, role: 'moderator' }, by: cem.number },
      ]);
    }
  });

  it('in a storm of messages nobody misses one, gets one twice or out of order, also who comes during it', async () => {
    await people();
    const { path, name } = await conversation(bob);
    const room = [await listening(near, ada, name), await listening(far, bob, name)];
    const say = (number: number) => made(ada.call('POST', `${path}/messages`, { body: { body: String(number) } }));
    const storm = Promise.all(Array.from({ length: 40 }, (__, number) => say(number)));
    const late = await listening(far, bob, name);
    const ids = (await storm).map((message) => message.id as number).sort((one, other) => one - other);
    const last = await say(40);
    const heard = ({ messages }: (typeof room)[number]) =>
      messages.map(({ message }) => (message as { id: number }).id);
    for (const client of [...room, late]) await eventually(() => expect(heard(client).at(-1)).toBe(last.id));
    for (const client of room) expect(heard(client)).toEqual([...ids, last.id]);
    expect(heard(late)).toEqual([...ids, last.id].slice(-heard(late).length));
  });

  it('who comes is told only what is newer than their coming', async () => {
    await people();
    const { path, name } = await conversation(bob);
    const early = await listening(near, ada, name);
    await made(ada.call('POST', `${path}/messages`, { body: { body: 'before' } }));
    const late = await listening(far, bob, name);
    await made(ada.call('POST', `${path}/messages`, { body: { body: 'after' } }));
    await told(early, 2);
    await told(late, 1);
    expect(late.messages).toMatchObject([{ message: { body: 'after' } }]);
  });

  it('MB7 the connections of somebody removed close with 4403 on every node, and the others are told', async () => {
    await people();
    const [left, kept] = [await conversation(bob, cem), await conversation(bob)];
    const sockets = [sharedSocket(near), sharedSocket(far)] as const;
    const gone = [
      await listening(near, bob, left.name, sockets[0]),
      await listening(far, bob, left.name, sockets[1], true),
      await listening(far, bob, left.name, sockets[1], true),
    ];
    const elsewhere = [
      await listening(near, bob, kept.name, sockets[0]),
      await listening(far, bob, kept.name, sockets[1]),
    ];
    const others = [await listening(near, ada, left.name), await listening(far, cem, left.name)];
    await made(ada.call('DELETE', `${left.path}/participants/${bob.number}`), 204);
    for (const client of gone)
      await eventually(() => expect(client.closes).toEqual([{ code: 1000, reason: '4403 removed' }]), 1000);
    await made(ada.call('POST', `${left.path}/messages`, { body: { body: 'among us' } }));
    await made(ada.call('POST', `${kept.path}/messages`, { body: { body: 'to all' } }));
    for (const client of others) {
      expect(await told(client, 2)).toEqual(['participant_removed', 'message_created']);
      expect(client.messages[0]).toMatchObject({ participant: { user_id: bob.number }, by: ada.number });
      expect(client.closes).toEqual([]);
    }
    for (const client of elsewhere) {
      expect(await told(client, 1)).toEqual(['message_created']);
      expect(client.closes).toEqual([]);
    }
    expect(gone.flatMap(({ messages }) => messages)).toEqual([]);
    const again = open(far, bob, left.name);
    await eventually(() => expect(again.denials).toEqual(['forbidden']));
    expect(again.messages).toEqual([]);
  });

  it('MB7 who was removed and added again before the node heard of either is closed, and may come back', async () => {
    await people();
    const { path, name } = await conversation(bob);
    const before = await listening(far, bob, name);
    await made(ada.call('DELETE', `${path}/participants/${bob.number}`), 204);
    await made(ada.call('POST', `${path}/participants`, { body: { user_id: bob.number } }));
    await eventually(() => expect(before.closes).toEqual([{ code: 1000, reason: '4403 removed' }]), 1000);
    const after = await listening(far, bob, name);
    await made(ada.call('POST', `${path}/messages`, { body: { body: 'welcome back' } }));
    expect(await told(after, 1)).toEqual(['message_created']);
    expect(after.closes).toEqual([]);
  });

  it('a workspace tells its members who comes, changes and goes', async () => {
    await people();
    const { id } = await made(ada.call('POST', '/api/workspaces', { body: { name: 'Firm' } }));
    const members = `/api/workspaces/${id}/members`;
    const room = [await listening(near, ada, `workspace:${id}`), await listening(far, ada, `workspace:${id}`)];
    const member = await made(ada.call('POST', members, { body: { email: bob.email, role: 'member' } }));
    await eventually(() => expect(room.map(({ messages }) => messages.length)).toEqual([1, 1]), 1000);
    const own = await listening(far, bob, `workspace:${id}`);
    await made(ada.call('PATCH', `${members}/${bob.id}`, { body: { role: 'read_only' } }), 200);
    await made(ada.call('DELETE', `${members}/${bob.id}`), 204);
    await eventually(() => expect(own.closes[0]?.reason).toBe('4403 removed'), 1000);
    expect(own.messages).toMatchObject([{ type: 'member_changed' }]);
    const timestamp = expect.any(String) as string;
    const about = { kind: 'workspace', container_id: id, by: ada.id, timestamp };
    for (const client of room) {
      await told(client, 3);
      expect(client.messages).toEqual([
        { type: 'member_added', ...about, member },
        { type: 'member_changed', ...about, member: { ...member, role: 'read_only' } },
        { type: 'member_removed', ...about, member: { ...member, role: 'read_only' } },
      ]);
    }
  });

  it('a group tells its owner and members, and lets go of an owner who handed it over', async () => {
    await people();
    const { id } = await made(ada.call('POST', '/api/v1/groups', { body: { name: 'Crew' } }));
    const members = `/api/v1/groups/${id}/members`;
    const name = `group:${id}`;
    const owner = await listening(near, ada, name);
    const member = await made(ada.call('POST', members, { body: { user_id: bob.ulid } }));
    await told(owner, 1);
    const other = await listening(far, bob, name);
    const second = await made(ada.call('POST', members, { body: { user_id: cem.ulid } }));
    await told(owner, 2);
    await told(other, 1);
    const about = { kind: 'group', container_id: id, by: ada.ulid, timestamp: expect.any(String) as string };
    expect(owner.messages).toEqual([
      { type: 'member_added', ...about, member },
      { type: 'member_added', ...about, member: second },
    ]);
    await made(ada.call('PATCH', `/api/v1/groups/${id}`, { body: { owner_id: bob.ulid } }), 200);
    await eventually(() => expect(owner.closes).toEqual([{ code: 1000, reason: '4403 removed' }]), 1000);
    await made(bob.call('DELETE', members, { body: { user_id: cem.ulid } }), 204);
    await told(other, 3);
    expect(other.messages.slice(1)).toEqual([
      { type: 'member_removed', ...about, member },
      { type: 'member_removed', ...about, member: second, by: bob.ulid },
    ]);
    expect(other.closes).toEqual([]);
  });

  it('a container that is deleted closes with 4404', async () => {
    await people();
    const { path, name } = await conversation(bob);
    const room = [await listening(near, ada, name), await listening(far, bob, name)];
    await made(ada.call('DELETE', path), 204);
    for (const client of room)
      await eventually(() => expect(client.closes).toEqual([{ code: 1000, reason: '4404 not found' }]), 1000);
  });

  it('AC3 somebody whose standing is gone without a notice is closed with 4403 within a second', async () => {
    await people();
    const { id } = await made(ada.call('POST', '/api/workspaces', { body: { name: 'Firm' } }));
    await made(ada.call('POST', `/api/workspaces/${id}/members`, { body: { email: bob.email, role: 'member' } }));
    const [kept, lost] = [await listening(near, ada, `workspace:${id}`), await listening(far, bob, `workspace:${id}`)];
    await near.database.log.query('delete from workspace_member where workspace_id = $1 and profile_id = $2', [
      id,
      bob.id,
    ]);
    await eventually(() => expect(lost.closes).toEqual([{ code: 1000, reason: '4403 forbidden' }]), 1000);
    expect(kept.closes).toEqual([]);
  });
});
