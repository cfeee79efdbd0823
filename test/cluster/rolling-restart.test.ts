/** Nodes that are told to stop (SIGTERM) while people work, and what becomes of the people. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { startCluster, type Cluster } from '../support/cluster.ts';
import type { NodeProcess } from '../support/node-process.ts';
import type { TestPerson } from '../support/people.ts';
import { eventually, saved } from '../support/patience.ts';
import { disconnectAll, type Client } from '../support/provider.ts';
import { stored } from '../support/stored.ts';
import { agreed, emails, of, setTable, told, type Table } from '../support/table.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

/** NO1 */
const TEN_SECONDS = 10_000;

let cluster: Cluster;
let table: Table;
let people: TestPerson[];
/** As a load balancer: to the node whose turn it is, as long as that is ready. */
let door: TcpProxy & { url: string };
const closed = new Set<number>();

beforeAll(async () => {
  cluster = await startCluster({ nodes: 2 });
  let turn = 0;
  const proxy = await startTcpProxy(() => {
    const open = cluster.nodes.filter(({ running, port }) => running && !closed.has(port));
    return open[(turn += 1) % open.length]?.port ?? null;
  });
  door = { ...proxy, url: proxy.through(cluster.nodes[0].url).replace(/\/$/, '') };
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
      closed.add(node.port); // a load balancer sees that it is not ready
      const { code, took } = await node.stop();
      expect(code).toBe(0);
      expect(took).toBeLessThan(TEN_SECONDS);
      await node.start();
      closed.delete(node.port);
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

/** Somebody on the first node, until that is told to stop, and somebody on the second. @returns the first one's node and both */
async function onBoth(): Promise<{ one: NodeProcess; first: Client; second: Client }> {
  const [one, two] = cluster.nodes;
  closed.add(two.port);
  const [first, second] = [table.join(people[0]!, door), table.join(people[1]!, two)];
  await Promise.all([saved(first), saved(second)]);
  closed.clear();
  closed.add(one.port);
  return { one, first, second };
}

it('NO1 a node is gone in ten seconds also when its database is slow, and loses nothing', async () => {
  const { one, first, second } = await onBoth();
  one.database.delay(400);
  const typing = setInterval(() => first.cells.set('n', ((first.cells.get('n') as number) ?? 0) + 1), 5);
  await eventually(() => expect(first.cells.get('n')).toBeGreaterThan(20));
  const { code, took } = await one.stop();
  clearInterval(typing);
  expect(code).toBe(0);
  expect(took).toBeLessThan(TEN_SECONDS);
  await saved(first);
  await eventually(() => expect(second.cells.get('n')).toBe(first.cells.get('n')));
  expect(first.closes[0]).toMatchObject({ code: 1012 });
  expect(of(second, 'leave', 'session_ended')).toEqual([]);
});

it('NO1 a node is gone in ten seconds also when its database does not answer at all', async () => {
  const { one, first, second } = await onBoth();
  one.database.pause();
  first.cells.set('held', 1);
  const { code, took } = await one.stop();
  expect(code).toBe(0);
  expect(took).toBeLessThan(TEN_SECONDS);
  expect(first.closes[0]).toMatchObject({ code: 1012 });
  await saved(first);
  await eventually(() => expect(second.cells.get('held')).toBe(1));
  expect(second.closes).toEqual([]);
});
