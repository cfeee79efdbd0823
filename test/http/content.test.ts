/** The content of a diagram over REST: read, replaced and submitted, by whom, and what cannot be read. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { startApp, type TestApp } from '../support/app.ts';
import { audited } from '../support/audit.ts';
import { eventually, saved } from '../support/patience.ts';
import { connect, disconnectAll } from '../support/provider.ts';
import type { TestPerson } from '../support/people.ts';
import { rawCall } from '../support/raw.ts';
import { makeDiagram, type Drawn } from './drawn.ts';

const BYTES = 'application/octet-stream';
const node = (id: string, z: number, label = id) => ({
  id,
  shape: 'process',
  x: 1,
  y: 2,
  width: 3,
  height: 4,
  label,
  z,
});

let app: TestApp;
let at: Drawn;
let content: string;

beforeAll(async () => {
  app = await startApp();
});
afterAll(async () => {
  disconnectAll();
  await app.stop();
});
beforeEach(async () => {
  at = await makeDiagram(app);
  content = `${at.path}/content`;
});

const put = (cells: unknown[], headers: Record<string, string> = {}) =>
  at.writer.call('PUT', content, { body: { cells }, headers });
const readState = async () => {
  const response = await fetch(app.url + content, {
    headers: { authorization: `Bearer ${at.reader.token}`, accept: BYTES },
  });
  const document = new Y.Doc();
  Y.applyUpdate(document, new Uint8Array(await response.arrayBuffer()));
  return { response, cells: document.getMap('cells').toJSON() };
};

it('is a list in order of z, then id, or the Yjs state; its entity tag is the head, and no browser keeps it', async () => {
  expect(await at.reader.call('GET', content)).toMatchObject({ status: 200, body: { head: 0, cells: [] } });
  await put([node('b', 1), node('a', 1), node('c', 0)]);
  const read = await at.reader.call('GET', content);
  expect(read.headers.get('etag')).toBe('"1"');
  expect(read.body).toEqual({ head: 1, cells: [node('c', 0), node('a', 1), node('b', 1)] });
  const headers = { authorization: `Bearer ${at.reader.token}`, 'if-none-match': '"1"' };
  const unchanged = await rawCall(app.url, 'GET', content, { headers });
  expect(unchanged.status).toBe(304);
  const { response, cells } = await readState();
  expect([response.headers.get('content-type'), response.headers.get('etag')]).toEqual([BYTES, '"1"']);
  for (const { headers: told } of [read, response]) expect((told as Headers).get('cache-control')).toBe('no-store');
  expect(cells).toEqual({ a: node('a', 1), b: node('b', 1), c: node('c', 0) });
});

it('DO6 PUT is one edit, the smallest; whoever has the diagram open sees it', async () => {
  await at.open();
  const client = connect({ url: at.socket, name: at.name, token: at.writer.token });
  await saved(client);
  expect((await put([node('a', 1), node('b', 2)])).body).toEqual({ head: 1 });
  await eventually(() => expect(client.cells.size).toBe(2));
  const before = client.cells.get('b');
  expect((await put([node('a', 1, 'renamed'), node('b', 2)])).body).toEqual({ head: 2 });
  await eventually(() => expect((client.cells.get('a') as Y.Map<unknown>).get('label')).toBe('renamed'));
  expect(client.cells.get('b')).toBe(before); // it was left alone
  expect((await put([node('a', 1, 'renamed'), node('b', 2)])).body).toEqual({ head: 2 });
});

it('DO6 PUT takes more than other bodies may have: as much as a document', async () => {
  const many = Array.from({ length: 4000 }, (_, index) => ({ ...node(`cell-${index}`, index), label: 'x'.repeat(40) }));
  expect(JSON.stringify(many).length).toBeGreaterThan(256 * 1024);
  expect((await put(many)).status).toBe(200);
});

it('DO6 If-Match compares with the head: 412', async () => {
  expect((await put([node('a', 1)], { 'if-match': '"0"' })).status).toBe(200);
  expect(await put([], { 'if-match': '"0"' })).toMatchObject({ status: 412, body: { code: 'precondition_failed' } });
  expect((await put([], { 'if-match': 'W/"1"' })).status).toBe(412);
  expect((await put([], { 'if-match': '*' })).status).toBe(200);
  for (const none of ['"0", "1"', 'W/"2"', '"0", W/"2"', '"nonsense"', ','])
    expect((await put([], { 'if-match': none })).status).toBe(412);
  expect((await put([], { 'if-match': '"1", "2"' })).status).toBe(200);
});

it('DO4 POST updates stores an update; what is no update, or has a gap, is 400', async () => {
  const submit = (body: Uint8Array, person = at.writer) =>
    person.call('POST', `${at.path}/updates`, { body, headers: { 'content-type': BYTES } });
  const document = new Y.Doc();
  document.getMap('cells').set('a', new Y.Map(Object.entries(node('a', 1))));
  const update = Y.encodeStateAsUpdate(document);
  const before = Y.encodeStateVector(document);
  document.getMap('cells').set('b', 1);
  expect((await submit(Y.encodeStateAsUpdate(document, before))).status).toBe(400);
  expect(await submit(update)).toMatchObject({ status: 200, body: { head: 1 } });
  expect((await submit(new Uint8Array([1, 2, 3]))).status).toBe(400);
  expect((await submit(update, at.reader)).status).toBe(403);
  expect((await at.reader.call('GET', content)).body.cells).toEqual([node('a', 1)]);
});

it('CO5 a body may be packed: what cannot be unpacked is 400, what is too large then 413, another way 415', async () => {
  const sent = (body: Uint8Array, encoding: string) =>
    at.writer.call('PUT', content, {
      body,
      headers: { 'content-type': 'application/json', 'content-encoding': encoding },
    });
  const cells = (id: string) => Buffer.from(JSON.stringify({ cells: [node(id, 1)] }));
  for (const [encoding, pack] of [
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const) {
    expect((await sent(pack(cells(encoding)), encoding)).status).toBe(200);
    expect((await at.reader.call('GET', content)).body.cells).toEqual([node(encoding, 1)]);
    expect((await sent(pack(cells('half')).subarray(0, -9), encoding)).body.code).toBe('invalid');
  }
  expect((await sent(cells('plain'), 'gzip')).body.code).toBe('invalid');
  expect((await sent(cells('plain'), 'rot13')).body.code).toBe('unsupported_media_type');
  expect((await sent(gzipSync(Buffer.alloc(70_000_000, ' ')), 'gzip')).body.code).toBe('payload_too_large');
});

it('DO6 PUT of text that no byte stands for is 400: two ids would become one, and a label never the one that was sent', async () => {
  for (const cells of [[node('a\ud800', 1), node('a\ud801', 1)], [node('a', 1, 'cut \ud83d')]])
    expect(await put(cells)).toMatchObject({
      status: 400,
      body: { code: 'invalid', details: { 'cells.0.label': [expect.any(String)] } },
    });
});

it('CO5 PUT of a member that no cell has names the member with its place, and the cell', async () => {
  const refused = await put([node('a', 1), { ...node('shop', 2), body: null }]);
  expect(refused).toMatchObject({
    status: 400,
    body: {
      code: 'invalid',
      field: 'cells.1.body',
      message: 'The request is not valid',
      detail: 'The request is not valid: shop',
    },
  });
  expect(refused.body.details).toEqual({ 'cells.1.body': ['Unknown field'] });
});

it('CS13 PUT of more values than a document holds is 413, however small it is packed', async () => {
  const body = `{"cells":[${JSON.stringify({ ...node('a', 1), data: 0 }).slice(0, -2)}[${'{},'.repeat(2_000_000)}0]}]}`;
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
  const answer = await at.writer.call('PUT', content, { body: gzipSync(body), headers });
  expect(answer).toMatchObject({ status: 413, body: { code: 'payload_too_large' } });
});

it('CO2 what is no body is 400, also from whoever may not write and where no diagram is', async () => {
  const submit = (person: TestPerson, path: string, body: Uint8Array) =>
    person.call('POST', `${path}/updates`, { body, headers: { 'content-type': BYTES } });
  const elsewhere = at.path.replace(at.diagram, '01900000-0000-7000-8000-000000000000');
  const nothing = Y.encodeStateAsUpdate(new Y.Doc());
  for (const [path, person, status] of [
    [at.path, at.reader, 403],
    [elsewhere, at.writer, 404],
  ] as const) {
    expect((await submit(person, path, new Uint8Array([1, 2, 3]))).status).toBe(400);
    expect((await person.call('PUT', `${path}/content`, { body: { cells: 7 } })).status).toBe(400);
    expect((await submit(person, path, nothing)).status).toBe(status);
  }
});

it('MB5 each attempt to write leaves its audit row, in the transaction of what was granted', async () => {
  const options = { body: { cells: [node('a', 1)] } };
  const { row } = await audited(app, at.writer, 'PUT', content, options);
  expect(row).toMatchObject({
    actor_id: at.writer.id,
    action: 'diagram.content.replace',
    container: `diagram:${at.diagram}`,
    outcome: 'granted',
    details: { head: 1 },
  });
  expect((await audited(app, at.reader, 'PUT', content, options)).row).toMatchObject({ outcome: 'forbidden' });
  const submit = { body: new Uint8Array([7]), headers: { 'content-type': BYTES } };
  const refused = (await audited(app, at.writer, 'POST', `${at.path}/updates`, submit)).row;
  expect(refused).toMatchObject({
    action: 'diagram.content.submit',
    outcome: 'invalid',
    details: { reason: 'update' },
  });
});

describe('DO5 a diagram of which something stored cannot be read', () => {
  const spoil = (table: string, seq: number) =>
    app.database.log.query(`update ${table} set bytes = '\\x0501' where diagram_id = $1 and seq = $2`, [
      at.diagram,
      seq,
    ]);

  it('is not written (503), and serves its last readable snapshot, saying so; sockets close with 1013', async () => {
    await put([node('a', 1)]);
    await put([node('b', 1)]);
    const { bytes } = (
      await app.database.log.query<{ bytes: Uint8Array }>(
        'select bytes from document_update where diagram_id = $1 and seq = 1',
        [at.diagram],
      )
    )[0]!;
    await app.database.log.query('insert into document_snapshot (diagram_id, seq, bytes) values ($1, 1, $2)', [
      at.diagram,
      bytes,
    ]);
    await spoil('document_update', 2);
    const read = await at.reader.call('GET', content);
    expect(read).toMatchObject({ status: 200, body: { head: 1, cells: [node('a', 1)] } });
    expect(read.headers.get('warning')).toContain('the newest readable snapshot');
    for (const attempt of [
      put([]),
      at.writer.call('POST', `${at.path}/updates`, {
        body: Y.encodeStateAsUpdate(new Y.Doc()),
        headers: { 'content-type': BYTES },
      }),
      at.writer.call('POST', `${at.path}/versions`, { body: { name: 'V' } }),
    ])
      expect(await attempt).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    await at.open();
    const client = connect({ url: at.socket, name: at.name, token: at.writer.token });
    await eventually(() => expect(client.closes[0]).toEqual({ code: 1013, reason: 'unavailable' }));
    await spoil('document_snapshot', 1);
    expect((await at.reader.call('GET', content)).status).toBe(503);
    expect(
      app.log.some(({ msg, diagram }) => msg === 'a stored document cannot be read' && diagram === at.diagram),
    ).toBe(true);
  });
});
