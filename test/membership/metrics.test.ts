/** Attempts at a roster are counted by kind, operation and outcome, under the name that dashboards use. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { call } from '../support/client.ts';
import { newcomer, type TestPerson } from '../support/people.ts';

let app: TestApp;
let owner: TestPerson;

beforeAll(async () => {
  app = await startApp();
  owner = await newcomer(app);
});
afterAll(() => app.stop());

/** What is told of a metric with these labels, among others. */
async function told(name: string, labels: Record<string, string>): Promise<number> {
  const { body } = await call(app.url, 'GET', '/metrics');
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const line = (body as string)
    .split('\n')
    .find((text) => text.startsWith(`${name}{`) && wanted.every((label) => text.includes(label)));
  return Number(line?.split(' ').at(-1) ?? 0);
}

/** How long they took altogether, s. */
const lasted = (operation: string) =>
  told('roundtable_membership_operation_duration_seconds_sum', { kind: 'workspace', operation });

const counted = (operation: string, outcome: string) =>
  told('roundtable_membership_operations_total', { kind: 'workspace', operation, outcome });

it('counts what was granted and what was refused, also before anybody was known', async () => {
  const { body } = await owner.call('POST', '/api/workspaces', { body: { name: 'Counted' } });
  const members = `/api/workspaces/${body.id}/members`;
  const someone = await newcomer(app);
  const sent = { body: { email: someone.email, role: 'member' } };

  await owner.call('POST', members, sent);
  await owner.call('POST', members, sent);
  await owner.call('POST', members, { body: {} });
  await call(app.url, 'POST', members, sent);
  await owner.call('GET', members);
  await owner.call('PATCH', `${members}/${someone.id}`, { body: { role: 'admin' } });
  await owner.call('DELETE', `${members}/${someone.id}`);
  await owner.call('DELETE', `${members}/${owner.id}`);

  expect(await counted('add', 'granted')).toBe(1);
  expect(await counted('add', 'already_member')).toBe(1);
  expect(await counted('add', 'invalid')).toBe(1);
  expect(await counted('add', 'unauthenticated')).toBe(1);
  expect(await counted('list', 'granted')).toBe(1);
  expect(await counted('change', 'granted')).toBe(1);
  expect(await counted('remove', 'granted')).toBe(1);
  expect(await counted('remove', 'last_owner')).toBe(1);
});

it('tells in seconds how long they took', async () => {
  const { body } = await owner.call('POST', '/api/workspaces', { body: { name: 'Timed' } });
  const [before, began] = [await lasted('list'), performance.now()];
  for (let count = 0; count < 3; count += 1) await owner.call('GET', `/api/workspaces/${body.id}/members`);
  const passed = (performance.now() - began) / 1000;
  const length = (await lasted('list')) - before;
  expect(length).toBeGreaterThan(0);
  expect(length).toBeLessThan(passed);
});
