/** Who may be in a room, and that a room takes nothing from a client. */
import { writeVarString } from 'lib0/encoding';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { toUlid } from '../../../src/identity/spelling.ts';
import { placeOfRoom } from '../../../src/sync/rooms/room-name.ts';
import { signToken } from '../../../src/identity/tokens.ts';
import { startApp, TEST_SECRET, type TestApp } from '../../support/app.ts';
import { eventually } from '../../support/patience.ts';
import { newcomer, type TestPerson } from '../../support/people.ts';
import { disconnectAll } from '../../support/provider.ts';
import { NO_STATE, openRaw, textOf } from '../../support/raw-socket.ts';
import { listening, open, roomsUrl, sharedSocket, told } from './room-stage.ts';

/** Types of frames. */
const [AUTH, CLOSE] = [2, 7];

let app: TestApp;
let ada: TestPerson;
let bob: TestPerson;
let root: TestPerson;
let conversation: string;
let path: string;
let workspace: string;
let group: string;

beforeAll(async () => {
  app = await startApp();
  [ada, bob] = [await newcomer(app), await newcomer(app)];
  root = await newcomer(app, { roles: ['admin'] });
  const make = async (at: string, body: object) => (await ada.call('POST', at, { body })).body.id;
  const id = await make('/v1/messaging/conversations', { title: 'Talk' });
  path = `/v1/messaging/conversations/${id}`;
  conversation = `conversation:${id}`;
  workspace = `workspace:${await make('/api/workspaces', { name: 'Firm' })}`;
  group = `group:${await make('/api/v1/groups', { name: 'Crew' })}`;
});
afterEach(disconnectAll);
afterAll(() => app.stop());

describe('the name of a room', () => {
  const uuid = '0198c0de-aaaa-7bbb-8ccc-0123456789ab';
  it('stands for a container, groups being spelled as ULIDs', () => {
    expect(placeOfRoom('conversation:2147483647')).toEqual({ kind: 'conversation', container: '2147483647' });
    expect(placeOfRoom(`workspace:${uuid}`)).toEqual({ kind: 'workspace', container: uuid });
    expect(placeOfRoom(`group:${toUlid(uuid)}`)).toEqual({ kind: 'group', container: uuid });
  });

  it.each([
    'conversation:01',
    'conversation:0',
    'conversation:-1',
    'conversation:1.0',
    'conversation: 1',
    'conversation:1 ',
    'conversation:1\n',
    'conversation:1:1',
    'conversation:2147483648',
    'conversation:99999999999999999999',
    'conversation:',
    'conversation',
    `workspace:${uuid.toUpperCase()}`,
    `workspace:{${uuid}}`,
    `workspace:${uuid.replaceAll('-', '')}`,
    'workspace:1',
    `group:${uuid}`,
    'group:01k30dxanafexrsk019d5pf2db',
    'group:81K30DXANAFEXRSK019D5PF2DB',
    'group:01K30DXANAFEXRSK019D5PF2D',
    'user_group:01K30DXANAFEXRSK019D5PF2DB',
    'toString:1',
    '__proto__:1',
    '',
    ':',
  ])('is none if it is not canonical: %j', (name) => expect(placeOfRoom(name)).toBeNull());
});

describe('AC1 who is let in', () => {
  it('a stranger to the container is refused, and only that document ends', async () => {
    const websocket = sharedSocket(app);
    const mine = (await bob.call('POST', '/api/workspaces', { body: { name: 'Mine' } })).body.id;
    const own = await listening(app, bob, `workspace:${mine}`, websocket);
    for (const name of [conversation, workspace, group]) {
      const client = open(app, bob, name, websocket);
      await eventually(() => expect(client.closes).toEqual([{ code: 1000, reason: '4403 forbidden' }]));
      expect(client.denials).toEqual(['forbidden']);
      expect(client.provider.isSynced).toBe(false);
    }
    expect(own.closes).toEqual([]);
  });

  it('what does not exist, or is not spelled as it is, is not found', async () => {
    const names = [
      'conversation:2147483647',
      workspace.slice(0, -12) + '000000000000',
      'group:00000000000000000000000000',
      conversation.replace(':', ':0'),
      workspace.toUpperCase().replace('WORKSPACE', 'workspace'),
      group.toLowerCase(),
    ];
    const websocket = sharedSocket(app);
    for (const name of names) {
      const client = open(app, ada, name, websocket);
      await eventually(() => expect(client.closes).toEqual([{ code: 1000, reason: '4404 not_found' }]));
      expect(client.denials).toEqual(['not_found']);
    }
  });

  it('a token that is not valid closes the socket with 4401', async () => {
    const client = open(app, { ...ada, token: 'nobody' }, conversation);
    await eventually(() => expect(client.closes[0]).toEqual({ code: 4401, reason: 'unauthenticated' }));
  });

  it('AC1 a platform admin hears who takes part in a conversation, as they may list them, and not what is said', async () => {
    const [admin, participant] = [await listening(app, root, conversation), await listening(app, ada, conversation)];
    await ada.call('POST', `${path}/messages`, { body: { body: 'among us' } });
    await root.call('POST', `${path}/participants`, { body: { user_id: root.number } });
    await ada.call('POST', `${path}/messages`, { body: { body: 'to all' } });
    expect(await told(participant, 3)).toEqual(['message_created', 'participant_added', 'message_created']);
    expect(await told(admin, 2)).toEqual(['participant_added', 'message_created']);
    expect(admin.messages[1]).toMatchObject({ message: { body: 'to all' } });
    await ada.call('DELETE', `${path}/participants/${root.number}`);
    await eventually(() => expect(admin.closes[0]?.reason).toBe('4403 removed'));
    for (const name of [workspace, group]) {
      const client = open(app, root, name);
      await eventually(() => expect(client.denials).toEqual(['forbidden']));
    }
  });

  it('AC3 a platform admin whose next token makes them none is put out', async () => {
    const socket = openRaw(roomsUrl(app));
    await socket.opened;
    socket.auth(conversation, root.token);
    await eventually(() => expect(socket.received.filter(({ type }) => type === AUTH)).toHaveLength(1));
    socket.auth(conversation, signToken(TEST_SECRET, { email: root.email }, 60));
    await eventually(() =>
      expect(socket.received.filter(({ type }) => type === CLOSE).map((frame) => textOf(frame))).toEqual([
        '4403 forbidden',
      ]),
    );
    socket.close();
  });

  it('a diagram path carries no rooms', async () => {
    const model = (await ada.call('POST', '/threat_models', { body: { name: 'Model' } })).body.id;
    const diagram = (await ada.call('POST', `/threat_models/${model}/diagrams`, { body: { name: 'D' } })).body.id;
    const socket = openRaw(`${app.url.replace('http', 'ws')}/threat_models/${model}/diagrams/${diagram}/ws`);
    await socket.opened;
    socket.auth(conversation, ada.token);
    expect((await socket.closed).code).toBe(4404);
  });
});

