/**
 * What nodes tell each other, seen on the wire: one message for each committed edit, each change of access and each
 * of a room, whatever the number of nodes; and a hint has its effect by itself, where the poll finds nothing.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { rowChannel } from '../../src/documents/row.ts';
import { roomChannel } from '../../src/membership/announce.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { freshDatabaseUrl } from '../support/database.ts';
import { eventually, saved } from '../support/patience.ts';
import type { TestPerson } from '../support/people.ts';
import { disconnectAll, type Client } from '../support/provider.ts';
import { redisNode } from '../support/redis-nodes.ts';
import { emails, setTable, told, type Table } from '../support/table.ts';

let apps: TestApp[];
/** Somebody who shares the Redis, and hears and says what a node would. */
let ear: ReturnType<typeof redisNode>;
let table: Table;
let host: TestPerson;
let guest: TestPerson;
let near: Client;
let far: Client;

beforeAll(async () => {
  const [databaseUrl, redisUrl] = [await freshDatabaseUrl(), inject('redisUrl')];
  const environment = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl };
  apps = [];
  for (let count = 0; count < 3; count += 1) apps.push(await startApp({ environment }));
  const [deployment] = await apps[0]!.database.log.query<{ id: string }>('select id from deployment');
  ear = redisNode({ url: redisUrl, deployment: deployment!.id });
  await ear.bus.start();
});
beforeEach(async () => {
  const set = await setTable(apps, 'writer');
  table = set.table;
  [host, guest] = set.people as [TestPerson, TestPerson];
  await table.open();
  near = table.join(host, apps[0]!);
  far = table.join(guest, apps[1]!);
  for (const client of [near, far]) {
    await eventually(() => expect(emails(told(client))).toHaveLength(2));
    await saved(client);
  }
});
afterEach(disconnectAll);
afterAll(async () => {
  await ear.bus.stop();
  for (const app of apps) await app.stop();
});

/** What is said on a channel from now on, as text. */
async function heardOn(channel: string): Promise<string[]> {
  const messages: string[] = [];
  await ear.bus.subscribe(channel, (payload) => messages.push(Buffer.from(payload).toString()));
  return messages;
}

it('DO3 an edit is one message, which carries the edit, however many nodes have the document open', async () => {
  const third = table.join(guest, apps[2]!);
  await saved(third);
  const messages = await heardOn(rowChannel(table.diagram));
  const before = Number((await table.call(host, apps[0]!, 'GET', `${table.path}/content`)).body.head);
  const edits = Array.from({ length: 10 }, (_, at) => `the edit number ${at}`);
  for (const [at, edit] of edits.entries()) {
    const by = [near, far, third][at % 3]!;
    by.cells.set(`${at}`, edit);
    await saved(by);
  }
  for (const client of [near, far, third]) await eventually(() => expect(client.cells.size).toBe(edits.length));
  const after = Number((await table.call(host, apps[0]!, 'GET', `${table.path}/content`)).body.head);
  expect(after - before).toBe(edits.length);
  await eventually(() => expect(messages.length).toBeGreaterThanOrEqual(edits.length));
  expect(messages.map((message) => edits.filter((edit) => message.includes(edit)))).toEqual(
    edits.map((edit) => [edit]),
  );
});

it('CS10 what somebody shows is told by their own node only', async () => {
  const messages = await heardOn(`awareness:${table.diagram}`);
  near.provider.setAwarenessField('cursor', { x: 4711 });
  const seen = () => far.provider.awareness!.getStates().get(near.document.clientID);
  await eventually(() => expect(seen()).toMatchObject({ cursor: { x: 4711 } }));
  // Whatever the other node said of it, it has said before this.
  far.provider.setAwarenessField('cursor', { x: 815 });
  await eventually(() => expect(messages.some((message) => message.includes('{"x":815}'))).toBe(true));
  const speakers = messages.filter((message) => message.includes('{"x":4711}')).map((message) => message.slice(1, 37));
  expect(new Set(speakers).size).toBe(1);
});

