/** Sessions of people spread over the nodes of a cluster: what the rules over several nodes share. */
import { expect } from 'vitest';
import type { Cluster } from '../../support/cluster.ts';
import { eventually, within } from '../../support/patience.ts';
import type { TestPerson } from '../../support/people.ts';
import type { Client } from '../../support/provider.ts';
import { agreed, emails, setTable, told, type Role, type Table } from '../../support/table.ts';

export const GRACE = within(1500);
export const IDLE = within(3000);
/** Hints arrive at once, the poll finds them within half a second; the rest is for a machine that does everything at once. */
export const SOON = 1500;

/** CS5, and what a machine that does everything at once may add, ms. */
export const GONE = 5000 + 500;

/** As many as were asked for; a test names no others. */
type Three<T> = [T, T, T];

export interface Company {
  table: Table;
  host: TestPerson;
  guest: TestPerson;
  third: TestPerson;
  people: Three<TestPerson>;
  clients: Three<Client>;
}

export interface Spread {
  /** There once the suite has begun. */
  readonly cluster: Cluster;
  readonly count: number;
  /** Counted round and round. */
  node(index: number): Cluster['nodes'][number];
  /** Opens the session of a host and people in these roles, everybody on the next node, and waits until all know of all. */
  gathered(...roles: Role[]): Promise<Company>;
}

export function spreadOver(count: number, cluster: () => Cluster): Spread {
  const node: Spread['node'] = (index) => cluster().nodes[index % count]!;
  return {
    get cluster() {
      return cluster();
    },
    count,
    node,
    async gathered(...roles) {
      const { nodes } = cluster();
      const { table, people } = await setTable(nodes, ...roles);
      expect((await table.open()).status).toBe(201);
      const clients: Client[] = [];
      for (const [index, person] of people.entries()) {
        clients.push(table.join(person, node(index)));
        // All who are there: a node that hears of two people at once tells of both at once.
        await eventually(() => clients.forEach((client) => expect(emails(told(client))).toContain(person.email)));
      }
      await agreed(table, nodes, clients, people);
      const [host, guest, third] = people as Three<TestPerson>;
      return { table, host, guest, third, people: [...people] as Three<TestPerson>, clients: clients as Three<Client> };
    },
  };
}

export const say = (client: Client, message: { type: string; user_id?: string }) =>
  client.provider.sendStateless(JSON.stringify(message));
