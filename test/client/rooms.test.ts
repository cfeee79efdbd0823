/** Live rooms: what happens in conversations, workspaces and groups, as it happens, on sockets that they share. */
import * as decoding from 'lib0/decoding';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { createClient, type ConversationMessage, type Room, type RoomStatus } from '../../src/client/index.ts';
import { clientOf } from '../../src/client/client.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { eventually } from '../support/patience.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { playedClock } from './played.ts';
import { becomes, somebody, tokenOf } from './stage.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

/** Everything that comes, and when the room is entered. */
function hearing<Message extends { type: string }>(room: Room<Message>) {
  const heard: Message[] = [];
  let entered = 0;
  room.on('message', (message) => heard.push(message));
  room.on('live', () => (entered += 1));
  return { heard, entered: () => entered };
}

const live = (room: Room<ConversationMessage>) => becomes(() => room.status.kind, 'live');

describe('SD6 a conversation', () => {
  it('tells its participants what is said and who comes and goes (MB7)', async () => {
    const [ada, grace] = [await somebody(app, 'ada'), await somebody(app, 'grace')];
    const [me, her] = [await ada.client.me(), await grace.client.me()];
    const { id } = await ada.client.conversations.create({ title: 'Before the release' });
    await ada.client.conversations.addParticipant(id, { user_id: her.number });
    const [adas, graces] = [ada.client.conversations.listen(id), grace.client.conversations.listen(id)];
    const [adaHears, graceHears] = [hearing(adas), hearing(graces)];
    await live(adas);
    await live(graces);
    const message = await ada.client.conversations.send(id, 'Hello');
    await becomes(() => graceHears.heard.length, 1);
    expect(graceHears.heard[0]).toEqual({
      type: 'message_created',
      timestamp: expect.any(String),
      conversation_id: id,
      message,
    });
    await ada.client.conversations.changeParticipant(id, her.number, 'moderator');
    await becomes(() => graceHears.heard[1]?.type, 'participant_changed');
    await ada.client.conversations.removeParticipant(id, her.number);
    await becomes(() => graces.status, { kind: 'closed', reason: 'removed' });
    await becomes(() => adaHears.heard.at(-1)?.type, 'participant_removed');
    expect(adaHears.heard.at(-1)).toMatchObject({ by: me.number, participant: { user_id: her.number } });
    adas.close();
    expect(adas.status).toEqual({ kind: 'closed', reason: 'left' });
  });

  it('is entered anew after the connection was lost, and says so', async () => {
    const proxy = await startTcpProxy(app.url);
    const { email, client } = await somebody(app);
    const { id } = await client.conversations.create({ title: 'A shaky line' });
    const near = createClient({ url: proxy.through(app.url), token: () => tokenOf(email), WebSocket });
    const room = near.conversations.listen(id);
    const { heard, entered } = hearing(room);
    await live(room);
    await proxy.cut();
    await becomes(() => room.status.kind, 'reconnecting');
    await client.conversations.send(id, 'Nobody hears this');
    await proxy.mend();
    await becomes(entered, 2);
    await client.conversations.send(id, 'Hello again');
    await becomes(() => heard.length, 1);
    room.close();
    await proxy.stop();
  });

  it('is not live while it is not connected, and says whether an attempt is under way', async () => {
    const proxy = await startTcpProxy(app.url);
    const { email, client } = await somebody(app);
    const { id } = await client.conversations.create({ title: 'A token that runs out' });
    const renewed = Promise.withResolvers<string>();
    const token = ({ renew }: { renew: boolean }) => (renew ? renewed.promise : tokenOf(email, 2));
    const near = createClient({ url: proxy.through(app.url), token, WebSocket });
    const room = near.conversations.listen(id);
    const statuses: RoomStatus[] = [];
    room.on('status', (status) => statuses.push(status));
    await live(room);
    await becomes(() => room.status, { kind: 'reconnecting', reason: 'no_token', nextAttemptAt: null });
    renewed.resolve(tokenOf(email));
    await live(room);
    await proxy.cut();
    await eventually(() =>
      expect(statuses).toContainEqual({ kind: 'reconnecting', reason: 'unreachable', nextAttemptAt: null }),
    );
    await proxy.mend();
    await live(room);
    room.close();
    await proxy.stop();
  });

  it('stays closed that is closed because another one, on the same connection, lost it', async () => {
    const proxy = await startTcpProxy(app.url);
    const { email, client } = await somebody(app);
    const near = createClient({ url: proxy.through(app.url), token: () => tokenOf(email), WebSocket });
    const ids = await Promise.all(['One', 'Two'].map((title) => client.conversations.create({ title })));
    const [one, two] = ids.map(({ id }) => near.conversations.listen(id)) as [Room<never>, Room<never>];
    await becomes(() => [one.status.kind, two.status.kind], ['live', 'live']);
    one.on('status', ({ kind }) => kind === 'reconnecting' && two.close());
    await proxy.cut();
    await becomes(() => one.status.kind, 'reconnecting');
    expect(two.status).toEqual({ kind: 'closed', reason: 'left' });
    one.close();
    await proxy.stop();
  });

  it('of somebody else, or of nobody, is closed', async () => {
    const [ada, grace] = [await somebody(app, 'ada'), await somebody(app, 'grace')];
    const { id } = await ada.client.conversations.create({ title: 'Private' });
    const [foreign, unknown] = [
      grace.client.conversations.listen(id),
      grace.client.conversations.listen(2_147_483_647),
    ];
    await becomes(() => foreign.status, { kind: 'closed', reason: 'no_access' });
    await becomes(() => unknown.status, { kind: 'closed', reason: 'not_found' });
  });

  it('is closed where nobody is signed in, and one that is opened as soon as somebody is has a socket that goes on', async () => {
    const { email, client } = await somebody(app);
    const { id } = await client.conversations.create({ title: 'Signed out' });
    let token: string | null = null;
    const mine = createClient({ url: app.url, token: () => token, WebSocket });
    const rooms = [mine.conversations.listen(id), mine.conversations.listen(id)] as Room<ConversationMessage>[];
    rooms[0]!.on('status', ({ kind }) => {
      token = tokenOf(email);
      if (kind === 'closed') rooms.push(mine.conversations.listen(id));
    });
    for (const room of rooms.slice(0, 2)) await becomes(() => room.status, { kind: 'closed', reason: 'signed_out' });
    await live(rooms[2]!);
    rooms[2]!.close();
  });

  it('is left when the signal is aborted', async () => {
    const { client } = await somebody(app);
    const { id } = await client.conversations.create({ title: 'Short' });
    const controller = new AbortController();
    const room = client.conversations.listen(id, { signal: controller.signal });
    await live(room);
    controller.abort();
    expect(room.status).toEqual({ kind: 'closed', reason: 'left' });
    expect(client.conversations.listen(id, { signal: AbortSignal.abort() }).status.kind).toBe('closed');
  });
});

