/** Two nodes behind the load balancer as it is deployed (`deploy/haproxy.cfg`, run by a real HAProxy). */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { startBalancer, type Balancer } from '../support/balancer.ts';
import { call } from '../support/client.ts';
import { startCluster, type Cluster } from '../support/cluster.ts';
import type { NodeProcess } from '../support/node-process.ts';
import type { TestPerson } from '../support/people.ts';
import { eventually, saved } from '../support/patience.ts';
import { disconnectAll, type Client } from '../support/provider.ts';
import { stored } from '../support/stored.ts';
import { agreed, emails, of, setTable, told, type Table } from '../support/table.ts';

/** Enough for both nodes to have some. */
const TABLES = 12;

let cluster: Cluster;
let balancer: Balancer;

beforeAll(async () => {
  cluster = await startCluster({ nodes: 2, environment: { TRUST_PROXY: '1', SESSION_HOST_GRACE_MS: '10000' } });
  balancer = await startBalancer(cluster.nodes.map(({ port }) => port) as [number, number]);
});
beforeEach(() => eventually(async () => expect((await answering()).size).toBe(2)));
afterEach(async () => {
  disconnectAll();
  await cluster.mend();
});
afterAll(async () => {
  await balancer?.stop();
  await cluster?.stop();
});

/** The nodes that the balancer sends people to, as one finds who asks for many diagrams. */
async function answering(): Promise<Set<NodeProcess>> {
  const paths = Array.from({ length: 2 * TABLES }, () => `/threat_models/${randomUUID()}/diagrams/${randomUUID()}`);
  const answers = await Promise.all(paths.map((path) => call(balancer.url, 'GET', path)));
  const ids = new Set(answers.map(({ headers }) => headers.get('x-request-id')));
  return new Set(cluster.nodes.filter(({ log }) => log.some(({ requestId }) => ids.has(requestId as string))));
}

interface Company {
  table: Table;
  people: TestPerson[];
  clients: Client[];
}

/** A host and a guest, who come through the balancer like everything that they call. */
async function gathered(): Promise<Company> {
  const { table, people } = await setTable([balancer], 'writer');
  await table.open();
  const clients: Client[] = [];
  for (const person of people) {
    const client = table.join(person, balancer);
    clients.push(client);
    await eventually(() => expect(emails(told(client))).toContain(person.email));
  }
  await agreed(table, [balancer], clients, people);
  return { table, people, clients };
}

/** The nodes on which people are, or have been, in a diagram. */
const nodesOf = ({ table }: Company) =>
  cluster.nodes.filter(({ log }) => log.some(({ msg, document }) => msg === 'connected' && document === table.name));

it('those who work on one diagram meet on one node, and diagrams are shared out', async () => {
  const companies = await Promise.all(Array.from({ length: TABLES }, gathered));
  const nodes = companies.map(nodesOf);
  for (const found of nodes) expect(found).toHaveLength(1);
  expect(new Set(nodes.flat()).size).toBe(2);
  expect((await call(balancer.url, 'GET', '/metrics')).status).toBe(404);
});

it.each<[string, (node: NodeProcess) => Promise<unknown>, code: number]>([
  ['killed', (node) => node.kill(), 1006],
  ['told to stop', (node) => node.stop(), 1012],
])('DO1 NO1 a node that is %s under load loses and doubles no edit, and ends no session', async (_, end, code) => {
  const companies = await Promise.all(Array.from({ length: TABLES }, gathered));
  const [going, staying] = cluster.nodes;
  const isOn = (node: NodeProcess) => (company: Company) => nodesOf(company).includes(node);
  expect([going, staying].map((node) => companies.some(isOn(node)))).toEqual([true, true]);
  const written = companies.map((): string[] => []);
  const typing = setInterval(() => {
    for (const [index, { clients }] of companies.entries()) {
      for (const [hand, { document }] of clients.entries()) {
        const word = `${hand}:${written[index]!.length}`;
        written[index]!.push(word);
        document.getArray<string>('words').push([word]);
      }
    }
  }, 20);
  try {
    await eventually(() => expect(written[0]!.length).toBeGreaterThan(40));
    await end(going);
    const hit = companies.filter(isOn(going)).flatMap(({ clients }) => clients);
    for (const client of hit) await eventually(() => expect(client.closes[0]?.code).toBe(code));
    for (const client of hit) await eventually(() => expect(client.provider.isSynced).toBe(true));
    await going.start();
  } finally {
    clearInterval(typing);
  }
  for (const [index, { table, people, clients }] of companies.entries()) {
    await Promise.all(clients.map((client) => saved(client)));
    const words = (await stored(cluster.database, table.diagram)).getArray<string>('words').toArray();
    expect(words.toSorted()).toEqual(written[index]!.toSorted());
    for (const client of clients) {
      await eventually(() => expect(client.document.getArray('words').toArray()).toEqual(words));
      expect(of(client, 'session_ended')).toEqual([]);
    }
    await agreed(table, [balancer, ...cluster.nodes], clients, people);
  }
  for (const { clients } of companies.filter((company) => !isOn(going)(company)))
    for (const client of clients) expect(client.closes).toEqual([]);
});
