/** AC: who may do what, changed over REST on one node, in force on the connections of another, with Redis up and down. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { signToken } from '../../src/identity/tokens.ts';
import { TEST_SECRET } from '../support/app.ts';
import { call } from '../support/client.ts';
import { startCluster, type Cluster } from '../support/cluster.ts';
import type { TestPerson } from '../support/people.ts';
import { eventually, saved } from '../support/patience.ts';
import { disconnectAll, type Client } from '../support/provider.ts';
import { stored } from '../support/stored.ts';
import { agreed, emails, of, setTable, told, type Role, type Table } from '../support/table.ts';

/** What the rules say, and what a machine that does everything at once may add. */
const SECOND = 1000;
const BUSY = 500;

let cluster: Cluster;
let table: Table;
let host: TestPerson;
let guest: TestPerson;

beforeAll(async () => {
  cluster = await startCluster({ nodes: 2 });
});
afterEach(disconnectAll);
afterAll(() => cluster.stop());

/** A host on the first node and somebody in this role on the second. */
async function facing(role: Role): Promise<[near: Client, far: Client]> {
  const set = await setTable(cluster.nodes, role);
  table = set.table;
  [host, guest] = set.people as [TestPerson, TestPerson];
  await table.open();
  const near = table.join(host, cluster.nodes[0]);
  await eventually(() => expect(emails(told(near))).toEqual([host.email]));
  const far = table.join(guest, cluster.nodes[1]);
  for (const client of [near, far]) {
    await eventually(() => expect(emails(told(client))).toEqual([host.email, guest.email]));
    await saved(client);
  }
  return [near, far];
}

/** The last number that a client wrote and that the log has. */
const lastStored = async () => (await stored(cluster.database, table.diagram)).getMap('cells').get('n') as number;

/** Writes numbers as fast as somebody types who does not sleep. */
function typing(client: Client): { readonly last: number; stop(): void } {
  let last = 0;
  const timer = setInterval(() => client.cells.set('n', (last += 1)), 3);
  return {
    get last() {
      return last;
    },
    stop: () => clearInterval(timer),
  };
}

/** Changes what the guest may do while they type, on the first node. @returns what they had written when the request had returned */
async function whileTyping(far: Client, change: () => Promise<unknown>): Promise<{ before: number; returned: number }> {
  const hand = typing(far);
  await eventually(() => expect(hand.last).toBeGreaterThan(20));
  await change();
  const [before, returned] = [hand.last, performance.now()];
  await eventually(() => expect(hand.last).toBeGreaterThan(before + 20));
  hand.stop();
  return { before, returned };
}

/** What is left of the second. */
const left = (since: number) => Math.max(1, since + SECOND + BUSY - performance.now());

