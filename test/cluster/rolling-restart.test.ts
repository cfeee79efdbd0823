/** Nodes that are restarted one after the other (SIGTERM) while people work, and what becomes of the people. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { openDoor, startCluster, type Cluster, type Door } from '../support/cluster.ts';
import type { NodeProcess } from '../support/node-process.ts';
import type { TestPerson } from '../support/people.ts';
import { eventually, saved, within } from '../support/patience.ts';
import { disconnectAll, type Client } from '../support/provider.ts';
import { stored } from '../support/stored.ts';
import { agreed, emails, of, setTable, told, type Table } from '../support/table.ts';

/** NO1 */
const TEN_SECONDS = within(10_000);

let cluster: Cluster;
let table: Table;
let people: TestPerson[];
/** As a load balancer: to the node whose turn it is, as long as that is ready. */
let door: Door;
const closed = new Set<NodeProcess>();

beforeAll(async () => {
  cluster = await startCluster({ nodes: 2 });
  let turn = 0;
  door = await openDoor(() => {
    const open = cluster.nodes.filter((node) => node.running && !closed.has(node));
    return open[(turn += 1) % open.length] ?? null;
  });
});
beforeEach(async () => {
  await cluster.mend();
  closed.clear();
  ({ table, people } = await setTable(cluster.nodes, 'writer', 'writer'));
  await table.open();
});
afterEach(disconnectAll);
afterAll(async () => {
  await cluster.stop();
  await door.stop();
});

it('NO1 a rolling restart under load loses and doubles no edit, ends no session, and nobody leaves', async () => {
  const clients: Client[] = [];
  for (const person of people) {
    const client = table.join(person, door);
    clients.push(client);
    await eventually(() => expect(emails(told(client))).toContain(person.email));
  }
  const before = await agreed(table, cluster.nodes, clients, people);
  const list = clients.map(({ document }) => document.getArray<string>('list'));
  const written: string[] = [];
  const typing = setInterval(() => {
    const index = written.length % clients.length;
    const word = `${index}:${written.length}`;
    written.push(word);
    list[index]!.push([word]);
  }, 5);
  try {
    for (const node of cluster.nodes) {
      await Promise.all(clients.map((client) => eventually(() => expect(client.provider.isSynced).toBe(true))));
      closed.add(node); // a load balancer sees that it is not ready
      const { code, took } = await node.stop();
      expect(code).toBe(0);
      expect(took).toBeLessThan(TEN_SECONDS);
      await node.start();
      closed.delete(node);
    }
  } finally {
    clearInterval(typing);
  }
  await Promise.all(clients.map((client) => saved(client)));
  const log = (await stored(cluster.database, table.diagram)).getArray<string>('list').toArray();
  expect(log.toSorted()).toEqual(written.toSorted());
  await eventually(() => {
    for (const { document } of clients) expect(document.getArray('list').toArray()).toEqual(log);
  });
  expect(await table.rest(cluster.nodes[0])).toEqual(before);
  for (const client of clients) {
    expect(of(client, 'leave', 'session_ended')).toEqual([]);
    expect(told(client)).toEqual(before);
    expect(new Set(client.closes.map(({ code }) => code))).toEqual(new Set([1012]));
  }
});

it('DO1 somebody who types without a pause while they connect again and again is told that all is saved when it is', async () => {
  const client = table.join(people[0]!, door);
  await saved(client);
  for (let round = 0; round < 10; round += 1) {
    const typing = setInterval(() => client.cells.set(`k${round % 7}`, Math.random()), 1);
    const [closes, counts] = [client.closes.length, client.unsaved.length];
    client.websocket.webSocket!.close();
    await eventually(() => expect(client.closes.length).toBeGreaterThan(closes));
    await eventually(() => expect(client.provider.isSynced && client.unsaved.length > counts + 20).toBe(true));
    clearInterval(typing);
    await saved(client);
  }
});
