/**
 * Two nodes behind the load balancer as it is deployed (`deploy/haproxy.cfg`, run by a real HAProxy), and behind one that
 * sends everybody to the next node, so that those who work on one diagram do not meet: that costs, and changes nothing.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startBalancer, type Balancer } from '../support/balancer.ts';
import { call } from '../support/client.ts';
import { startCluster, type Cluster } from '../support/cluster.ts';
import type { NodeProcess } from '../support/node-process.ts';
import type { TestPerson } from '../support/people.ts';
import { eventually, pause, saved } from '../support/patience.ts';
import { disconnectAll, type Client } from '../support/provider.ts';
import { openRaw } from '../support/raw-socket.ts';
import { stored } from '../support/stored.ts';
import { agreed, emails, of, setTable, told, type Table } from '../support/table.ts';

/** Enough for both nodes to have some. */
const TABLES = 12;

/** The balancer's lines, and what the tests put in their place. */
const HASHED = `  balance hash var(txn.diagram)
  hash-type consistent sdbm avalanche`;
const IN_TURN = '  balance roundrobin';
const IDLE_FOR = 2000;

let cluster: Cluster;
let balancer: Balancer;

beforeAll(async () => {
  cluster = await startCluster({ nodes: 2, environment: { TRUST_PROXY: '1', SESSION_HOST_GRACE_MS: '10000' } });
});
afterEach(async () => {
  disconnectAll();
  await cluster.mend();
});
afterAll(() => cluster?.stop());

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

/** Whether somebody has been connected to a diagram on a node. */
const wasOn = ({ log }: NodeProcess, { table }: Company, person?: TestPerson) =>
  log.some(
    (line) => line.msg === 'connected' && line.document === table.name && (!person || line.person === person.id),
  );
const nodesOf = (company: Company) => cluster.nodes.filter((node) => wasOn(node, company));
/** Those of a company who are on a node, if nobody has moved yet. */
const clientsOn = (node: NodeProcess, { table, people, clients }: Company) =>
  clients.filter((_, index) => wasOn(node, { table, people, clients }, people[index]));

/** Asks for sessions again and again, as a page does. @returns what was not answered well (0: not at all), when it is told to stop */
function asking(companies: readonly Company[]): () => Promise<number[]> {
  const statuses: number[] = [];
  let stopped = false;
  const going = (async () => {
    for (let turn = 0; !stopped; turn += 1) {
      const { table } = companies[turn % companies.length]!;
      const asked = table.call(table.host, balancer, 'GET', `${table.path}/collaborate`);
      statuses.push(await asked.then(({ status }) => status).catch(() => 0));
      await pause(10);
    }
  })();
  return async () => {
    stopped = true;
    await going;
    return statuses.filter((status) => status !== 200);
  };
}

describe.each([
  ['that brings those together who work on one diagram', {}],
  ['that does not', { [HASHED]: IN_TURN }],
])('RU8 a balancer %s', (_, changed) => {
  const together = Object.keys(changed).length === 0;

  beforeAll(async () => {
    balancer = await startBalancer(cluster.nodes.map(({ port }) => port) as [number, number], changed);
  });
  beforeEach(() => eventually(async () => expect((await answering()).size).toBe(2)));
  afterAll(() => balancer?.stop());

  it('shares diagrams out', async () => {
    const companies = await Promise.all(Array.from({ length: TABLES }, gathered));
    const nodes = companies.map(nodesOf);
    if (together) for (const found of nodes) expect(found).toHaveLength(1);
    else expect(nodes.some((found) => found.length === 2)).toBe(true);
    expect(new Set(nodes.flat()).size).toBe(2);
  });

  it.each<[string, (node: NodeProcess) => Promise<unknown>, code: number]>([
    ['killed', (node) => node.kill(), 1006],
    ['told to stop', (node) => node.stop(), 1012],
  ])('DO1 NO1 a node that is %s under load loses and doubles no edit, and ends no session', async (__, end, code) => {
    const companies = await Promise.all(Array.from({ length: TABLES }, gathered));
    const [going, staying] = cluster.nodes;
    const hit = companies.flatMap((company) => clientsOn(going, company));
    const spared = companies.flatMap((company) => clientsOn(staying, company));
    expect([hit.length > 0, spared.length > 0]).toEqual([true, true]);
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
    const stopAsking = asking(companies);
    try {
      await eventually(() => expect(written[0]!.length).toBeGreaterThan(40));
      await end(going);
      for (const client of hit) await eventually(() => expect(client.closes[0]?.code).toBe(code));
      for (const client of hit) await eventually(() => expect(client.provider.isSynced).toBe(true));
      await going.start();
    } finally {
      clearInterval(typing);
    }
    // Who asked a node that was killed gets no answer; one that stops answers everybody.
    const bad = await stopAsking();
    if (code === 1012) expect(bad).toEqual([]);
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
    for (const client of spared) expect(client.closes).toEqual([]);
  });
});

describe('a balancer', () => {
  beforeAll(async () => {
    // What is true of a second is true of the minute that stands there.
    const idle = {
      'timeout client 60s': `timeout client ${IDLE_FOR}`,
      'timeout server 60s': `timeout server ${IDLE_FOR}`,
    };
    balancer = await startBalancer(cluster.nodes.map(({ port }) => port) as [number, number], idle);
  });
  beforeEach(() => eventually(async () => expect((await answering()).size).toBe(2)));
  afterAll(() => balancer?.stop());

  it('RU8 leaves sockets open on which nothing is said for longer than a request may take', async () => {
    const { table, people, clients } = await gathered();
    await pause(2 * IDLE_FOR);
    expect(clients.flatMap(({ closes }) => closes)).toEqual([]);
    clients[0]!.cells.set('still', 1);
    await saved(clients[0]!);
    await eventually(() => expect(clients[1]!.cells.get('still')).toBe(1));
    await agreed(table, [balancer, ...cluster.nodes], clients, people);
  });

  it('RU8 tells the nodes who calls and where, whatever the caller says of it, and keeps their figures to itself', async () => {
    const { table } = await setTable([balancer]);
    const made = await call(balancer.url, 'POST', `${table.path}/collaborate`, {
      headers: {
        authorization: `Bearer ${table.host.token}`,
        'x-forwarded-host': 'elsewhere.example',
        'x-forwarded-proto': 'https',
      },
    });
    expect(made.status).toBe(201);
    expect(made.body.websocket_url).toBe(`${balancer.url.replace('http', 'ws')}${table.path}/ws`);
    const origin = { headers: { origin: balancer.url } };
    const own = openRaw(made.body.websocket_url, origin);
    await own.opened;
    own.close();
    for (const path of ['/metrics', '/metrics/', '/Metrics', '/METRICS/', '/metrics?a=b']) {
      expect((await call(balancer.url, 'GET', path)).status, path).toBe(404);
      expect((await call(cluster.nodes[0].url, 'GET', path)).body, path).toContain('roundtable_sockets');
    }
  });
});
