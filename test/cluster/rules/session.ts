/** CS1 to CS6, CS8, CS10 and DO3 with people spread over nodes. */
import { expect, it } from 'vitest';
import { eventually, pause, saved } from '../../support/patience.ts';
import { newcomer } from '../../support/people.ts';
import { disconnect } from '../../support/provider.ts';
import { agreed, emails, of, present, setTable, told } from '../../support/table.ts';
import { say, SOON, type Spread } from './spread.ts';

export function describeSessionRules(spread: Spread): void {
  const { count, node } = spread;

  it('CS1 of fifty simultaneous POSTs over all nodes exactly one is 201, and no participant comes of it', async () => {
    const { table, people } = await setTable(spread.cluster.nodes, 'writer', 'reader');
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => table.open(people[index % people.length]!, node(index))),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(49);
    expect(new Set(answers.map(({ body }) => body.session_id)).size).toBe(1);
    expect(new Set(answers.map(({ body }) => body.host)).size).toBe(1);
    for (const { body } of answers) expect(body.participants).toEqual([]);
  });

  it('CS1 a POST of anybody on any node finds the session that goes on, and changes nothing', async () => {
    const { table, people, clients } = await spread.gathered('writer', 'reader');
    const before = await table.rest(node(0));
    for (const [index, person] of people.entries()) {
      const found = await table.open(person, node(index + 1));
      expect(found).toMatchObject({ status: 200, body: before });
    }
    expect(await agreed(table, spread.cluster.nodes, clients, people)).toEqual(before);
  });

  it('CS2 CS3 CS10 everybody on every node is told of everybody: the same list at the same revision', async () => {
    const { table, people, host, clients } = await spread.gathered('writer', 'reader');
    const roster = await agreed(table, spread.cluster.nodes, clients, people);
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
    const { table } = await setTable(spread.cluster.nodes);
    for (const at of spread.cluster.nodes) {
      const client = table.join(table.host, at);
      await eventually(() => expect(client.closes[0]?.code).toBe(4404));
      disconnect(client);
    }
  });

  it('CS4 CS5 tabs on several nodes are one participant, who leaves with the last of them', async () => {
    const {
      table,
      host,
      guest,
      clients: [first, tab],
    } = await spread.gathered('reader');
    const second = table.join(guest, node(0));
    await eventually(() => expect(told(second)).toEqual(told(first)));
    const before = await table.rest(node(0));
    disconnect(tab);
    const probe = table.join(guest, node(count - 1)); // nothing has changed after it has come and gone either
    await eventually(() => expect(told(probe)).toEqual(before));
    disconnect(probe);
    disconnect(second);
    const roster = await agreed(table, spread.cluster.nodes, [first], [host]);
    expect(roster.revision).toBe(before.revision + 1);
    expect(of(first, 'leave')).toMatchObject([{ user_id: guest.email, revision: roster.revision }]);
    const back = table.join(guest, node(1));
    const again = await agreed(table, spread.cluster.nodes, [first, back], [host, guest]);
    expect(again.participants[1]!.joined_at).toBe(before.participants[1]!.joined_at);
  });

  it('CS6 a presenter on another node who leaves is followed by the host', async () => {
    const {
      table,
      people,
      host,
      guest,
      clients: [first, second],
    } = await spread.gathered('reader');
    say(first, { type: 'change_presenter', user_id: guest.email });
    await eventually(() => expect(told(second)?.presenter).toBe(guest.email));
    await agreed(table, spread.cluster.nodes, [first, second], people);
    disconnect(second);
    expect(await agreed(table, spread.cluster.nodes, [first], [host])).toMatchObject({ presenter: host.email });
  });

  it('CS8 the host hands over presenter and host across nodes; what others ask for is refused', async () => {
    const {
      table,
      people,
      host,
      guest,
      third,
      clients: [first, second, last],
    } = await spread.gathered('reader', 'writer');
    const absent = await newcomer(node(0));
    say(second, { type: 'presenter_request' });
    await eventually(() => expect(of(first, 'presenter_request_event')).toMatchObject([{ user_id: guest.email }]));
    say(first, { type: 'presenter_denied', user_id: guest.email });
    await eventually(() => expect(of(second, 'presenter_denied_event')).toHaveLength(1));
    for (const type of ['change_presenter', 'change_host', 'remove_participant', 'end_session']) {
      say(second, type === 'end_session' ? { type } : { type, user_id: third.email });
      await eventually(() =>
        expect(of(second, 'error').at(-1)).toMatchObject({ code: 'forbidden', request_type: type }),
      );
    }
    const ended = await table.call(guest, node(1), 'DELETE', `${table.path}/collaborate`);
    expect(ended).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    for (const type of ['change_presenter', 'change_host', 'remove_participant', 'presenter_denied']) {
      say(first, { type, user_id: absent.email });
      await eventually(() => expect(of(first, 'error').at(-1)).toMatchObject({ request_type: type }));
    }
    say(first, { type: 'change_presenter', user_id: third.email });
    await eventually(() => expect(told(last)?.presenter).toBe(third.email));
    say(first, { type: 'change_host', user_id: guest.email });
    await eventually(() => expect(told(second)?.host).toBe(guest.email));
    say(first, { type: 'change_presenter', user_id: host.email });
    await eventually(() => expect(of(first, 'error').at(-1)).toMatchObject({ code: 'forbidden' }));
    const roster = await agreed(table, spread.cluster.nodes, [first, second, last], people);
    expect(roster).toMatchObject({ host: guest.email, presenter: third.email, revision: people.length + 2 });
    expect(of(last, 'presenter_request_event', 'presenter_denied_event', 'error')).toEqual([]);
    say(second, { type: 'end_session' });
    for (const client of [first, second, last])
      await eventually(() => expect(client.closes[0]).toMatchObject({ code: 4410 }));
  });

  it('CS10 somebody whose connection broke sees the list and the others again as soon as they are back, on any node', async () => {
    const { table, people, clients } = await spread.gathered('reader', 'reader');
    const everybody = people.map(({ email }) => email).sort();
    for (const client of clients) await eventually(() => expect(present(client)).toEqual(everybody), SOON);
    for (const client of clients) {
      client.websocket.webSocket!.close();
      await eventually(() => expect(client.closes).toHaveLength(1));
      await eventually(() => expect(client.provider.isSynced).toBe(true));
      await eventually(() => expect(present(client)).toEqual(everybody), SOON);
      await agreed(table, spread.cluster.nodes, clients, people);
    }
  });

  it('DO3 edits of everybody converge, and what is acknowledged is the same on every node', async () => {
    const { table, host, clients } = await spread.gathered('writer', 'writer');
    for (let round = 0; round < 30; round += 1) {
      for (const [index, client] of clients.entries()) client.cells.set(`${(index + round) % 7}`, `${index}:${round}`);
      await pause(5);
    }
    await Promise.all(clients.map((client) => saved(client)));
    await eventually(() => {
      for (const client of clients) expect(client.cells.toJSON()).toEqual(clients[0]!.cells.toJSON());
    });
    const content = await Promise.all(
      spread.cluster.nodes.map(async (at) =>
        (await table.call(host, at, 'GET', `${table.path}/content`)).headers.get('etag'),
      ),
    );
    expect(new Set(content).size).toBe(1);
  });
}
