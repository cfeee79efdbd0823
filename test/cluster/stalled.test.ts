/** A node that stands still (SIGSTOP), and a database that does. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { startCluster, type Cluster } from '../support/cluster.ts';
import type { TestPerson } from '../support/people.ts';
import { eventually, pause, saved } from '../support/patience.ts';
import { disconnectAll, type Client } from '../support/provider.ts';
import { stored } from '../support/stored.ts';
import { agreed, emails, of, setTable, told, type Table } from '../support/table.ts';

const GRACE = 1000;
const LEASE = 3000;

let cluster: Cluster;
let table: Table;
let people: TestPerson[];
let host: TestPerson;
let guest: TestPerson;
let first: Client;
let second: Client;

beforeAll(async () => {
  cluster = await startCluster({ nodes: 2, environment: { SESSION_HOST_GRACE_MS: String(GRACE) } });
});
beforeEach(async () => {
  await cluster.mend();
  ({ table, people } = await setTable(cluster.nodes, 'writer'));
  [host, guest] = people as [TestPerson, TestPerson];
  await table.open();
  first = table.join(host, cluster.nodes[0]);
  await eventually(() => expect(emails(told(first))).toEqual([host.email]));
  second = table.join(guest, cluster.nodes[1]);
  await agreed(table, cluster.nodes, [first, second], people);
});
afterEach(disconnectAll);
afterAll(() => cluster.stop());

const leases = async () =>
  (await cluster.database.log.query<{ node: string }>('select node from node_lease order by node')).map(
    ({ node }) => node,
  );

it('NO1 a node that stood still longer than its lease harms nothing when it wakes: its sockets end with 1012, and it goes on under a new id', async () => {
  const [one, two] = cluster.nodes;
  const before = await leases();
  two.stall();
  second.cells.set('while it stood still', 1);
  await eventually(() => expect(of(first, 'leave')).toMatchObject([{ user_id: guest.email }]), 2 * LEASE);
  await agreed(table, [one], [first], [host]);
  expect(await leases()).toHaveLength(1);
  first.cells.set('meanwhile', 2);
  await saved(first);
  two.wake();
  await eventually(() => expect(second.closes[0]).toMatchObject({ code: 1012 }));
  await agreed(table, cluster.nodes, [first, second], people);
  await saved(second);
  await eventually(() => {
    for (const { cells } of [first, second])
      expect(cells.toJSON()).toEqual({ 'while it stood still': 1, meanwhile: 2 });
  });
  const after = await leases();
  expect(after).toHaveLength(2);
  expect(after.filter((node) => before.includes(node))).toHaveLength(1);
  expect(first.closes).toEqual([]);
  expect(second.closes).toHaveLength(1);
});

it('NO1 a node that stood still for less than its lease has lost nobody', async () => {
  const before = await table.rest(cluster.nodes[0]);
  cluster.nodes[1].stall();
  await pause(LEASE / 4);
  cluster.nodes[1].wake();
  second.cells.set('after', 1);
  await saved(second);
  expect(await agreed(table, cluster.nodes, [first, second], people)).toEqual(before);
  expect([...first.closes, ...second.closes, ...of(first, 'leave')]).toEqual([]);
});

it('NO1 a database that stands still longer than every lease ends no session and loses nobody', async () => {
  const before = await table.rest(cluster.nodes[0]);
  for (const { database } of cluster.nodes) database.pause();
  for (const [index, { cells }] of [first, second].entries()) cells.set(`during ${index}`, index);
  await pause(LEASE + GRACE + 1000);
  expect([first, second].map(({ provider }) => provider.unsyncedChanges)).not.toContain(0); // DO1: nobody was told that it is saved
  expect([first.cells.has('during 1'), second.cells.has('during 0')]).toEqual([false, false]); // DO2
  for (const { database } of cluster.nodes) await database.mend();
  await Promise.all([saved(first), saved(second)]);
  await eventually(() => {
    for (const { cells } of [first, second]) expect(cells.toJSON()).toEqual({ 'during 0': 0, 'during 1': 1 });
  });
  await pause(LEASE + GRACE); // nobody is missed later either
  expect(await agreed(table, cluster.nodes, [first, second], people)).toEqual(before);
  expect([...first.closes, ...second.closes]).toEqual([]);
});

it('NO1 a database that stood still for one node only: that node is swept, and nothing it held is lost', async () => {
  const [, two] = cluster.nodes;
  two.database.pause();
  second.cells.set('held', 1);
  await eventually(() => expect(of(first, 'leave')).toMatchObject([{ user_id: guest.email }]), 2 * LEASE);
  first.cells.set('meanwhile', 2);
  await saved(first);
  await two.database.mend();
  await eventually(() => expect(second.closes[0]).toMatchObject({ code: 1012 }));
  await agreed(table, cluster.nodes, [first, second], people);
  await saved(second);
  await eventually(() => {
    for (const { cells } of [first, second]) expect(cells.toJSON()).toEqual({ held: 1, meanwhile: 2 });
  });
});

it('DO1 a database whose connections break loses nothing that it acknowledged, and ends no session', async () => {
  for (const { database } of cluster.nodes) await database.cut();
  for (const [index, { cells }] of [first, second].entries()) cells.set(`during ${index}`, index);
  await pause(1000);
  for (const { database } of cluster.nodes) await database.mend();
  await Promise.all([saved(first), saved(second)]);
  await agreed(table, cluster.nodes, [first, second], people);
  const cells = (await stored(cluster.database, table.diagram)).getMap('cells').toJSON();
  expect(cells).toEqual({ 'during 0': 0, 'during 1': 1 });
  await eventually(() => expect([first.cells.toJSON(), second.cells.toJSON()]).toEqual([cells, cells]));
});
