/** What is sent in bodies waits in the node's memory: how much of it, of everybody and of one person, is bounded. */
import { request, type ClientRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Context } from 'koa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBodyMemory, LITTLE } from '../../src/http/body-memory.ts';
import { readBytes } from '../../src/http/bytes.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { heapHeld } from '../support/collected.ts';
import { eventually } from '../support/patience.ts';
import type { TestPerson } from '../support/people.ts';
import { rawCall } from '../support/raw.ts';
import { makeDiagram, type Drawn } from './drawn.ts';

const LARGEST = 16_777_216;
const bytes = { 'content-type': 'application/octet-stream' };
const packed = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
/** No smaller than what is in it. */
const stored = (content: Uint8Array) => gzipSync(content, { level: 0 });

interface Unfinished {
  method: string;
  path: string;
  headers: Record<string, string>;
  part: Buffer;
}

describe('CO11 the memory for bodies', () => {
  it('is three times the largest for all, twice for one, and is had again when they are answered', () => {
    const memoryOf = createBodyMemory(10);
    const begun = (person: string) => {
      const memory = memoryOf(person);
      memory.take(LITTLE);
      return memory;
    };
    const [first, second, bobs, carls] = [begun('ada'), begun('ada'), begun('bob'), begun('carl')];
    first.take(12);
    second.take(8);
    expect(() => second.take(1)).toThrow('rate_limited');
    bobs.take(10);
    expect(() => carls.take(1)).toThrow('unavailable');
    second.giveBack();
    carls.take(8);
    expect(() => carls.take(1)).toThrow('unavailable');
    first.giveBack();
    begun('ada').take(12);
  });
});

it('CO11 a body that comes in single bytes is held as little more than they are', async () => {
  const length = 200_000;
  let grown = Infinity;
  const iterator = async function* () {
    const before = heapHeld();
    for (let sent = 0; sent < length; sent += 1) yield Buffer.from([sent % 256]);
    grown = heapHeld() - before;
  };
  const context = { get: () => '', is: () => 'json', request: {}, req: { iterator } } as unknown as Context;
  const accepted = { contentType: 'json', limit: length };
  const body = await readBytes(context, accepted, createBodyMemory(length)('ada'));
  expect(grown).toBeLessThan(20 * length);
  expect([body.byteLength, body[1], body.at(-1)]).toEqual([length, 1, (length - 1) % 256]);
});

it('CO6 a body is what was sent, in whatever pieces it comes', async () => {
  const sizes = [1, 3000, 2, 1, 1024, 1023, ...Array.from({ length: 70 }, () => 5), 4000, 7];
  const pieces = sizes.map((size, index) => Buffer.alloc(size, index + 1));
  const iterator = async function* () {
    yield* pieces;
  };
  const context = { get: () => '', is: () => 'json', request: {}, req: { iterator } } as unknown as Context;
  const sent = Buffer.concat(pieces);
  const accepted = { contentType: 'json', limit: sent.length };
  const body = await readBytes(context, accepted, createBodyMemory(sent.length)('ada'));
  expect(sent.equals(body)).toBe(true);
});

describe('CO11 a body that does not end', () => {
  let app: TestApp;
  let at: Drawn;
  const open: ClientRequest[] = [];
  beforeAll(async () => {
    app = await startApp({ environment: { MAX_DOCUMENT_BYTES: String(LARGEST) } });
    at = await makeDiagram(app);
  });
  afterAll(async () => {
    for (const one of open) one.destroy();
    await app.stop();
  });

  /** Sends so much, and no end; again, if there was no room for its last bytes just then. */
  const begin = (person: TestPerson, { method, path, headers, part }: Unfinished): void => {
    const sent = request(new URL(at.path + path, app.url), {
      method,
      headers: { ...headers, authorization: `Bearer ${person.token}`, 'transfer-encoding': 'chunked' },
    });
    sent.on('error', () => {});
    sent.on('response', () => begin(person, { method, path, headers, part }));
    sent.write(part);
    open.push(sent);
  };

  it.each<[string, Unfinished]>([
    ['as it is', { method: 'POST', path: '/updates', headers: bytes, part: Buffer.alloc(LARGEST) }],
    [
      'packed',
      { method: 'PUT', path: '/content', headers: packed, part: stored(Buffer.alloc(LARGEST)).subarray(0, LARGEST) },
    ],
  ])('keeps its person out (429), nobody else, and no longer than it lasts: %s', async (_, unfinished) => {
    const submit = async (person: TestPerson, size = 4 * LITTLE) => {
      const { status, body } = await person.call('POST', `${at.path}/updates`, {
        body: new Uint8Array(size).fill(7),
        headers: bytes,
      });
      return [status, body.code];
    };
    for (let count = 0; count < 2; count += 1) begin(at.writer, unfinished);
    await eventually(async () => expect(await submit(at.writer)).toEqual([429, 'rate_limited']));
    expect(await submit(at.owner)).toEqual([400, 'invalid']);
    expect(await submit(at.writer, LITTLE)).toEqual([400, 'invalid']);
    expect((await at.writer.call('GET', `${at.path}/content`)).status).toBe(200);
    const answered = await rawCall(app.url, 'PUT', `${at.path}/content`, {
      headers: { authorization: `Bearer ${at.writer.token}`, ...packed },
      body: stored(Buffer.from(`{"cells":[]}${' '.repeat(4 * LITTLE)}`)),
    });
    expect([answered.status, answered.headers['retry-after']]).toEqual([429, '1']);
    for (const one of open.splice(0)) one.destroy();
    await eventually(async () => expect(await submit(at.writer)).toEqual([400, 'invalid']));
  });

  it('is counted also where it is no large one, and keeps nobody from sending little', async () => {
    const json = { 'content-type': 'application/json' };
    const part = Buffer.from(`{"name":"${'x'.repeat(250_000)}`);
    const create = async (length: number) => {
      const { status } = await at.writer.call('POST', '/threat_models', { body: { name: 'x'.repeat(length) } });
      return status;
    };
    const most = Math.floor((2 * LARGEST) / (part.length - LITTLE));
    for (let count = 0; count < most; count += 1)
      begin(at.writer, { method: 'POST', path: '/versions', headers: json, part });
    await eventually(async () => expect(await create(part.length)).toBe(429));
    expect(await create(1)).toBe(201);
    for (const one of open.splice(0)) one.destroy();
    await eventually(async () => expect(await create(part.length)).toBe(400));
  });
});