describe.each(['up', 'down'])('with Redis %s', (state) => {
  const readiness = () => Promise.all(cluster.nodes.map(({ url }) => call(url, 'GET', '/readyz')));
  const messenger = (expected: string) =>
    eventually(async () => {
      for (const { status, body } of await readiness())
        expect({ status, ...body }).toMatchObject({ status: 200, messenger: expected });
    }, 10_000);
  beforeAll(async () => {
    if (state === 'down') for (const { redis } of cluster.nodes) await redis!.cut();
    await messenger(state === 'down' ? 'degraded' : 'up');
  });
  afterAll(async () => {
    for (const { redis } of cluster.nodes) await redis!.mend();
    await messenger('up');
  });

  it('AC2 what a reader writes is neither stored nor relayed, and they are told', async () => {
    const [near, far] = await facing('reader');
    far.cells.set('n', 1);
    await eventually(() => expect(of(far, 'error')).toMatchObject([{ code: 'forbidden', request_type: 'update' }]));
    near.cells.set('seen', true);
    await eventually(() => expect(far.cells.get('seen')).toBe(true));
    expect(near.cells.has('n')).toBe(false);
    expect(await lastStored()).toBeUndefined();
  });

  it('AC3 who has lost all access stores nothing more once the request has returned, and is out within a second', async () => {
    const [near, far] = await facing('writer');
    const { before, returned } = await whileTyping(far, () => table.grant([[host, 'owner']]));
    await eventually(() => expect(far.closes[0]).toMatchObject({ code: 4403 }), left(returned));
    near.cells.set('secret', true);
    await saved(near);
    await eventually(() => expect(far.closes.length).toBeGreaterThan(1)); // it tried again
    expect(far.cells.has('secret')).toBe(false);
    expect(await lastStored()).toBeLessThanOrEqual(before);
    await agreed(table, cluster.nodes, [near], [host]);
  });

  it('AC3 a writer who may only read now stores nothing more once the request has returned', async () => {
    const [near, far] = await facing('writer');
    const lowered = table.grant.bind(null, [
      [host, 'owner'],
      [guest, 'reader'],
    ]);
    const { before, returned } = await whileTyping(far, lowered);
    await eventually(
      () => expect(of(far, 'permission_changed')).toMatchObject([{ permissions: 'reader' }]),
      left(returned),
    );
    await eventually(() =>
      expect(of(far, 'error').at(-1)).toMatchObject({ code: 'forbidden', request_type: 'update' }),
    );
    near.cells.set('seen', true);
    await eventually(() => expect(far.cells.get('seen')).toBe(true));
    expect(await lastStored()).toBeLessThanOrEqual(before);
    expect(far.closes).toEqual([]);
    const roster = await agreed(table, cluster.nodes, [near, far], [host, guest]);
    expect(roster.participants.map(({ permissions }) => permissions)).toEqual(['writer', 'reader']);
  });

  it('AC3 who leaves the group that gave them access is out within a second', async () => {
    const [near, far] = await facing('writer');
    const group = (await host.call('POST', '/api/v1/groups', { body: { name: 'Group' } })).body.id as string;
    const members = `/api/v1/groups/${group}/members`;
    expect((await host.call('POST', members, { body: { user_id: guest.ulid } })).status).toBe(201);
    await table.call(host, cluster.nodes[0], 'PUT', `/threat_models/${table.model}/authorization`, [
      { subject_type: 'user', subject: host.email, role: 'owner' },
      { subject_type: 'group', subject: group, role: 'writer' },
    ]);
    far.cells.set('n', 1);
    await saved(far);
    expect(far.closes).toEqual([]);
    expect((await host.call('DELETE', `${members}/${guest.ulid}`)).status).toBe(204);
    far.cells.set('n', 2);
    await eventually(() => expect(far.closes[0]).toMatchObject({ code: 4403 }), SECOND + BUSY);
    expect(await lastStored()).toBe(1);
    await agreed(table, cluster.nodes, [near], [host]);
  });

  it('AC4 a reader who may write now can do so within a second, without a reconnect', async () => {
    const [near, far] = await facing('reader');
    far.cells.set('n', 1);
    await eventually(() => expect(of(far, 'error')).toHaveLength(1));
    await table.grant([
      [host, 'owner'],
      [guest, 'writer'],
    ]);
    const returned = performance.now();
    await eventually(
      () => expect(of(far, 'permission_changed')).toMatchObject([{ permissions: 'writer' }]),
      left(returned),
    );
    await eventually(() => expect(far.provider.unsyncedChanges).toBe(0), left(returned));
    await eventually(() => expect(near.cells.get('n')).toBe(1));
    far.cells.set('n', 2);
    await saved(far);
    expect(await lastStored()).toBe(2);
    expect(far.closes).toEqual([]);
    const roster = await agreed(table, cluster.nodes, [near, far], [host, guest]);
    expect(roster.participants.map(({ permissions }) => permissions)).toEqual(['writer', 'writer']);
  });

  it('CS12 a presenter who loses all access is followed by the host', async () => {
    const [near, far] = await facing('writer');
    near.provider.sendStateless(JSON.stringify({ type: 'change_presenter', user_id: guest.email }));
    await eventually(() => expect(told(far)?.presenter).toBe(guest.email));
    await table.grant([[host, 'owner']]);
    await eventually(() => expect(told(near)).toMatchObject({ presenter: host.email }), SECOND + BUSY);
    await eventually(() => expect(far.closes[0]).toMatchObject({ code: 4403 }), SECOND + BUSY);
    await agreed(table, cluster.nodes, [near], [host]);
  });
});

it('CS12 a host who is not connected and has lost all access ends the session, also when the node that took it away could tell nobody', async () => {
  const { table: set, people } = await setTable(cluster.nodes, 'writer');
  await set.open();
  const far = set.join(people[1]!, cluster.nodes[1]);
  await eventually(() => expect(emails(told(far))).toEqual([people[1]!.email]));
  // As a node does it that dies right after the commit.
  await cluster.database.log.transaction(async (transaction) => {
    await transaction.query(`select lock_container('threat_model', $1)`, [set.model]);
    await transaction.query('delete from threat_model_grant where threat_model_id = $1 and profile_id = $2', [
      set.model,
      set.host.id,
    ]);
    await transaction.query(`select raise_access_epochs('threat_model', $1)`, [set.model]);
  });
  await eventually(() => expect(far.closes[0]).toMatchObject({ code: 4410 }), SECOND + BUSY);
  expect(of(far, 'session_ended')).toMatchObject([{ reason: 'host_left' }]);
});

it('AC5 a connection whose token expires closes with 4401 within five seconds, unless it has a new one', async () => {
  const { table: set, people } = await setTable(cluster.nodes, 'writer');
  await set.open();
  const lifetime = 3;
  const short = people.map(({ email }) => signToken(TEST_SECRET, { email }, lifetime));
  let asked = 0;
  const fresh = () => ((asked += 1) === 1 ? short[0]! : people[0]!.token);
  const staying = set.join(people[0]!, cluster.nodes[0], { token: fresh });
  const going = set.join(people[1]!, cluster.nodes[1], { token: short[1]! });
  const began = performance.now();
  await eventually(() => expect(emails(told(going)).toSorted()).toEqual(people.map(({ email }) => email).toSorted()));
  await eventually(() => expect(going.closes[0]).toMatchObject({ code: 4401 }), lifetime * SECOND + 5 * SECOND);
  expect(performance.now() - began).toBeGreaterThan((lifetime - 2) * SECOND);
  expect(staying.closes).toEqual([]);
});
