/** CS5, CS7, CS9, CS11 and CS12 with people spread over nodes: how people and sessions end. */
import { expect, it } from 'vitest';
import { eventually, pause } from '../../support/patience.ts';
import type { TestPerson } from '../../support/people.ts';
import { disconnect, type Client } from '../../support/provider.ts';
import { agreed, emails, of, present, setTable, told } from '../../support/table.ts';
import { GONE, GRACE, IDLE, say, SOON, type Spread } from './spread.ts';

export function describeSessionEnds(spread: Spread): void {
  const { count, node } = spread;

  it('CS5 whoever was on a node that died is gone within five seconds, from every list and from awareness', async () => {
    const roles = Array.from({ length: count - 1 }, () => 'writer' as const);
    const { table, people, clients } = await spread.gathered(...roles);
    const shownAre = (some: readonly TestPerson[]) => (client: Client) =>
      expect(present(client)).toEqual(some.map(({ email }) => email).toSorted());
    for (const client of clients) await eventually(() => shownAre(people)(client));
    const [dying, lost] = [people.at(-1)!, clients.at(-1)!];
    const [left, others] = [people.slice(0, -1), clients.slice(0, -1)];
    const before = told(clients[0])!.revision;
    lost.websocket.shouldConnect = false;
    await node(count - 1).kill();
    await eventually(() => others.forEach(shownAre(left)), GONE);
    const running = spread.cluster.nodes.slice(0, -1);
    await agreed(table, running, others, left);
    for (const client of others)
      expect(of(client, 'leave')).toMatchObject([{ user_id: dying.email, revision: before + 1 }]);
    await node(count - 1).start();
    await agreed(table, spread.cluster.nodes, others, left);
  });

  it('CS7 a host who does not return within the grace ends the session on every node', async () => {
    const {
      table,
      people,
      host,
      clients: [first, ...others],
    } = await spread.gathered('writer', 'reader');
    disconnect(first);
    const left = performance.now();
    const during = await agreed(table, spread.cluster.nodes, others, people);
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
    const {
      table,
      people,
      host,
      guest,
      clients: [first, second],
    } = await spread.gathered('reader');
    const before = await table.rest(node(1));
    const heard = second.messages.length;
    disconnect(first);
    await eventually(() => expect(present(second)).toEqual([guest.email]));
    const back = table.join(host, node(1));
    expect(await agreed(table, spread.cluster.nodes, [back, second], people)).toEqual(before);
    await pause(GRACE + SOON); // the grace is over
    expect(await agreed(table, spread.cluster.nodes, [back, second], people)).toEqual(before);
    expect(second.messages.slice(heard)).toEqual([]);
    expect(second.closes).toEqual([]);
  });

  it('CS9 a removed person is out with all tabs on every node, for this session', async () => {
    const {
      table,
      host,
      guest,
      clients: [first, ...tabs],
    } = await spread.gathered('reader');
    tabs.push(...spread.cluster.nodes.map((at) => table.join(guest, at)));
    for (const tab of tabs) await eventually(() => expect(emails(told(tab))).toEqual([host.email, guest.email]));
    say(first, { type: 'remove_participant', user_id: guest.email });
    for (const tab of tabs) {
      await eventually(() => expect(tab.closes[0]?.code).toBe(4403), SOON);
      expect(of(tab, 'removed_from_session').length).toBeLessThanOrEqual(1);
    }
    await agreed(table, spread.cluster.nodes, [first], [host]);
    for (const at of spread.cluster.nodes) {
      expect(await table.open(guest, at)).toMatchObject({ status: 403, body: { code: 'removed_from_session' } });
      const again = table.join(guest, at);
      await eventually(() => expect(again.closes[0]?.code).toBe(4403));
      expect(again.messages).toEqual([]);
      disconnect(again);
    }
    tabs.forEach(disconnect);
    expect((await table.call(host, node(1), 'DELETE', `${table.path}/collaborate`)).status).toBe(204);
    await eventually(() => expect(first.closes[0]).toMatchObject({ code: 4410 }));
    disconnect(first);
    expect((await table.open(guest, node(1))).status).toBe(201);
    const next = table.join(guest, node(0));
    await agreed(table, spread.cluster.nodes, [next], [guest]);
  });

  it('CS11 a session that nobody connects to ends after the idle time', async () => {
    const { table } = await setTable(spread.cluster.nodes);
    const { body } = await table.open();
    const opened = performance.now();
    await eventually(async () => expect((await table.rest(node(1))).session_id).toBeNull(), IDLE + 2 * SOON);
    expect(performance.now() - opened).toBeGreaterThan(IDLE - SOON);
    expect(await table.open(table.host, node(1))).toMatchObject({ status: 201 });
    expect((await table.rest(node(0))).session_id).not.toBe(body.session_id);
  });

  it('CS12 a host who loses all access ends the session at once', async () => {
    const {
      table,
      guest,
      clients: [first, second],
    } = await spread.gathered('owner');
    await table.call(guest, node(1), 'PUT', `/threat_models/${table.model}/authorization`, [
      { subject_type: 'user', subject: guest.email, role: 'owner' },
    ]);
    for (const client of [first, second])
      await eventually(() => expect([4403, 4410]).toContain(client.closes[0]?.code), SOON);
    expect(second.messages.at(-1)).toMatchObject({ type: 'session_ended', reason: 'host_left' });
  });

  it('CS12 a host who never connected is still the host, and ends the session at once by losing all access', async () => {
    const { table, people } = await setTable(spread.cluster.nodes, 'owner');
    await table.open();
    const waiting = table.join(people[1]!, node(1));
    await eventually(() => expect(emails(told(waiting))).toEqual([people[1]!.email]));
    expect(told(waiting)).toMatchObject({ host: table.host.email, presenter: table.host.email });
    await table.call(people[1]!, node(0), 'PUT', `/threat_models/${table.model}/authorization`, [
      { subject_type: 'user', subject: people[1]!.email, role: 'owner' },
    ]);
    await eventually(() => expect(waiting.closes[0]).toMatchObject({ code: 4410 }), SOON);
  });
}