it('SD6 workspaces and groups tell who comes and goes, in their own ids', async () => {
  const [ada, grace] = [await somebody(app, 'ada'), await somebody(app, 'grace')];
  const her = await grace.client.me();
  const workspace = await ada.client.workspaces.create({ name: 'Payments' });
  const group = await ada.client.groups.create({ name: 'Reviewers' });
  const rooms = [
    ada.client.workspaces.listen(workspace.id.toUpperCase()),
    ada.client.groups.listen(group.id.toLowerCase()),
  ] as const;
  const hears = [hearing(rooms[0]), hearing(rooms[1])] as const;
  await becomes(() => rooms.map(({ status }) => status.kind), ['live', 'live']);
  const member = await ada.client.workspaces.addMember(workspace.id, { email: grace.email, role: 'member' });
  await becomes(() => hears[0].heard.length, 1);
  expect(hears[0].heard[0]).toMatchObject({
    type: 'member_added',
    kind: 'workspace',
    container_id: workspace.id,
    member,
  });
  const joined = await ada.client.groups.addMember(group.id, her.ulid);
  await becomes(() => hears[1].heard.length, 1);
  expect(hears[1].heard[0]).toMatchObject({
    type: 'member_added',
    kind: 'group',
    container_id: group.id,
    member: joined,
  });
  for (const room of rooms) room.close();
});

it('more rooms than one socket takes go on a second one, which goes with the last; the same room may be open twice', async () => {
  const sockets: WebSocket[] = [];
  class Counted extends WebSocket {
    constructor(url: string) {
      super(url);
      sockets.push(this);
    }
  }
  const { client } = await somebody(app, 'many', { WebSocket: Counted });
  const { id } = await client.conversations.create({ title: 'Crowded' });
  const rooms = Array.from({ length: 51 }, () => client.conversations.listen(id));
  await becomes(() => rooms.filter(({ status }) => status.kind === 'live').length, 51);
  expect(sockets).toHaveLength(2);
  const hears = rooms.map((room) => hearing(room));
  await client.conversations.send(id, 'Everybody');
  await becomes(() => hears.filter(({ heard }) => heard.length === 1).length, 51);
  const open = () => sockets.filter(({ readyState }) => readyState === WebSocket.OPEN).length;
  rooms.at(-1)!.close();
  await becomes(open, 1);
  for (const room of rooms) room.close();
  await becomes(open, 0);
});

it('a quiet room asks for an answer now and then, because a provider takes silence for a dead connection', async () => {
  let asked = 0;
  let answered = 0;
  /** The kind of a frame, when it is one of the document's content: 0 asks for it, 1 gives it. */
  const kindOf = (bytes: Uint8Array) => {
    const decoder = decoding.createDecoder(bytes);
    decoding.readVarString(decoder);
    return decoding.readVarUint(decoder) === 0 ? decoding.readVarUint(decoder) : null;
  };
  class Watched extends WebSocket {
    constructor(url: string) {
      super(url);
      this.on('message', (data: ArrayBuffer) => {
        if (data.byteLength > 1 && kindOf(new Uint8Array(data)) === 1) answered += 1;
      });
    }

    override send(data: Uint8Array): void {
      if (data.byteLength > 1 && kindOf(data) === 0) asked += 1;
      super.send(data);
    }
  }
  const { email, client } = await somebody(app);
  const { id } = await client.conversations.create({ title: 'Quiet' });
  const clock = playedClock();
  const patient = clientOf({ url: app.url, token: tokenOf(email), WebSocket: Watched }, clock);
  const room = patient.conversations.listen(id);
  await live(room);
  await becomes(() => [asked, answered], [1, 1]);
  for (const times of [2, 3, 4]) {
    clock.pass(12_000);
    await becomes(() => [asked, answered], [times, times]);
  }
  expect(room.status.kind).toBe('live');
  room.close();
});
