/** AC1, AC2 and AC5, as clients meet them: who is let in, what a reader may not, and how long a token holds. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { signToken } from '../../src/identity/tokens.ts';
import { startApp, TEST_SECRET, type TestApp } from '../support/app.ts';
import { groupOf } from '../support/groups.ts';
import { eventually, saved, within } from '../support/patience.ts';
import { newcomer, type TestPerson } from '../support/people.ts';
import { connect, disconnectAll } from '../support/provider.ts';
import {
  closeForgers,
  forge,
  grant,
  join,
  makePlace,
  makeSession,
  messagesOf,
  socketUrl,
  stored,
  updateBy,
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

describe('AC1 the same answer everywhere', () => {
  /** Who has what in a threat model in a workspace. */
  async function everybody() {
    const [owner, byGrant, reading, inGroup, member, onlyReading, stranger] = [
      await newcomer(app),
      await newcomer(app),
      await newcomer(app),
      await newcomer(app),
      await newcomer(app),
      await newcomer(app),
      await newcomer(app),
    ];
    const workspace = (await owner.call('POST', '/api/workspaces', { body: { name: 'Workspace' } })).body.id as string;
    for (const [person, role] of [
      [member, 'member'],
      [onlyReading, 'read_only'],
    ] as const)
      await owner.call('POST', `/api/workspaces/${workspace}/members`, { body: { email: person.email, role } });
    const place = await makePlace(owner, workspace);
    const group = await groupOf(app.database, owner.id, [inGroup.id]);
    await grant(place, owner, [byGrant, 'writer'], [reading, 'reader'], [{ group: group.ulid }, 'writer']);
    await owner.call('POST', `${place.path}/collaborate`);
    const people: [TestPerson, 'writer' | 'reader' | null][] = [
      [owner, 'writer'],
      [byGrant, 'writer'],
      [inGroup, 'writer'],
      [member, 'writer'],
      [reading, 'reader'],
      [onlyReading, 'reader'],
      [stranger, null],
    ];
    return { place, people };
  }

  it('AC1 a diagram: REST and the socket let the same people read, and the same people write', async () => {
    const { place, people } = await everybody();
    for (const [index, [person, may]] of people.entries()) {
      const read = await person.call('GET', `${place.path}/content`);
      expect(read.status).toBe(may ? 200 : 403);
      const body = updateBy(1000 + index, (cells) => cells.set(`rest ${index}`, 1));
      const headers = { 'content-type': 'application/octet-stream' };
      const write = await person.call('POST', `${place.path}/updates`, { body, headers });
      expect(write.status).toBe(may === 'writer' ? 200 : 403);

      const client = join(app, place, person);
      if (!may) {
        await eventually(() => expect(client.closes[0]).toEqual({ code: 4403, reason: 'forbidden' }));
        expect(client.denials[0]).toBe('forbidden');
        expect(client.cells.size).toBe(0);
        continue;
      }
      await eventually(() => expect(usersOf(client)).toContain(person.email));
      expect(updateOf(client)!.participants.find(({ user_id }) => user_id === person.email)?.permissions).toBe(may);
      expect(client.provider.authorizedScope).toBe(may === 'writer' ? 'read-write' : 'readonly');
      client.cells.set(`socket ${index}`, 1);
      if (may === 'writer') await saved(client);
      else await eventually(() => expect(messagesOf(client, 'error')).toMatchObject([{ code: 'forbidden' }]));
    }
    const writers = people.flatMap(([, may], index) => (may === 'writer' ? [`rest ${index}`, `socket ${index}`] : []));
    expect(Object.keys((await stored(app, place)).cells).toSorted()).toEqual(writers.toSorted());
  });

  it('AC1 a group: REST, GraphQL and the room let the same people in', async () => {
    const [owner, member, stranger] = [await newcomer(app), await newcomer(app), await newcomer(app)];
    const { ulid } = await groupOf(app.database, owner.id, [member.id]);
    for (const [person, allowed] of [
      [owner, true],
      [member, true],
      [stranger, false],
    ] as const) {
      const rest = await person.call('GET', `/api/v1/groups/${ulid}`);
      expect(rest.status).toBe(allowed ? 200 : 403);
      const query = `{ group(id: "${ulid}") { id } }`;
      const graph = await person.call('POST', '/graphql', { body: { query } });
      if (allowed) expect(graph.body.data.group.id).toBe(ulid);
      else expect(graph.body.errors).toMatchObject([{ extensions: { code: 'forbidden' } }]);
      const room = connect({ url: socketUrl(app, '/ws'), name: `group:${ulid}`, token: person.token });
      if (allowed) await eventually(() => expect(room.provider.isSynced).toBe(true));
      else await eventually(() => expect(room.denials).toEqual(['forbidden']));
    }
  });
});

