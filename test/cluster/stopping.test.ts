/** NO1: a node that is told to stop (SIGTERM) while its database is slow, or does not answer at all. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { openDoor, startCluster, type Cluster, type Door } from '../support/cluster.ts';
import type { NodeProcess } from '../support/node-process.ts';
import { eventually, saved, within } from '../support/patience.ts';
import { disconnectAll, type Client } from '../support/provider.ts';
import { of, setTable } from '../support/table.ts';

const TEN_SECONDS = within(10_000);

let cluster: Cluster;
let stopping: NodeProcess;
let staying: NodeProcess;
/** Where `door` leads to. */
let open: NodeProcess;
let door: Door;
let first: Client;
let second: Client;

beforeAll(async () => {
  cluster = await startCluster({ nodes: 2 });
  [stopping, staying] = cluster.nodes;
  door = await openDoor(() => open);
});
beforeEach(async () => {
  await cluster.mend();
  const { table, people } = await setTable(cluster.nodes, 'writer');
  await table.open();
  open = stopping;
  [first, second] = [table.join(people[0]!, door), table.join(people[1]!, staying)];
  await Promise.all([saved(first), saved(second)]);
  open = staying;
});
afterEach(disconnectAll);
afterAll(async () => {
  await cluster.stop();
  await door.stop();
});

it('NO1 a node is gone in ten seconds also when its database is slow, and loses nothing', async () => {
  stopping.database.delay(400);
  const typing = setInterval(() => first.cells.set('n', ((first.cells.get('n') as number) ?? 0) + 1), 5);
  await eventually(() => expect(first.cells.get('n')).toBeGreaterThan(20));
  const { code, took } = await stopping.stop();
  clearInterval(typing);
  expect(code).toBe(0);
  expect(took).toBeLessThan(TEN_SECONDS);
  await saved(first);
  await eventually(() => expect(second.cells.get('n')).toBe(first.cells.get('n')));
  expect(first.closes[0]).toMatchObject({ code: 1012 });
  expect(of(second, 'leave', 'session_ended')).toEqual([]);
});

it('NO1 a node is gone in ten seconds also when its database does not answer at all', async () => {
  stopping.database.pause();
  first.cells.set('held', 1);
  const { code, took } = await stopping.stop();
  expect(code).toBe(0);
  expect(took).toBeLessThan(TEN_SECONDS);
  expect(first.closes[0]).toMatchObject({ code: 1012 });
  await saved(first);
  await eventually(() => expect(second.cells.get('held')).toBe(1));
  expect(second.closes).toEqual([]);
});
