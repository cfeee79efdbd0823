/** The dashboard and the alerts ask only for figures that a node tells, by labels that these have. No Grafana or Prometheus has run them here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import { startApp, type TestApp } from '../support/app.ts';
import { call } from '../support/client.ts';
import { eventually } from '../support/patience.ts';
import { newcomer } from '../support/people.ts';
import { disconnectAll } from '../support/provider.ts';
import { openRaw } from '../support/raw-socket.ts';
import { join as open, makePlace } from '../rules/stage.ts';

const FOLDER = join(import.meta.dirname, '../../deploy/monitoring');
/** Operations that were called. */
const operations = new Set<string>();
/** Labels that Prometheus itself adds. */
const ADDED = ['instance', 'job'];
const WORDS = /[a-z_]+/g;

const dashboard = JSON.parse(readFileSync(join(FOLDER, 'dashboard.json'), 'utf8')) as {
  panels: { title: string; description: string; gridPos: Record<string, number>; targets: { expr: string }[] }[];
};
const { groups } = parse(readFileSync(join(FOLDER, 'alerts.yaml'), 'utf8')) as {
  groups: { rules: { alert: string; expr: string; for: string; annotations: { summary: string } }[] }[];
};
const rules = groups.flatMap((group) => group.rules);

let app: TestApp;
/** What a node tells: each name with its labels. */
const told = new Map<string, Set<string>>([['up', new Set()]]);

beforeAll(async () => {
  app = await startApp({ environment: { REDIS_URL: inject('redisUrl') } });
  const [owner, member] = [await newcomer(app), await newcomer(app)];
  const { id } = (await owner.call('POST', '/api/workspaces', { body: { name: 'Firm' } })).body;
  await owner.call('POST', `/api/workspaces/${id}/members`, { body: { email: member.email, role: 'member' } });
  const socket = openRaw(`${app.url.replace('http', 'ws')}/ws`);
  await socket.opened;
  socket.close();
  for (const path of ['/livez', '/readyz', '/docs', '/nowhere']) await call(app.url, 'GET', path);
  await eventually(async () => {
    const { body } = await call(app.url, 'GET', '/metrics');
    for (const [, operation] of (body as string).matchAll(/^roundtable_http_\w+_count\{operation="(\w+)"/gm))
      operations.add(operation!);
    for (const [, name, labels] of (body as string).matchAll(/^([a-z_]\w*)(?:\{(.*)\})? \S+$/gm)) {
      const known = told.get(name!) ?? new Set();
      for (const [, label] of (labels ?? '').matchAll(/(\w+)="/g)) known.add(label!);
      told.set(name!, known);
    }
    expect(told.get('roundtable_socket_closes_total')).toEqual(new Set(['code']));
    expect(operations).toContain('getMetrics');
  });
});
afterEach(disconnectAll);
afterAll(() => app.stop());

/** The figures that an expression asks for, with the labels that it chooses or groups by. */
function askedFor(expr: string): { name: string; labels: string[] }[] {
  const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, labels]) => labels!.match(WORDS) ?? []);
  const figures = expr.matchAll(/\b(up|(?:roundtable|nodejs|process)_\w+)(?:\{([^}]*)\})?/g);
  return [...figures].map(([, name, chosen]) => {
    const labels = [...(chosen ?? '').matchAll(/(\w+)\s*(?:=|!~)/g)].map(([, label]) => label!);
    return { name: name!, labels: [...labels, ...grouped].filter((label) => !ADDED.includes(label)) };
  });
}

const expressions: [string, string][] = [
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }): [string, string] => [title, expr])),
  ...rules.map(({ alert, expr }): [string, string] => [alert, expr]),
];

it.each(expressions)('RU8 %s asks for what there is: %s', (_, expr) => {
  const asked = askedFor(expr);
  expect(asked).not.toEqual([]);
  for (const { name, labels } of asked) {
    expect([...told.keys()]).toContain(name);
    for (const label of labels) expect([...told.get(name)!]).toContain(label);
  }
});

it('RU8 requests are those of people: what probes ask every second, and files, hide no failure', () => {
  const asking = expressions.filter(([, expr]) => expr.includes('roundtable_http_request_duration_seconds'));
  expect(asking.length).toBeGreaterThanOrEqual(4);
  expect([...operations]).toEqual(expect.arrayContaining(['isAlive', 'isReady', 'getMetrics', 'none']));
  for (const [, expr] of asking)
    for (const [, chosen] of expr.matchAll(/roundtable_http_\w+(?:\{([^}]*)\})?/g)) {
      const leftOut = new RegExp(`^(?:${/operation!~"([^"]*)"/.exec(chosen ?? '')?.[1] ?? ''})$`);
      const counted = [...operations].filter((operation) => !leftOut.test(operation));
      expect(counted.toSorted()).toEqual(['addWorkspaceMember', 'createWorkspace', 'getMe']);
    }
});

it('RU8 one person whose edits cannot be stored is enough to wake somebody', async () => {
  const failures = async () => {
    const { body } = await call(app.url, 'GET', '/metrics');
    return Number(/^roundtable_edit_write_failures_total (\d+)$/m.exec(body as string)![1]);
  };
  const { expr } = rules.find(({ alert }) => alert === 'RoundtableCannotStore')!;
  expect(expr).toBe('sum(rate(roundtable_edit_write_failures_total[2m])) > 0');
  const owner = await newcomer(app);
  const place = await makePlace(owner);
  await owner.call('POST', `${place.path}/collaborate`);
  const editor = open(app, place, owner);
  await eventually(() => expect(editor.provider.isSynced).toBe(true));
  expect(await failures()).toBe(0);
  await app.database.log.query('alter table document_update add constraint full_disk check (false) not valid');
  editor.cells.set('a', 'x');
  // Its connection is closed, and what it keeps comes again with the next.
  await eventually(async () => expect(await failures()).toBeGreaterThan(2));
  await app.database.log.query('alter table document_update drop constraint full_disk');
});

describe('RU8 what is shown', () => {
  it('has every figure of ours in a panel, each panel with its words and its place', () => {
    const figure = (name: string) => name.replace(/_(count|bucket|sum)$/, '');
    const ours = (names: Iterable<string>) =>
      [...new Set([...names].filter((name) => name.startsWith('roundtable_')).map(figure))].toSorted();
    const asked = dashboard.panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => askedFor(expr)));
    expect(ours(asked.map(({ name }) => name))).toEqual(ours(told.keys()));
    const places = dashboard.panels.map(({ gridPos: { x, y } }) => `${x} ${y}`);
    expect(new Set(places).size).toBe(places.length);
    for (const { title, description } of dashboard.panels) expect(title && description).not.toBe('');
  });

  it('wakes nobody for a moment, and says why', () => {
    for (const rule of rules) {
      expect(rule.for).toMatch(/^\d+m$/);
      expect(rule.annotations.summary).not.toBe('');
    }
  });
});