describe('AC2 a reader', () => {
  it('AC2 has no update applied, stored or relayed, is told at most once a second, and sees what others write', async () => {
    const { place, guest, reader } = await makeSession(app);
    const [writer, reading] = [join(app, place, guest), join(app, place, reader)];
    await Promise.all([saved(writer), saved(reading)]);
    const began = performance.now();
    for (let edit = 0; edit < 20; edit += 1) reading.cells.set('by the reader', edit);
    await eventually(() =>
      expect(messagesOf(reading, 'error')).toMatchObject([{ code: 'forbidden', request_type: 'update' }]),
    );
    writer.cells.set('by the writer', 1);
    await saved(writer);
    await eventually(() => expect(reading.cells.get('by the writer')).toBe(1));
    expect(writer.cells.toJSON()).toEqual({ 'by the writer': 1 });
    expect(await stored(app, place)).toEqual({ head: 1, cells: { 'by the writer': 1 } });
    expect(reading.provider.unsyncedChanges).toBeGreaterThan(0);
    const seconds = (performance.now() - began) / 1000;
    expect(messagesOf(reading, 'error').length).toBeLessThanOrEqual(1 + seconds);
    expect(reading.closes).toEqual([]);
  });

  it('AC2 gets false for every refused frame, whatever kind of frame carries it', async () => {
    const { place, guest, reader } = await makeSession(app);
    const writer = join(app, place, guest);
    await saved(writer);
    const forger = await forge(app, place, reader);
    forger.update(updateBy(7, (cells) => cells.set('update', 1)));
    forger.sync(
      forger.address,
      1,
      updateBy(8, (cells) => cells.set('step 2', 1)),
    );
    await eventually(() => expect(forger.statuses()).toEqual([false, false]));
    expect(forger.heard().filter(({ type }) => type === 'error')).toMatchObject([{ code: 'forbidden' }]);
    writer.cells.set('marker', 1);
    await saved(writer);
    expect(writer.cells.toJSON()).toEqual({ marker: 1 });
    expect((await stored(app, place)).cells).toEqual({ marker: 1 });
  });
});

describe('AC5 a token', () => {
  const shortToken = (person: TestPerson, seconds: number) => signToken(TEST_SECRET, { email: person.email }, seconds);

  it('AC5 closes the connection with 4401 within five seconds of its expiry, unless the client sends another', async () => {
    const { place, host, guest } = await makeSession(app);
    const expiring = shortToken(guest, 2);
    const expiry = (JSON.parse(Buffer.from(expiring.split('.')[1]!, 'base64url').toString()) as { exp: number }).exp;
    const without = join(app, place, { token: expiring });
    const tokens = [shortToken(host, 2)];
    const refreshing = join(app, place, host, { token: () => tokens.shift() ?? host.token });
    await Promise.all([saved(without), saved(refreshing)]);
    await eventually(() => expect(without.closes[0]).toEqual({ code: 4401, reason: 'token expired' }));
    const late = Date.now() - expiry * 1000;
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(within(5000));
    await eventually(() => expect(without.denials[0]).toBe('unauthenticated')); // it came back with the same one
    refreshing.cells.set('still here', 1);
    await saved(refreshing);
    expect(refreshing.closes).toEqual([]);
  });

  it.each([
    ['somebody else’s', (_: TestPerson, other: TestPerson) => other.token],
    ['one that is not signed by us', (person: TestPerson) => signToken('x'.repeat(40), { email: person.email }, 60)],
    ['one that has expired', (person: TestPerson) => shortToken(person, -10)],
    ['no token at all', () => 'nonsense'],
  ])('AC5 sent over the socket, %s ends the connection with 4401', async (_, make) => {
    const { place, host, guest } = await makeSession(app);
    const forger = await forge(app, place, guest);
    forger.auth(forger.address, make(guest, host));
    expect((await forger.closed).code).toBe(4401);
  });
});
