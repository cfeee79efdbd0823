/** Conversations over REST: their life, their participants' roles, and their messages. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { roomMessage } from '../../src/membership/room-messages.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { waitingIn } from '../support/database.ts';
import { eventually } from '../support/patience.ts';
import { newcomer, type TestPerson } from '../support/people.ts';
import { auditOf } from '../support/rows.ts';

const ALL = '/v1/messaging/conversations';
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const NOWHERE = 2147483647;

let app: TestApp;
let admin: TestPerson, moderator: TestPerson, member: TestPerson, stranger: TestPerson, platform: TestPerson;
let id: number;

beforeAll(async () => {
  app = await startApp();
  [admin, moderator, member, stranger] = [
    await newcomer(app),
    await newcomer(app),
    await newcomer(app),
    await newcomer(app),
  ];
  platform = await newcomer(app, { roles: ['admin'] });
});
afterAll(() => app.stop());
beforeEach(async () => {
  id = (await admin.call('POST', ALL, { body: { title: 'Before the release' } })).body.id;
  await add(member);
  await add(moderator, 'moderator');
});

const one = () => `${ALL}/${id}`;
const participants = () => `${ALL}/${id}/participants`;
const messages = () => `${ALL}/${id}/messages`;
const add = (person: TestPerson, role?: string) =>
  admin.call('POST', participants(), { body: { user_id: person.number, ...(role && { role }) } });

describe('a conversation', () => {
  it('is made about nothing, and the caller is its admin', async () => {
    const made = await admin.call('POST', ALL, { body: { title: ' Why? ' } });
    expect(made).toMatchObject({
      status: 201,
      body: { id: expect.any(Number), title: 'Why?', diagram_id: null, created_at: TIME },
    });
    expect((await admin.call('GET', `${ALL}/${made.body.id}/participants`)).body).toEqual({
      conversation_id: made.body.id,
      participants: [
        {
          participant_id: expect.any(Number),
          user_id: admin.number,
          email: admin.email,
          username: admin.email.split('@')[0],
          role: 'admin',
          joined_at: TIME,
        },
      ],
    });
  });

  it('is made about a diagram that the caller may read', async () => {
    const model = (await admin.call('POST', '/threat_models', { body: { name: 'Discussed' } })).body.id;
    const diagram = (await admin.call('POST', `/threat_models/${model}/diagrams`, { body: { name: 'Flow' } })).body.id;
    const body = { title: 'About it', diagram_id: diagram.toUpperCase() };
    const made = await admin.call('POST', ALL, { body });
    expect(made).toMatchObject({ status: 201, body: { diagram_id: diagram } });
    expect(await stranger.call('POST', ALL, { body })).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await admin.call('POST', ALL, { body: { ...body, diagram_id: randomUUID() } })).toMatchObject({
      status: 404,
      body: { code: 'not_found', message: 'The diagram was not found' },
    });
    expect((await admin.call('POST', ALL, { body: { ...body, diagram_id: 'x' } })).body.details).toEqual({
      diagram_id: ['Invalid diagram id format'],
    });
    await admin.call('DELETE', `/threat_models/${model}/diagrams/${diagram}`);
    const mine = (await admin.call('GET', `${ALL}?limit=100`)).body.data;
    expect(mine.find((row: { id: number }) => row.id === made.body.id).diagram_id).toBeNull();
  });

  it('is made about no diagram that goes at the same moment', async () => {
    const model = (await admin.call('POST', '/threat_models', { body: { name: 'Going' } })).body.id;
    const diagram = (await admin.call('POST', `/threat_models/${model}/diagrams`, { body: { name: 'Flow' } })).body.id;
    const made = await app.database.log.transaction(async (transaction) => {
      await transaction.query('delete from diagram where id = $1', [diagram]);
      const asked = admin.call('POST', ALL, { body: { title: 'About it', diagram_id: diagram } });
      await eventually(async () => expect(await waitingIn(app.database.content)).toBe(1));
      return { asked };
    });
    expect(await made.asked).toMatchObject({
      status: 404,
      body: { code: 'not_found', message: 'The diagram was not found' },
    });
  });

  it('MB9 cannot be made about a diagram that is not readable, with no check in front of it', async () => {
    const model = (await admin.call('POST', '/threat_models', { body: { name: 'Secret' } })).body.id;
    const diagram = (await admin.call('POST', `/threat_models/${model}/diagrams`, { body: { name: 'Flow' } })).body.id;
    const made = (person: TestPerson) =>
      app.database.asPerson({ id: person.id, platformAdmin: false }, (em) =>
        em.execute<object[]>('select * from create_conversation(?, ?)', ['x', diagram]),
      );
    expect(await made(stranger)).toEqual([]);
    expect(await made(admin)).toHaveLength(1);
  });

  it('is listed for its participants, page by page', async () => {
    const person = await newcomer(app);
    const own = [];
    for (let made = 0; made < 3; made += 1)
      own.push((await person.call('POST', ALL, { body: { title: `Mine ${made}` } })).body);
    const first = (await person.call('GET', `${ALL}?limit=2`)).body;
    const second = (await person.call('GET', `${ALL}?limit=2&cursor=${first.next_cursor}`)).body;
    expect([...first.data, ...second.data]).toEqual(own);
    expect(second.next_cursor).toBeNull();
    expect((await stranger.call('GET', ALL)).body.data.map((row: { id: number }) => row.id)).not.toContain(id);
  });

  it('is changed and deleted by its admins and by platform admins, and by nobody else', async () => {
    for (const person of [moderator, member, stranger]) {
      expect((await person.call('PATCH', one(), { body: { title: 'Mine' } })).status).toBe(403);
      expect((await person.call('DELETE', one())).status).toBe(403);
    }
    expect(await admin.call('PATCH', one(), { body: { title: 'After' } })).toMatchObject({
      status: 200,
      body: { id, title: 'After', diagram_id: null },
    });
    expect((await platform.call('PATCH', one(), { body: { title: 'Ours' } })).body.title).toBe('Ours');
    await admin.call('POST', messages(), { body: { body: 'gone soon' } });
    expect((await platform.call('DELETE', one())).status).toBe(204);
    for (const [method, path, body] of [
      ['DELETE', one()],
      ['PATCH', one(), { title: 'x' }],
      ['GET', participants()],
      ['GET', messages()],
    ] as const) {
      expect((await admin.call(method, path, body && { body })).status, `${method} ${path}`).toBe(404);
    }
  });

  it('MB5 leaves an audit row for making, renaming and deleting it, granted or refused', async () => {
    const attempts = [
      [admin, 'POST', ALL, { title: 'Audited' }, 'conversation.create', 'granted'],
      [admin, 'POST', ALL, {}, 'conversation.create', 'invalid'],
      [member, 'PATCH', one(), { title: 'x' }, 'conversation.rename', 'forbidden'],
      [platform, 'PATCH', one(), { title: 'x' }, 'conversation.rename', 'granted'],
      [member, 'DELETE', one(), undefined, 'conversation.delete', 'forbidden'],
      [admin, 'DELETE', one(), undefined, 'conversation.delete', 'granted'],
    ] as const;
    for (const [person, method, path, body, action, outcome] of attempts) {
      const requestId = randomUUID();
      await person.call(method, path, { headers: { 'x-request-id': requestId }, ...(body && { body }) });
      expect(await auditOf(app.database, requestId)).toMatchObject([{ actor_id: person.id, action, outcome }]);
    }
  });

  it('refuses what is no title, and takes its number from the path only as an integer', async () => {
    for (const body of [{}, { title: ' ' }, { title: 7 }, { title: 'x'.repeat(201) }, { title: 'x', name: 'y' }, []]) {
      expect((await admin.call('POST', ALL, { body })).status, JSON.stringify(body)).toBe(400);
    }
    for (const number of ['0', '-1', '1.0', '1e3', '+1', '01', '2147483648', '99999999999999999999', 'x', '0x10']) {
      const answer = await admin.call('PATCH', `${ALL}/${number}`, { body: { title: 'x' } });
      expect(answer.body, number).toMatchObject({
        status: 400,
        details: { conversation_id: ['conversation_id must be an integer from 1 to 2147483647'] },
      });
    }
    expect((await admin.call('PATCH', `${ALL}/${NOWHERE}`, { body: { title: 'x' } })).status).toBe(404);
  });
});

describe('MB7 its participants', () => {
  it('are answered with a sentence, in the language asked for', async () => {
    const added = await admin.call('POST', participants(), { body: { user_id: stranger.number } });
    expect(added.status).toBe(201);
    expect(added.body).toEqual({
      message: 'The participant was added',
      participant_id: expect.any(Number),
      conversation_id: id,
      user_id: stranger.number,
      role: 'member',
      joined_at: TIME,
    });
    const polish = await admin.call('POST', participants(), {
      body: { user_id: platform.number },
      headers: { 'accept-language': 'pl' },
    });
    expect(polish.body.message).toBe('Dodano uczestnika');
    expect(polish.headers.get('content-language')).toBe('pl');
  });

  it('are named in the body; user_id in the query string is ignored', async () => {
    const path = `${participants()}?user_id=${stranger.number}`;
    expect(await admin.call('POST', path)).toMatchObject({ status: 400, body: { field: 'user_id' } });
    expect(await admin.call('POST', path, { body: {} })).toMatchObject({ status: 400 });
    expect(await admin.call('POST', path, { body: { user_id: platform.number } })).toMatchObject({
      status: 201,
      body: { user_id: platform.number },
    });
  });

  it('change their roles by an admin, and have the rights of the new one', async () => {
    expect(
      (await moderator.call('PATCH', `${participants()}/${member.number}`, { body: { role: 'admin' } })).status,
    ).toBe(403);
    expect((await member.call('PATCH', `${participants()}/${member.number}`, { body: { role: 'admin' } })).status).toBe(
      403,
    );
    const changed = await admin.call('PATCH', `${participants()}/${member.number}`, { body: { role: 'admin' } });
    expect(changed).toMatchObject({
      status: 200,
      body: { user_id: member.number, email: member.email, role: 'admin' },
    });
    expect((await member.call('POST', participants(), { body: { user_id: stranger.number } })).status).toBe(201);
    expect(
      (await platform.call('PATCH', `${participants()}/${admin.number}`, { body: { role: 'moderator' } })).body.role,
    ).toBe('moderator');
    expect((await admin.call('DELETE', `${participants()}/${stranger.number}`)).status).toBe(403);
    for (const [user, status] of [
      [stranger.number, 200],
      [platform.number, 404],
      [NOWHERE, 404],
      ['x', 400],
    ] as const) {
      expect(
        (await member.call('PATCH', `${participants()}/${user}`, { body: { role: 'member' } })).status,
        String(user),
      ).toBe(status);
    }
  });

  it('a change of role is announced and audited', async () => {
    const requestId = randomUUID();
    const { body } = await admin.call('PATCH', `${participants()}/${member.number}`, {
      body: { role: 'moderator' },
      headers: { 'x-request-id': requestId },
    });
    expect(await auditOf(app.database, requestId)).toMatchObject([
      {
        action: 'conversation.member.change',
        container: `conversation:${id}`,
        subject: String(member.number),
        role: 'moderator',
        outcome: 'granted',
      },
    ]);
    const [notice] = await app.database.log.query<{ payload: unknown; at: string }>(
      'select payload, at from notice where scope = $1 order by revision desc limit 1',
      [`conversation:${id}`],
    );
    expect(roomMessage('conversation', String(id), notice!)).toEqual({
      type: 'participant_changed',
      timestamp: TIME,
      conversation_id: id,
      participant: body,
      by: admin.number,
    });
  });

  it('are listed whole, and page by page where a limit is given', async () => {
    const whole = (await member.call('GET', participants())).body;
    expect(whole.participants.map((row: { role: string }) => row.role)).toEqual(['admin', 'member', 'moderator']);
    const first = (await platform.call('GET', `${participants()}?limit=2`)).body;
    const second = (await platform.call('GET', `${participants()}?limit=2&cursor=${first.next_cursor}`)).body;
    expect([...first.participants, ...second.participants]).toEqual(whole.participants);
    expect(second.next_cursor).toBeNull();
  });
});

describe('its messages', () => {
  const send = (person: TestPerson, body: unknown) => person.call('POST', messages(), { body: { body } });

  it('are sent and read by participants, newest first', async () => {
    const text = `  it's "fine"? \\ \n 🚀 ${'x'.repeat(20)}`;
    const sent = await send(member, text);
    expect(sent).toMatchObject({
      status: 201,
      body: { id: expect.any(Number), conversation_id: id, user_id: member.number, body: text, created_at: TIME },
    });
    const reply = (await send(moderator, 'Yes.')).body;
    expect((await admin.call('GET', messages())).body).toEqual({ data: [reply, sent.body], next_cursor: null });
  });

  it('are for participants only: not for strangers, not for platform admins, not for those who left', async () => {
    await send(member, 'between us');
    await member.call('DELETE', `${participants()}/${member.number}`);
    for (const person of [stranger, platform, member]) {
      expect((await person.call('GET', messages())).status).toBe(403);
      expect((await send(person, 'hello')).status).toBe(403);
      const rows = await app.database.asPerson(
        person === platform ? { id: person.id, platformAdmin: true } : { id: person.id, platformAdmin: false },
        (em) => em.execute<object[]>('select * from message where conversation_id = ?', [id]),
      );
      expect(rows).toEqual([]);
    }
    expect((await admin.call('GET', messages())).body.data).toHaveLength(1);
  });

  it('MB9 cannot be sent in another name or by an outsider, with no check in front of it', async () => {
    const insert = (person: TestPerson, author: TestPerson) =>
      app.database.asPerson({ id: person.id, platformAdmin: false }, (em) =>
        em.execute('insert into message (conversation_id, author_id, body) values (?, ?, ?)', [id, author.id, 'x']),
      );
    await expect(insert(stranger, stranger)).rejects.toMatchObject({ code: '42501' });
    await expect(insert(member, admin)).rejects.toMatchObject({ code: '42501' });
    await insert(member, member);
  });

  it('CO6 have 1 to 4,000 characters that are not all blank', async () => {
    for (const body of [undefined, '', ' \n\t ', 7, null, ['x'], 'x'.repeat(4001), 'a\0b', '\ud800']) {
      expect((await send(member, body)).status, JSON.stringify(body)?.slice(0, 20)).toBe(400);
    }
    expect((await send(member, '🚀'.repeat(4000))).status).toBe(201);
  });

  it('are paged with a cursor that new messages do not disturb', async () => {
    for (let sent = 1; sent <= 5; sent += 1) await send(member, `message ${sent}`);
    const first = (await admin.call('GET', `${messages()}?limit=2`)).body;
    await send(moderator, 'in between');
    const second = (await admin.call('GET', `${messages()}?limit=2&cursor=${first.next_cursor}`)).body;
    const third = (await admin.call('GET', `${messages()}?limit=2&cursor=${second.next_cursor}`)).body;
    const bodies = [first, second, third].map((page) => page.data.map((row: { body: string }) => row.body));
    expect(bodies).toEqual([['message 5', 'message 4'], ['message 3', 'message 2'], ['message 1']]);
    expect(third.next_cursor).toBeNull();
    for (const query of ['limit=0', 'cursor=x', `cursor=${Buffer.from('["x"]').toString('base64url')}`]) {
      expect((await admin.call('GET', `${messages()}?${query}`)).status, query).toBe(400);
    }
  });

  it('that are sent at once all arrive, each with a number and a notice of its own', async () => {
    const sent = await Promise.all(
      Array.from({ length: 12 }, (_, index) => send(index % 2 ? member : moderator, `at once ${index}`)),
    );
    expect(sent.map((answer) => answer.status)).toEqual(Array<number>(12).fill(201));
    const listed = (await admin.call('GET', messages())).body.data as { id: number; body: string }[];
    expect(listed).toHaveLength(12);
    expect(listed.map((row) => row.id)).toEqual(listed.map((row) => row.id).toSorted((a, b) => b - a));
    const notices = await app.database.log.query<{ payload: unknown; at: string }>(
      `select payload, at from notice where scope = $1 and payload->>'action' = 'message' order by revision`,
      [`conversation:${id}`],
    );
    const told = notices.map((notice) => roomMessage('conversation', String(id), notice));
    expect(told.map((message) => message?.type)).toEqual(Array<string>(12).fill('message_created'));
    expect(told.map((message) => message?.message)).toEqual(listed.toReversed());
    expect(told[0]).toMatchObject({ conversation_id: id, timestamp: TIME });
  });
});
