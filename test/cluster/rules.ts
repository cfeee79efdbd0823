/** The rules of sessions with people spread over nodes: the same suite for any number of them. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startCluster, type Cluster } from '../support/cluster.ts';
import type { TestPerson } from '../support/people.ts';
import { eventually, pause, saved, within } from '../support/patience.ts';
import { disconnect, disconnectAll, type Client } from '../support/provider.ts';
import { agreed, emails, of, present, setTable, told, type Role, type Table } from '../support/table.ts';

const GRACE = within(1500);
const IDLE = within(3000);
/** Hints arrive at once, the poll finds them within half a second; the rest is for a machine that does everything at once. */
const SOON = 1500;

export function describeSessionRules(count: number): void {
  describe(`sessions on ${count} nodes`, () => {
    let cluster: Cluster;
    let table: Table;
    let people: TestPerson[];
    let host: TestPerson;
    let guest: TestPerson;
    let third: TestPerson;
    const node = (index: number) => cluster.nodes[index % count]!;

    beforeAll(async () => {
      const environment = { SESSION_HOST_GRACE_MS: String(GRACE), SESSION_IDLE_MS: String(IDLE) };
      cluster = await startCluster({ nodes: count, environment });
    });
    afterEach(disconnectAll);
    afterAll(() => cluster.stop());

    /** Opens a session of people in these roles, everybody after the host on the next node. */
    const gathered = async (...roles: Role[]): Promise<Client[]> => {
      ({ table, people } = await setTable(cluster.nodes, ...roles));
      [host, guest, third] = people as [TestPerson, TestPerson, TestPerson];
      expect((await table.open()).status).toBe(201);
      const clients: Client[] = [];
      for (const [index, person] of people.entries()) {
        clients.push(table.join(person, node(index)));
        await eventually(() => expect(emails(told(clients[index]!))).toContain(person.email));
      }
      await agreed(table, cluster.nodes, clients, people);
      return clients;
    };
    const say = (client: Client, message: { type: string; user_id?: string }) =>
      client.provider.sendStateless(JSON.stringify(message));

    it('CS1 of fifty simultaneous POSTs over all nodes exactly one is 201, and no participant comes of it', async () => {
      ({ table, people } = await setTable(cluster.nodes, 'writer', 'reader'));
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) => table.open(people[index % people.length]!, node(index))),
      );
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(49);
      expect(new Set(answers.map(({ body }) => body.session_id)).size).toBe(1);
      expect(new Set(answers.map(({ body }) => body.host)).size).toBe(1);
      for (const { body } of answers) expect(body.participants).toEqual([]);
    });

    it('CS2 CS3 CS10 everybody on every node is told of everybody: the same list at the same revision', async () => {
      const clients = await gathered('writer', 'reader');
      const roster = await agreed(table, cluster.nodes, clients, people);
      expect(roster).toMatchObject({ host: host.email, presenter: host.email, revision: people.length });
      for (const [index, client] of clients.entries()) {
        expect(of(client, 'join').map(({ user_id }) => user_id)).toEqual(emails(roster).slice(index));
        expect(client.messages[0]!.type).toBe('join');
        const revisions = of(client, 'participants_update').map(({ revision }) => revision);
        expect(revisions).toEqual(people.slice(index).map((_, later) => index + later + 1));
      }
      for (const client of clients)
        await eventually(() => expect(present(client)).toEqual(people.map(({ email }) => email).sort()), SOON);
    });

    it('CS3 without an active session nobody connects, on any node', async () => {
      ({ table, people } = await setTable(cluster.nodes));
      for (const at of cluster.nodes) {
        const client = table.join(table.host, at);
        await eventually(() => expect(client.closes[0]?.code).toBe(4404));
        disconnect(client);
      }
    });

    it('CS4 CS5 tabs on several nodes are one participant, who leaves with the last of them', async () => {
      const [first, tab] = await gathered('reader');
      const second = table.join(guest, node(0));
      await eventually(() => expect(told(second)).toEqual(told(first!)));
      const before = await table.rest(node(0));
      disconnect(tab!);
      const probe = table.join(guest, node(count - 1)); // nothing has changed after it has come and gone either
      await eventually(() => expect(told(probe)).toEqual(before));
      disconnect(probe);
      disconnect(second);
      const roster = await agreed(table, cluster.nodes, [first!], [host]);
      expect(roster.revision).toBe(before.revision + 1);
      expect(of(first!, 'leave')).toMatchObject([{ user_id: guest.email, revision: roster.revision }]);
      const back = table.join(guest, node(1));
      const again = await agreed(table, cluster.nodes, [first!, back], [host, guest]);
      expect(again.participants[1]!.joined_at).toBe(before.participants[1]!.joined_at);
    });

    it('CS6 a presenter on another node who leaves is followed by the host', async () => {
      const [first, second] = await gathered('reader');
      say(first!, { type: 'change_presenter', user_id: guest.email });
      await eventually(() => expect(told(second!)?.presenter).toBe(guest.email));
      await agreed(table, cluster.nodes, [first!, second!], people);
      disconnect(second!);
      expect(await agreed(table, cluster.nodes, [first!], [host])).toMatchObject({ presenter: host.email });
    });

    it('CS7 a host who does not return within the grace ends the session on every node', async () => {
      const [first, ...others] = await gathered('writer', 'reader');
      disconnect(first!);
      const left = performance.now();
      const during = await agreed(table, cluster.nodes, others, people);
      expect(during).toMatchObject({ host: host.email, presenter: host.email, revision: people.length });
      for (const client of others) await eventually(() => expect(client.closes[0]).toMatchObject({ code: 4410 }));
      expect(performance.now() - left).toBeGreaterThan(GRACE);
      for (const client of others) {
        expect(client.messages.slice(-2)).toMatchObject([
          { type: 'leave', user_id: host.email },
          { type: 'session_ended', reason: 'host_left' },
        ]);
      }
    });

    it('CS7 a host who returns on another node within the grace leaves no trace', async () => {
      const [first, second] = await gathered('reader');
      const before = await table.rest(node(1));
      const heard = second!.messages.length;
      disconnect(first!);
      await eventually(() => expect(present(second!)).toEqual([guest.email]));
      const back = table.join(host, node(1));
      expect(await agreed(table, cluster.nodes, [back, second!], people)).toEqual(before);
      await pause(GRACE + SOON); // the grace is over
      expect(await agreed(table, cluster.nodes, [back, second!], people)).toEqual(before);
      expect(second!.messages.slice(heard)).toEqual([]);
      expect(second!.closes).toEqual([]);
    });

    it('CS8 the host hands over presenter and host across nodes; what others ask for is refused', async () => {
      const [first, second, last] = await gathered('reader', 'writer');
      say(second!, { type: 'presenter_request' });
      await eventually(() => expect(of(first!, 'presenter_request_event')).toMatchObject([{ user_id: guest.email }]));
      say(first!, { type: 'presenter_denied', user_id: guest.email });
      await eventually(() => expect(of(second!, 'presenter_denied_event')).toHaveLength(1));
      for (const type of ['change_presenter', 'change_host', 'remove_participant', 'end_session']) {
        say(second!, type === 'end_session' ? { type } : { type, user_id: third.email });
        await eventually(() =>
          expect(of(second!, 'error').at(-1)).toMatchObject({ code: 'forbidden', request_type: type }),
        );
      }
      say(first!, { type: 'change_presenter', user_id: third.email });
      await eventually(() => expect(told(last!)?.presenter).toBe(third.email));
      say(first!, { type: 'change_host', user_id: guest.email });
      await eventually(() => expect(told(second!)?.host).toBe(guest.email));
      say(first!, { type: 'change_presenter', user_id: host.email });
      await eventually(() => expect(of(first!, 'error').at(-1)).toMatchObject({ code: 'forbidden' }));
      const roster = await agreed(table, cluster.nodes, [first!, second!, last!], people);
      expect(roster).toMatchObject({ host: guest.email, presenter: third.email, revision: people.length + 2 });
      expect(of(last!, 'presenter_request_event', 'presenter_denied_event', 'error')).toEqual([]);
      say(second!, { type: 'end_session' });
      for (const client of [first!, second!, last!])
        await eventually(() => expect(client.closes[0]).toMatchObject({ code: 4410 }));
    });

    it('CS9 a removed person is out with all tabs on every node, for this session', async () => {
      const [first, ...tabs] = await gathered('reader');
      tabs.push(...cluster.nodes.map((at) => table.join(guest, at)));
      for (const tab of tabs) await eventually(() => expect(emails(told(tab))).toEqual([host.email, guest.email]));
      say(first!, { type: 'remove_participant', user_id: guest.email });
      for (const tab of tabs) {
        await eventually(() => expect(tab.closes[0]?.code).toBe(4403), SOON);
        expect(of(tab, 'removed_from_session').length).toBeLessThanOrEqual(1);
      }
      await agreed(table, cluster.nodes, [first!], [host]);
      for (const at of cluster.nodes) {
        expect(await table.open(guest, at)).toMatchObject({ status: 403, body: { code: 'removed_from_session' } });
        const again = table.join(guest, at);
        await eventually(() => expect(again.closes[0]?.code).toBe(4403));
        expect(again.messages).toEqual([]);
        disconnect(again);
      }
      tabs.forEach(disconnect);
      expect((await table.call(host, node(1), 'DELETE', `${table.path}/collaborate`)).status).toBe(204);
      await eventually(() => expect(first!.closes[0]).toMatchObject({ code: 4410 }));
      disconnect(first!);
      expect((await table.open(guest, node(1))).status).toBe(201);
      const next = table.join(guest, node(0));
      await agreed(table, cluster.nodes, [next], [guest]);
    });

    it('CS11 a session that nobody connects to ends after the idle time', async () => {
      ({ table, people } = await setTable(cluster.nodes));
      const { body } = await table.open();
      const opened = performance.now();
      await eventually(async () => expect((await table.rest(node(1))).session_id).toBeNull(), IDLE + 2 * SOON);
      expect(performance.now() - opened).toBeGreaterThan(IDLE - SOON);
      expect(await table.open(table.host, node(1))).toMatchObject({ status: 201 });
      expect((await table.rest(node(0))).session_id).not.toBe(body.session_id);
    });

    it('CS12 a host who loses all access ends the session at once, also one who never connected', async () => {
      const [first, second] = await gathered('owner');
      await table.call(guest, node(1), 'PUT', `/threat_models/${table.model}/authorization`, [
        { subject_type: 'user', subject: guest.email, role: 'owner' },
      ]);
      for (const client of [first!, second!])
        await eventually(() => expect([4403, 4410]).toContain(client.closes[0]?.code), SOON);
      expect(second!.messages.at(-1)).toMatchObject({ type: 'session_ended', reason: 'host_left' });

      ({ table, people } = await setTable(cluster.nodes, 'owner'));
      await table.open();
      const waiting = table.join(people[1]!, node(1));
      await eventually(() => expect(emails(told(waiting))).toEqual([people[1]!.email]));
      await table.call(people[1]!, node(0), 'PUT', `/threat_models/${table.model}/authorization`, [
        { subject_type: 'user', subject: people[1]!.email, role: 'owner' },
      ]);
      await eventually(() => expect(waiting.closes[0]).toMatchObject({ code: 4410 }), SOON);
    });

    it('AC6 what somebody shows is seen on the other nodes, and nobody can speak for them', async () => {
      const [first, second] = await gathered('reader');
      first!.provider.setAwarenessField('cursor', { x: 1 });
      const seen = () => second!.provider.awareness!.getStates().get(first!.document.clientID);
      await eventually(() => expect(seen()).toMatchObject({ cursor: { x: 1 }, participant: { user_id: host.email } }));
      // The guest's own awareness says that it were the host's, with a later clock.
      const forged = second!.provider.awareness!;
      const id = first!.document.clientID;
      forged.meta.set(id, { clock: 1000, lastUpdated: Date.now() });
      forged.states.set(id, { cursor: { x: 666 }, participant: { user_id: host.email } });
      forged.emit('update', [{ added: [], updated: [id], removed: [] }, 'local']);
      second!.provider.setAwarenessField('cursor', { x: 2 });
      await eventually(() =>
        expect(first!.provider.awareness!.getStates().get(second!.document.clientID)).toMatchObject({
          cursor: { x: 2 },
        }),
      );
      expect(first!.provider.awareness!.getLocalState()).toMatchObject({ cursor: { x: 1 } });
      const another = table.join(host, node(1));
      await eventually(() =>
        expect(another.provider.awareness!.getStates().get(id)).toMatchObject({ cursor: { x: 1 } }),
      );
    });

    it('CS10 somebody whose connection broke sees the list and the others again as soon as they are back, on any node', async () => {
      const clients = await gathered('reader', 'reader');
      const everybody = people.map(({ email }) => email).sort();
      for (const client of clients) await eventually(() => expect(present(client)).toEqual(everybody), SOON);
      for (const client of clients) {
        client.websocket.webSocket!.close();
        await eventually(() => expect(client.closes).toHaveLength(1));
        await eventually(() => expect(client.provider.isSynced).toBe(true));
        await eventually(() => expect(present(client)).toEqual(everybody), SOON);
        await agreed(table, cluster.nodes, clients, people);
      }
    });

    it('DO3 edits of everybody converge, and what is acknowledged is the same on every node', async () => {
      const clients = await gathered('writer', 'writer');
      for (let round = 0; round < 30; round += 1) {
        for (const [index, client] of clients.entries())
          client.cells.set(`${(index + round) % 7}`, `${index}:${round}`);
        await pause(5);
      }
      await Promise.all(clients.map((client) => saved(client)));
      await eventually(() => {
        for (const client of clients) expect(client.cells.toJSON()).toEqual(clients[0]!.cells.toJSON());
      });
      const content = await Promise.all(
        cluster.nodes.map(async (at) =>
          (await table.call(host, at, 'GET', `${table.path}/content`)).headers.get('etag'),
        ),
      );
      expect(new Set(content).size).toBe(1);
    });
  });
}
