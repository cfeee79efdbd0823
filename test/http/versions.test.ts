/** Versions over REST: kept by name and by themselves, listed, read, and restored as an edit like any other (DO6). */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { audited } from '../support/audit.ts';
import { eventually, saved } from '../support/patience.ts';
import { newcomer } from '../support/people.ts';
import { connect, disconnectAll } from '../support/provider.ts';
import { makeDiagram, type Drawn } from './drawn.ts';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const UNKNOWN = '01900000-0000-7000-8000-000000000000';
const node = (id: string) => ({ id, shape: 'process', x: 1, y: 2, width: 3, height: 4, label: id, z: 1 });

let app: TestApp;
let at: Drawn;
let path: string;

beforeAll(async () => {
  app = await startApp();
});
afterAll(async () => {
  disconnectAll();
  await app.stop();
});
beforeEach(async () => {
  at = await makeDiagram(app);
  path = `${at.path}/versions`;
});

const put = (...ids: string[]) => at.writer.call('PUT', `${at.path}/content`, { body: { cells: ids.map(node) } });
const keep = async (name: string) => (await at.writer.call('POST', path, { body: { name } })).body;

it('DO6 are kept by name: who, when, and the head that they are the state at', async () => {
  await put('a');
  const { status, body } = await at.writer.call('POST', path, { body: { name: ' First ' } });
  expect(status).toBe(201);
  expect(body).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    diagram_id: at.diagram,
    name: 'First',
    kind: 'named',
    author: at.writer.email,
    head: 1,
    created_at: expect.stringMatching(TIME),
  });
  await put('a', 'b');
  expect((await at.reader.call('GET', `${path}/${body.id}`)).body).toEqual({ ...body, cells: [node('a')] });
});

it('DO6 are kept by themselves while people edit, and listed newest first, in pages', async () => {
  await put('a');
  await eventually(async () => expect((await at.reader.call('GET', path)).body.data).toHaveLength(1));
  const named = [await keep('One'), await keep('Two')];
  const first = (await at.reader.call('GET', `${path}?limit=2`)).body;
  const second = (await at.reader.call('GET', `${path}?limit=2&cursor=${first.next_cursor}`)).body;
  expect(first.data).toEqual(named.toReversed());
  expect(second.data).toMatchObject([{ kind: 'automatic', name: null, author: null, head: 1 }]);
  expect(second.next_cursor).toBeNull();
});

it('DO6 restoring one is a new edit that everybody sees; nothing is rewritten', async () => {
  await put('a');
  const version = await keep('Before');
  await put('b');
  await at.open();
  const client = connect({ url: at.socket, name: at.name, token: at.reader.token });
  await saved(client);
  const restored = await at.writer.call('POST', `${path}/${version.id}/restore`);
  expect(restored).toMatchObject({ status: 200, body: { head: 3 } });
  expect(restored.headers.get('etag')).toBe('"3"');
  await eventually(() => expect([...client.cells.keys()]).toEqual(['a']));
  const rows = await app.database.log.query('select from document_update where diagram_id = $1', [at.diagram]);
  expect(rows).toHaveLength(3);
  expect((await at.writer.call('POST', `${path}/${version.id}/restore`)).body).toEqual({ head: 3 });
});

it('DO6 readers list and read; writers keep and restore; others are refused', async () => {
  await put('a');
  const { id } = await keep('V');
  const stranger = await newcomer(app);
  const calls = [
    ['GET', path, {}],
    ['GET', `${path}/${id}`, {}],
    ['POST', path, { body: { name: 'x' } }],
    ['POST', `${path}/${id}/restore`, {}],
  ] as const;
  const statuses = async (person: Drawn['writer']) => {
    const found: number[] = [];
    for (const [method, route, options] of calls) found.push((await person.call(method, route, options)).status);
    return found;
  };
  expect(await statuses(at.reader)).toEqual([200, 200, 403, 403]);
  expect(await statuses(stranger)).toEqual([403, 403, 403, 403]);
  expect(await statuses(at.owner)).toEqual([200, 200, 201, 200]);
});

it('one that does not exist, or of another diagram, is 404; a blank name 400', async () => {
  await put('a');
  const { id } = await keep('V');
  const elsewhere = `${(await makeDiagram(app)).path}/versions/${id}`;
  for (const route of [`${path}/${UNKNOWN}`, elsewhere.replace(/.*versions/, `${path.replace(at.diagram, UNKNOWN)}`)])
    expect((await at.writer.call('GET', route)).status).toBe(404);
  const other = await at.owner.call('POST', at.path.replace(/\/[^/]*$/, ''), { body: { name: 'Other' } });
  const there = at.path.replace(at.diagram, other.body.id);
  for (const [method, route] of [
    ['GET', `${there}/versions/${id}`],
    ['POST', `${there}/versions/${id}/restore`],
    ['POST', `${path}/${UNKNOWN}/restore`],
  ] as const)
    expect((await at.writer.call(method, route)).status).toBe(404);
  for (const name of ['', '  ', 'x'.repeat(201)])
    expect((await at.writer.call('POST', path, { body: { name } })).status).toBe(400);
});

it('MB5 each change leaves its audit row', async () => {
  await put('a');
  const { row, answered } = await audited(app, at.writer, 'POST', path, { body: { name: 'V' } });
  const container = `diagram:${at.diagram}`;
  expect(row).toMatchObject({ action: 'diagram.version.keep', container, outcome: 'granted' });
  expect(row.details).toEqual({ version: answered.body.id, name: 'V', head: 1 });
  await put('b');
  const restore = `${path}/${answered.body.id}/restore`;
  const restored = (await audited(app, at.writer, 'POST', restore)).row;
  expect(restored).toMatchObject({ action: 'diagram.version.restore', container, outcome: 'granted' });
  expect(restored.details).toEqual({ version: answered.body.id, head: 3 });
  expect((await audited(app, at.reader, 'POST', restore)).row).toMatchObject({ container, outcome: 'forbidden' });
});
