/**
 * AC3, AC4: access that changes while somebody is connected, whatever changes it. Lower: they are a reader first and told
 * then. None: closed with 4403. Higher: they may write, on the connection that they have.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { eventually, pause, saved } from '../support/patience.ts';
import { newcomer, type TestPerson } from '../support/people.ts';
import { disconnectAll, type Client } from '../support/provider.ts';
import {
  closeForgers,
  forge,
  grant,
  join,
  makePlace,
  makeSession,
  messagesOf,
  stored,
  updateBy,
  updateOf,
  usersOf,
  type Place,
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

/** What the rules give a connection to follow a change of access, ms. */
const IN_TIME = 1000;

type Change = () => Promise<{ status: number }>;

/** Somebody who is a writer, and the requests that change it. `lower` and `raise` go between reader and writer. */
interface Way {
  place: Place;
  /** Somebody whom nothing happens to. */
  owner: TestPerson;
  person: TestPerson;
  lower: Change;
  raise: Change;
  remove: Change;
}

async function byGrant(): Promise<Way> {
  const [owner, person] = [await newcomer(app), await newcomer(app)];
  const place = await makePlace(owner);
  const give = (role?: 'reader' | 'writer') => async () => {
    await grant(place, owner, ...(role ? [[person, role] as const] : []));
    return { status: 200 };
  };
  await give('writer')();
  return { place, owner, person, lower: give('reader'), raise: give('writer'), remove: give() };
}

/** A reader by a grant of their own, a writer as long as they are in the group, or own it. */
async function inGroup(standing: 'member' | 'owner'): Promise<Way> {
  const [owner, person, holder] = [await newcomer(app), await newcomer(app), await newcomer(app)];
  const place = await makePlace(owner);
  const group = (await holder.call('POST', '/api/v1/groups', { body: { name: 'Group' } })).body.id as string;
  const path = `/api/v1/groups/${group}`;
  const add = () => holder.call('POST', `${path}/members`, { body: { user_id: person.ulid } });
  const take = () => holder.call('DELETE', `${path}/members/${person.ulid}`);
  const hand = (from: TestPerson, to: TestPerson) => () => from.call('PATCH', path, { body: { owner_id: to.ulid } });
  const [enter, leave] = standing === 'member' ? [add, take] : [hand(holder, person), hand(person, holder)];
  await grant(place, owner, [person, 'reader'], [{ group }, 'writer']);
  await enter();
  return {
    place,
    owner,
    person,
    lower: leave,
    raise: enter,
    async remove() {
      await grant(place, owner, [{ group }, 'writer']);
      return leave();
    },
  };
}

async function inWorkspace(before: 'member' | 'owner'): Promise<Way> {
  const [owner, person] = [await newcomer(app), await newcomer(app)];
  const workspace = (await owner.call('POST', '/api/workspaces', { body: { name: 'Workspace' } })).body.id as string;
  const members = `/api/workspaces/${workspace}/members`;
  await owner.call('POST', members, { body: { email: person.email, role: before } });
  const give = (role: string) => () => owner.call('PATCH', `${members}/${person.id}`, { body: { role } });
  return {
    place: await makePlace(owner, workspace),
    owner,
    person,
    lower: give('read_only'),
    raise: give(before),
    remove: () => owner.call('DELETE', `${members}/${person.id}`),
  };
}

/** An owner of the threat model, whom another one makes less. */
async function byOwnership(): Promise<Way> {
  const way = await byGrant();
  const raise = async () => {
    await grant(way.place, way.owner, [way.person, 'owner']);
    return { status: 200 };
  };
  await raise();
  return { ...way, raise };
}

const ways: [string, () => Promise<Way>][] = [
  ['a grant', byGrant],
  ['being in a group', () => inGroup('member')],
  ['owning a group', () => inGroup('owner')],
  ['being in a workspace', () => inWorkspace('member')],
  ['owning a workspace', () => inWorkspace('owner')],
  ['owning the threat model', byOwnership],
];

/** Both are connected, and the list says what they may. */
async function connected({ place, owner, person }: Way): Promise<{ others: Client; own: Client }> {
  await owner.call('POST', `${place.path}/collaborate`);
  const [others, own] = [join(app, place, owner), join(app, place, person)];
  await Promise.all([saved(others), saved(own)]);
  await eventually(() => expect(usersOf(others)).toHaveLength(2));
  return { others, own };
}

const mayOf = (client: Client, { person }: Way) =>
  updateOf(client)?.participants.find(({ user_id }) => user_id === person.email)?.permissions;