it('MB7 whoever is added, removed or says something in a room is told of once, at once', async () => {
  const conversations = '/v1/messaging/conversations';
  const { id } = (await table.call(host, apps[0]!, 'POST', conversations, { title: 'Talk' })).body;
  const messages = await heardOn(roomChannel({ kind: 'conversation', container: String(id) }));
  const path = `${conversations}/${id}`;
  await table.call(host, apps[0]!, 'POST', `${path}/participants`, { user_id: guest.number });
  await table.call(guest, apps[1]!, 'POST', `${path}/messages`, { body: 'Good morning' });
  await table.call(host, apps[2]!, 'DELETE', `${path}/participants/${guest.number}`);
  const revisions = () => messages.map((message) => JSON.parse(message).revision);
  await eventually(() => expect(revisions()).toEqual([1, 2, 3]));
});

it('AC3 a change of access is told once', async () => {
  const messages = await heardOn('access');
  await table.grant(
    [
      [host, 'owner'],
      [guest, 'reader'],
    ],
    apps[2],
  );
  await eventually(() => expect(messages).toEqual([table.diagram]));
  await eventually(() => expect(far.messages.some(({ type }) => type === 'permission_changed')).toBe(true));
});

it('AC3 whoever hears of a change of access decides anew, without waiting for the poll', async () => {
  // No epoch is raised, so that nothing but the hint tells of it.
  await apps[0]!.database.log.query('delete from threat_model_grant where threat_model_id = $1 and profile_id = $2', [
    table.model,
    guest.id,
  ]);
  ear.bus.publish('access', Buffer.from([randomUUID(), table.diagram].join(',')));
  await eventually(() => expect(far.closes[0]).toMatchObject({ code: 4403 }));
  expect(near.closes).toEqual([]);
});

it('NO2 what reads as a message of ours and makes no sense changes nothing', async () => {
  const { id } = (await table.call(host, apps[0]!, 'POST', '/v1/messaging/conversations', { title: 'Talk' })).body;
  const { diagram } = table;
  const channels = [
    rowChannel(diagram),
    roomChannel({ kind: 'conversation', container: String(id) }),
    `session:${diagram}`,
    `awareness:${diagram}`,
    'access',
  ];
  const { session_id: session } = (await table.call(host, apps[0]!, 'GET', `${table.path}/collaborate`)).body;
  const texts = [
    ...['', '{', 'null', '[]', '{}', ',,,', '\u0000', 'x'.repeat(100_000), '{"revision":{}}', '{"revision":-1}'],
    ...[JSON.stringify({ session }), JSON.stringify({ session, shown: {} }), JSON.stringify({ session: {} })],
    JSON.stringify({ session, shown: { presenter: 'nobody', view: { cursor: 1 } } }),
  ];
  const bytes = [Uint8Array.of(0), Uint8Array.of(1, 65, 1, 3, 1, 5, 9), new Uint8Array(100).fill(255)];
  for (const channel of channels)
    for (const payload of [...texts.map((text) => Buffer.from(text)), ...bytes]) ear.bus.publish(channel, payload);

  far.provider.setAwarenessField('cursor', { x: 1 });
  const seen = () => near.provider.awareness!.getStates().get(far.document.clientID);
  await eventually(() => expect(seen()).toMatchObject({ cursor: { x: 1 } }));
  near.cells.set('after', 1);
  await saved(near);
  await eventually(() => expect(far.cells.get('after')).toBe(1));
  near.provider.sendStateless(JSON.stringify({ type: 'change_presenter', user_id: guest.email }));
  await eventually(() => expect(told(far)?.presenter).toBe(guest.email));
  expect([...near.closes, ...far.closes]).toEqual([]);
  expect(far.messages.filter(({ type }) => type === 'presenter_view')).toEqual([]);
});
