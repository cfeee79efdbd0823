/** People on two nodes, and everything that they do, whatever becomes of Redis. */
import { expect } from 'vitest';
import type { Cluster } from '../../support/cluster.ts';
import type { TestPerson } from '../../support/people.ts';
import { eventually, saved, within } from '../../support/patience.ts';
import { disconnect, type Client } from '../../support/provider.ts';
import { agreed, emails, of, setTable, told, type Table } from '../../support/table.ts';

/** DO3 without Redis, and what a machine that does everything at once may add, ms. */
export const BY_POLL = 1000 + 500;

export interface Company {
  cluster: Cluster;
  table: Table;
  people: TestPerson[];
  clients: Client[];
}

/** A host on the first node and a guest on the second. */
export async function gathered(cluster: Cluster): Promise<Company> {
  const { table, people } = await setTable(cluster.nodes, 'writer', 'writer');
  await table.open();
  const clients: Client[] = [];
  for (const [index, person] of people.slice(0, 2).entries()) {
    clients.push(table.join(person, cluster.nodes[index]!));
    await eventually(() => expect(emails(told(clients[index]!))).toContain(person.email));
  }
  await agreed(table, cluster.nodes, clients, people.slice(0, 2));
  return { cluster, table, people, clients };
}

/** They edit and are told what is saved, one more comes, host and presenter change, and one loses their access. */
export async function lively({ cluster, table, people, clients }: Company): Promise<void> {
  const [first, second] = clients as [Client, Client];
  const [, guest, third] = people as [TestPerson, TestPerson, TestPerson];
  const key = `${Math.random()}`;
  first.cells.set(key, 1);
  await saved(first);
  await eventually(() => expect(second.cells.get(key)).toBe(1), BY_POLL);

  const joined = performance.now();
  const late = table.join(third, cluster.nodes[1]);
  await eventually(() => expect(late.cells.get(key)).toBe(1));
  expect(performance.now() - joined).toBeLessThan(within(BY_POLL));
  await agreed(table, cluster.nodes, [first, second], people, BY_POLL);

  first.provider.sendStateless(JSON.stringify({ type: 'change_presenter', user_id: guest.email }));
  await eventually(() => expect(told(second)?.presenter).toBe(guest.email), BY_POLL);
  first.provider.sendStateless(JSON.stringify({ type: 'change_presenter', user_id: table.host.email }));
  await eventually(() => expect(told(second)?.presenter).toBe(table.host.email), BY_POLL);

  await table.grant([
    [table.host, 'owner'],
    [guest, 'writer'],
  ]);
  late.cells.set(`not ${key}`, 1);
  await eventually(() => expect(late.closes[0]).toMatchObject({ code: 4403 }), BY_POLL);
  disconnect(late);
  await agreed(table, cluster.nodes, [first, second], [table.host, guest], BY_POLL);
  expect(first.cells.has(`not ${key}`)).toBe(false);
  await table.grant([
    [table.host, 'owner'],
    [guest, 'writer'],
    [third, 'writer'],
  ]);
  expect([...first.closes, ...second.closes, ...of(first, 'session_ended')]).toEqual([]);
}