describe.each(ways)('by %s', (_, arrange) => {
  it('AC3 AC4 a writer becomes a reader and a writer again on the connection that they have', async () => {
    const way = await arrange();
    const { others, own } = await connected(way);

    expect((await way.lower()).status).toBeLessThan(300);
    own.cells.set('refused', 1); // at once, before anybody told them
    await eventually(
      () => expect(messagesOf(own, 'permission_changed')).toMatchObject([{ permissions: 'reader' }]),
      IN_TIME,
    );
    own.cells.set('refused too', 1);
    await eventually(() => expect(mayOf(others, way)).toBe('reader'), IN_TIME);
    await eventually(() => expect(messagesOf(own, 'error')).toMatchObject([{ code: 'forbidden' }]));
    others.cells.set('marker', 1);
    await saved(others);
    expect(others.cells.toJSON()).toEqual({ marker: 1 });
    expect((await stored(app, way.place)).cells).toEqual({ marker: 1 });

    expect((await way.raise()).status).toBeLessThan(300);
    await eventually(
      () => expect(messagesOf(own, 'permission_changed').at(-1)).toMatchObject({ permissions: 'writer' }),
      IN_TIME,
    );
    await eventually(() => expect(others.cells.toJSON()).toEqual({ marker: 1, refused: 1, 'refused too': 1 }), IN_TIME);
    await saved(own);
    own.cells.set('new', 1);
    await saved(own);
    expect(mayOf(others, way)).toBe('writer');
    expect(own.closes).toEqual([]);
  });

  it('AC3 somebody who loses all access is closed with 4403, and cannot come back', async () => {
    const way = await arrange();
    const { others, own } = await connected(way);
    expect((await way.remove()).status).toBeLessThan(300);
    own.cells.set('refused', 1);
    await eventually(() => expect(own.closes[0]).toEqual({ code: 4403, reason: 'forbidden' }), IN_TIME);
    await eventually(() => expect(usersOf(others)).toEqual([way.owner.email]), IN_TIME);
    await eventually(() => expect(own.denials[0]).toBe('forbidden'));
    others.cells.set('marker', 1);
    await saved(others);
    expect((await stored(app, way.place)).cells).toEqual({ marker: 1 });
    expect(own.cells.has('marker')).toBe(false);
  });
});

it('AC3 AC4 after the database was set back to before changes of access, others are followed as soon, though epochs begin again below', async () => {
  const { place, host, guest, reader } = await makeSession(app);
  for (const role of ['reader', 'owner', 'writer'] as const)
    await grant(place, host, [guest, role], [reader, 'reader']);
  const [lost, raised] = [join(app, place, guest), join(app, place, reader)];
  await Promise.all([saved(lost), saved(raised)]);
  await app.database.log.query('update diagram set access_epoch = 0 where id = $1', [place.diagram]);
  await grant(place, host, [reader, 'writer']);
  await eventually(() => expect(lost.closes[0]).toEqual({ code: 4403, reason: 'forbidden' }), IN_TIME);
  raised.cells.set('new', 1);
  await eventually(async () => expect((await stored(app, place)).cells).toEqual({ new: 1 }), IN_TIME);
});

describe('AC3 the fence', () => {
  it('AC3 nothing that is sent after the request has returned is stored, however much is on its way', async () => {
    const { place, host, guest } = await makeSession(app);
    const forger = await forge(app, place, guest);
    let sent = 0;
    const edit = () => {
      sent += 1;
      const key = String(sent);
      forger.update(updateBy(sent, (cells) => cells.set(key, 1)));
    };
    const typing = setInterval(edit, 1);
    await eventually(async () => expect((await stored(app, place)).head).toBeGreaterThan(5));
    await grant(place, host);
    const before = (await stored(app, place)).cells;
    const sentBefore = sent;
    for (let count = 0; count < 100; count += 1) edit();
    await forger.closed;
    clearInterval(typing);
    await pause(100); // whatever was still being written
    expect((await stored(app, place)).cells).toEqual(before);
    expect(Object.keys(before).every((key) => Number(key) <= sentBefore)).toBe(true);
  });

  it('AC3 of twenty edits that wait for the log behind a revocation none is applied, and the others’ are', async () => {
    const { place, host, guest } = await makeSession(app);
    const [forger, other] = [await forge(app, place, guest), join(app, place, host)];
    await saved(other);
    const { log } = app.database;
    await log.transaction(async (transaction) => {
      await transaction.query('select from diagram where id = $1 for no key update', [place.diagram]);
      for (let client = 1; client <= 20; client += 1)
        forger.update(updateBy(client, (cells) => cells.set(`queued ${client}`, 1)));
      other.cells.set('by another', 1);
      await eventually(async () => {
        const waiting = await log.query(`select from pg_stat_activity where datname = current_database()
          and wait_event_type = 'Lock' and query like '%document_update%'`);
        expect(waiting.length).toBeGreaterThan(0);
      });
      await transaction.query('delete from threat_model_grant where threat_model_id = $1 and profile_id = $2', [
        place.model,
        guest.id,
      ]);
      await transaction.query(`select raise_access_epochs('threat_model', $1)`, [place.model]);
    });
    await saved(other);
    expect(await forger.closed).toEqual({ code: 4403, reason: 'forbidden' }); // nobody told the node: it found out
    expect(forger.statuses().filter((was) => was)).toEqual([]);
    expect(other.cells.toJSON()).toEqual({ 'by another': 1 });
    expect((await stored(app, place)).cells).toEqual({ 'by another': 1 });
  });
});