describe('what a client sends', () => {
  it('CS13 content is refused: the update stays unsaved, and nobody else gets it', async () => {
    const [writer, other] = [await listening(app, ada, conversation), await listening(app, ada, conversation)];
    writer.cells.set('a', 1);
    await eventually(() =>
      expect(writer.messages).toMatchObject([{ type: 'error', code: 'forbidden', request_type: 'update' }]),
    );
    expect(writer.provider.unsyncedChanges).toBe(1);
    await ada.call('POST', `${path}/messages`, { body: { body: 'still here' } });
    expect(await told(other, 1)).toEqual(['message_created']);
    expect(other.cells.toJSON()).toEqual({});
    const late = await listening(app, ada, conversation);
    expect(late.cells.toJSON()).toEqual({});
    expect([...writer.closes, ...other.closes]).toEqual([]);
  });

  it.each([
    ['{"type":"end_session"}', 'end_session'],
    ['{"type":"message_created","message":"forged"}', 'message_created'],
    ['{', undefined],
    ['null', undefined],
    ['{"type":1}', undefined],
    [`{"type":"${'x'.repeat(5000)}"}`, undefined],
  ])('CS13 a stateless message %.40s is answered with an error, and nobody else hears it', async (payload, type) => {
    const socket = openRaw(roomsUrl(app));
    await socket.opened;
    socket.auth(conversation, ada.token);
    socket.sync(conversation, 0, NO_STATE);
    const other = await listening(app, ada, conversation);
    await eventually(() =>
      expect(socket.received.some(({ type: kind, detail }) => kind === 0 && detail === 1)).toBe(true),
    );
    socket.send(conversation, 5, (encoder) => writeVarString(encoder, payload));
    const error = await eventually(() => {
      const answer = socket.received.find((frame) => frame.type === 5);
      if (!answer) throw new Error('no answer');
      return JSON.parse(textOf(answer)) as unknown;
    });
    expect(error).toEqual({
      type: 'error',
      code: 'forbidden',
      message: 'You may not do this here.',
      timestamp: expect.any(String) as string,
      ...(type !== undefined && { request_type: type }),
    });
    expect(other.messages).toEqual([]);
    socket.close();
  });

  it('CS13 awareness is dropped: nobody is shown in a room', async () => {
    const [shown, other] = [await listening(app, ada, conversation), await listening(app, ada, conversation)];
    shown.provider.awareness!.setLocalState({ cursor: { x: 1 } });
    await ada.call('POST', `${path}/messages`, { body: { body: 'after it' } }); // comes after the awareness did
    await told(shown, 1);
    await told(other, 1);
    const late = await listening(app, ada, conversation);
    for (const { provider, document } of [other, late])
      expect([...provider.awareness!.getStates().keys()].filter((id) => id !== document.clientID)).toEqual([]);
  });
});

it('a socket carries 50 documents, and closes with 4429 for one more', async () => {
  const websocket = sharedSocket(app);
  const names = [conversation, workspace, group];
  const clients = Array.from({ length: 50 }, (_, index) => open(app, ada, names[index % 3]!, websocket, true));
  for (const client of clients) await eventually(() => expect(client.provider.isSynced).toBe(true));
  await ada.call('POST', `${path}/messages`, { body: { body: 'to all' } });
  for (const client of clients.filter((__, index) => index % 3 === 0)) await told(client, 1);
  expect(clients.flatMap(({ closes }) => closes)).toEqual([]);
  open(app, ada, conversation, websocket, true);
  await eventually(() => expect(clients[0]!.closes[0]).toEqual({ code: 4429, reason: 'too many' }));
});
