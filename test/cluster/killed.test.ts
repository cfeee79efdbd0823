/**
 * A node that dies without a word (SIGKILL): the session whose host was on it, and what was written there. (That whoever
 * was on it is gone in time is in `rules`, CS5.)
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { openDoor, startCluster, type Cluster, type Door } from '../support/cluster.ts';
import type { TestPerson } from '../support/people.ts';
import { eventually, pause, saved } from '../support/patience.ts';
import { disconnect, disconnectAll, type Client } from '../support/provider.ts';
import { stored } from '../support/stored.ts';
import { agreed, emails, present, setTable, told, type Table } from '../support/table.ts';
import { GONE } from './rules/spread.ts';

const GRACE = 1500;

let cluster: Cluster;
let table: Table;
let people: TestPerson[];
let host: TestPerson;
let guest: TestPerson;
/** Leads to the first node as long as it runs, then to the second. */
let door: Door;

beforeAll(async () => {
  cluster = await startCluster({ nodes: 2, environment: { SESSION_HOST_GRACE_MS: String(GRACE) } });
  const [one, two] = cluster.nodes;
  door = await openDoor(() => (one.running ? one : two));
});
beforeEach(async () => {
  await cluster.mend();
  ({ table, people } = await setTable(cluster.nodes, 'writer'));
  [host, guest] = people as [TestPerson, TestPerson];
  await table.open();
});
afterEach(disconnectAll);
afterAll(async () => {
  await cluster.stop();
  await door.stop();
});

async function both(hostAt: { url: string }, guestAt: { url: string }): Promise<[Client, Client]> {
  const first = table.join(host, hostAt);
  await eventually(() => expect(emails(told(first))).toEqual([host.email]));
  const second = table.join(guest, guestAt);
  await agreed(table, cluster.nodes, [first, second], people);
  await eventually(() => {
    for (const client of [first, second]) expect(present(client)).toEqual([host.email, guest.email].sort());
  });
  return [first, second];
}

it('CS7 a host who was on it and comes back on another node leaves no trace', async () => {
  const [one, two] = cluster.nodes;
  const [first, second] = await both(door, two);
  const before = await table.rest(two);
  const heard = second.messages.length;
  await one.kill();
  await eventually(() => expect(first.closes.length).toBeGreaterThan(0));
  await agreed(table, [two], [first, second], people);
  // Until the dead node's lease is swept and what a grace after it could bring.
  await eventually(
    async () => expect(await cluster.database.log.query('select from node_lease')).toHaveLength(1),
    GONE,
  );
  await pause(GRACE + 1000);
  expect(await agreed(table, [two], [first, second], people)).toEqual(before);
  expect(second.messages.slice(heard)).toEqual([]);
  expect(second.closes).toEqual([]);
});

it('CS7 a host who was on it and does not come back ends the session', async () => {
  const [one, two] = cluster.nodes;
  const [first, second] = await both(one, two);
  first.websocket.shouldConnect = false;
  await one.kill();
  await eventually(() => expect(second.closes[0]).toMatchObject({ code: 4410 }), GONE + GRACE + 1000);
  expect(second.messages.at(-1)).toMatchObject({ type: 'session_ended', reason: 'host_left' });
});

it('DO1 nothing that was acknowledged is lost, and people go on on another node, without a lost or doubled edit', async () => {
  const [one, two] = cluster.nodes;
  const [first, second] = await both(door, two);
  const list = first.document.getArray<number>('list');
  let written = 0;
  let acknowledged = 0;
  first.provider.on('unsyncedChanges', ({ number }: { number: number }) => {
    // In the order in which they were sent: all but the last ones, however fast somebody types.
    if (first.provider.isSynced) acknowledged = Math.max(acknowledged, written - number);
  });
  const typing = setInterval(() => list.push([(written += 1)]), 3);
  await eventually(() => expect(acknowledged).toBeGreaterThan(50));
  await one.kill();
  const promised = acknowledged;
  const held = (await stored(cluster.database, table.diagram)).getArray<number>('list').toArray();
  expect(held.length).toBeGreaterThanOrEqual(promised);
  await eventually(() => expect(first.closes.length).toBeGreaterThan(0));
  await eventually(() => expect(acknowledged).toBeGreaterThan(promised + 50));
  clearInterval(typing);
  await saved(first);
  const all = Array.from({ length: written }, (_, index) => index + 1);
  await eventually(() => expect(second.document.getArray('list').toArray()).toEqual(all));
  expect((await stored(cluster.database, table.diagram)).getArray('list').toArray()).toEqual(all);
  disconnect(first);
});
