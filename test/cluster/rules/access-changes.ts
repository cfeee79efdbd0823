/**
 * AC2, AC3, AC4, MB7 and CS12 with people spread over nodes: who may do what is changed over REST on one node (of three,
 * one where nobody is connected) and is in force on the connections of another, with Redis up and down.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../../support/client.ts';
import { eventually, saved } from '../../support/patience.ts';
import { newcomer, type TestPerson } from '../../support/people.ts';
import { connect, type Client } from '../../support/provider.ts';
import { stored } from '../../support/stored.ts';
import { agreed, emails, of, setTable, told, type Role, type Table } from '../../support/table.ts';
import { say, type Spread } from './spread.ts';

/** What the rules say, and what a machine that does everything at once may add. */
const SECOND = 1000;
const BUSY = 500;
const CONVERSATIONS = '/v1/messaging/conversations';

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

/** Changes what somebody may do while they type. @returns what they had written when the request had returned */
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

export function describeAccessChanges(spread: Spread): void {
  const { count, node } = spread;
  /** The last number that a client wrote and that the log has. */
  const lastStored = async ({ diagram }: Table) =>
    (await stored(spread.cluster.database, diagram)).getMap('cells').get('n') as number;

  /** A host on the first node and somebody in this role on the last; changes are asked for on the one before that. */
  async function facing(role: Role) {
    const { table, people } = await setTable(spread.cluster.nodes, role);
    const [host, guest] = people as [TestPerson, TestPerson];
    await table.open();
    const near = table.join(host, node(0));
    await eventually(() => expect(emails(told(near))).toEqual([host.email]));
    const far = table.join(guest, node(count - 1));
    for (const client of [near, far]) {
      await eventually(() => expect(emails(told(client))).toEqual([host.email, guest.email]));
      await saved(client);
    }
    const at = node(count - 2);
    return { table, host, guest, near, far, at };
  }

  describe.each(['up', 'down'])('with Redis %s', (state) => {
    const readiness = () => Promise.all(spread.cluster.nodes.map(({ url }) => call(url, 'GET', '/readyz')));
    const messenger = (expected: string) =>
      eventually(async () => {
        for (const { status, body } of await readiness())
          expect({ status, ...body }).toMatchObject({ status: 200, messenger: expected });
      }, 10_000);
    beforeAll(async () => {
      if (state === 'down') for (const { redis } of spread.cluster.nodes) await redis!.cut();
      await messenger(state === 'down' ? 'degraded' : 'up');
    });
    afterAll(async () => {
      for (const { redis } of spread.cluster.nodes) await redis!.mend();
      await messenger('up');
    });

    it('AC2 what a reader writes is neither stored nor relayed, and they are told', async () => {
      const { table, near, far } = await facing('reader');
      far.cells.set('n', 1);
      await eventually(() => expect(of(far, 'error')).toMatchObject([{ code: 'forbidden', request_type: 'update' }]));
      near.cells.set('seen', true);
      await eventually(() => expect(far.cells.get('seen')).toBe(true));
      expect(near.cells.has('n')).toBe(false);
      expect(await lastStored(table)).toBeUndefined();
    });

    it('AC3 who has lost all access stores nothing more once the request has returned, and is out within a second', async () => {
      const { table, host, guest, near, far, at } = await facing('writer');
      const { before, returned } = await whileTyping(far, () => table.grant([[host, 'owner']], at));
      await eventually(() => expect(far.closes[0]).toMatchObject({ code: 4403 }), left(returned));
      for (const any of spread.cluster.nodes)
        expect(await table.call(guest, any, 'PUT', `${table.path}/content`, { cells: [] })).toMatchObject({
          status: 403,
        });
      near.cells.set('secret', true);
      await saved(near);
      await eventually(() => expect(far.closes.length).toBeGreaterThan(1)); // it tried again
      expect(far.cells.has('secret')).toBe(false);
      expect(await lastStored(table)).toBeLessThanOrEqual(before);
      await agreed(table, spread.cluster.nodes, [near], [host]);
    });

    it('AC3 a writer who may only read now stores nothing more once the request has returned', async () => {
      const { table, host, guest, near, far, at } = await facing('writer');
      const roles = [
        [host, 'owner'],
        [guest, 'reader'],
      ] as const;
      const { before, returned } = await whileTyping(far, () => table.grant(roles, at));
      await eventually(
        () => expect(of(far, 'permission_changed')).toMatchObject([{ permissions: 'reader' }]),
        left(returned),
      );
      await eventually(() =>
        expect(of(far, 'error').at(-1)).toMatchObject({ code: 'forbidden', request_type: 'update' }),
      );
      near.cells.set('seen', true);
      await eventually(() => expect(far.cells.get('seen')).toBe(true));
      expect(await lastStored(table)).toBeLessThanOrEqual(before);
      expect(far.closes).toEqual([]);
      const roster = await agreed(table, spread.cluster.nodes, [near, far], [host, guest]);
      expect(roster.participants.map(({ permissions }) => permissions)).toEqual(['writer', 'reader']);
    });

    it('AC3 who leaves the group that gave them access is out within a second', async () => {
      const { table, host, guest, near, far, at } = await facing('writer');
      const group = (await table.call(host, at, 'POST', '/api/v1/groups', { name: 'Group' })).body.id as string;
      const members = `/api/v1/groups/${group}/members`;
      expect((await table.call(host, at, 'POST', members, { user_id: guest.ulid })).status).toBe(201);
      await table.call(host, at, 'PUT', `/threat_models/${table.model}/authorization`, [
        { subject_type: 'user', subject: host.email, role: 'owner' },
        { subject_type: 'group', subject: group, role: 'writer' },
      ]);
      far.cells.set('n', 1);
      await saved(far);
      expect(far.closes).toEqual([]);
      expect((await table.call(host, at, 'DELETE', `${members}/${guest.ulid}`)).status).toBe(204);
      far.cells.set('n', 2);
      await eventually(() => expect(far.closes[0]).toMatchObject({ code: 4403 }), SECOND + BUSY);
      expect(await lastStored(table)).toBe(1);
      await agreed(table, spread.cluster.nodes, [near], [host]);
    });

    it('AC4 a reader who may write now can do so within a second, without a reconnect', async () => {
      const { table, host, guest, near, far, at } = await facing('reader');
      far.cells.set('n', 1);
      await eventually(() => expect(of(far, 'error')).toHaveLength(1));
      await table.grant(
        [
          [host, 'owner'],
          [guest, 'writer'],
        ],
        at,
      );
      const returned = performance.now();
      await eventually(
        () => expect(of(far, 'permission_changed')).toMatchObject([{ permissions: 'writer' }]),
        left(returned),
      );
      await eventually(() => expect(far.provider.unsyncedChanges).toBe(0), left(returned));
      await eventually(() => expect(near.cells.get('n')).toBe(1));
      far.cells.set('n', 2);
      await saved(far);
      expect(await lastStored(table)).toBe(2);
      expect(far.closes).toEqual([]);
      const roster = await agreed(table, spread.cluster.nodes, [near, far], [host, guest]);
      expect(roster.participants.map(({ permissions }) => permissions)).toEqual(['writer', 'writer']);
    });

    it('CS12 a presenter who loses all access is followed by the host', async () => {
      const { table, host, guest, near, far, at } = await facing('writer');
      say(near, { type: 'change_presenter', user_id: guest.email });
      await eventually(() => expect(told(far)?.presenter).toBe(guest.email));
      await table.grant([[host, 'owner']], at);
      await eventually(() => expect(told(near)).toMatchObject({ presenter: host.email }), SECOND + BUSY);
      await eventually(() => expect(far.closes[0]).toMatchObject({ code: 4403 }), SECOND + BUSY);
      await agreed(table, spread.cluster.nodes, [near], [host]);
    });

    it('MB7 who is removed from a conversation is out of its room on every node, and the others are told', async () => {
      const [host, guest] = [await newcomer(node(0)), await newcomer(node(0))];
      const { id } = (await host.call('POST', CONVERSATIONS, { body: { title: 'Talk' } })).body;
      const participants = `${CONVERSATIONS}/${id}/participants`;
      await host.call('POST', participants, { body: { user_id: guest.number } });
      const room = ({ token }: TestPerson, { url }: { url: string }) =>
        connect({ url: `${url.replace('http', 'ws')}/ws`, name: `conversation:${id}`, token });
      const [kept, gone] = [host, guest].map((person) => spread.cluster.nodes.map((at) => room(person, at)));
      for (const client of [...kept!, ...gone!]) await saved(client);
      const types = ({ messages }: Client) => messages.map(({ type }) => type);
      await host.call('POST', `${CONVERSATIONS}/${id}/messages`, { body: { body: 'Welcome' } });
      for (const client of [...kept!, ...gone!])
        await eventually(() => expect(types(client)).toEqual(['message_created']), SECOND + BUSY);
      expect((await host.call('DELETE', `${participants}/${guest.number}`)).status).toBe(204);
      for (const client of gone!)
        await eventually(() => expect(client.closes).toEqual([{ code: 1000, reason: '4403 removed' }]), SECOND + BUSY);
      for (const client of kept!)
        await eventually(
          () => expect(types(client)).toEqual(['message_created', 'participant_removed']),
          SECOND + BUSY,
        );
      for (const client of gone!) expect(types(client)).toEqual(['message_created']);
    });
  });

  it('CS12 a host who is not connected and has lost all access ends the session, also when the node that took it away could tell nobody', async () => {
    const { table: set, people } = await setTable(spread.cluster.nodes, 'writer');
    await set.open();
    const far = set.join(people[1]!, spread.cluster.nodes[1]);
    await eventually(() => expect(emails(told(far))).toEqual([people[1]!.email]));
    // As a node does it that dies right after the commit.
    await spread.cluster.database.log.transaction(async (transaction) => {
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
}
