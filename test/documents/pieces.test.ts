/**
 * Large bytes: read and written in pieces, put together where the workshop's thread reads them too, and worked on behind
 * everything else.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openDatabase, type Database, type SqlExecutor } from '../../src/database/database.ts';
import { assembled, inPieces, send, shareable, type Piece } from '../../src/documents/pieces.ts';
import type { Job } from '../../src/documents/worker.ts';
import { createWorkshop } from '../../src/documents/workshop.ts';
import { freshDatabase } from '../support/database.ts';

const sizes = [0, 1, 49_151, 49_152, 49_153, 700_000];
const bytesOf = (size: number) => Buffer.alloc(size, 'a document of which every byte counts');
const QUESTION = inPieces(
  'seq',
  `select seq, convert_to(repeat('x', seq), 'UTF8') as bytes from unnest($1::int[]) as seq`,
);

describe.each([
  ['PostgreSQL', freshDatabase],
  ['PGlite', () => openDatabase({ directory: null })],
])('%s', (_, open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());

  it('DO3 gives no piece of more than 48 KiB, and all of them', async () => {
    const pieces = await database.content.query<Piece>(QUESTION, [sizes]);
    expect(Math.max(...pieces.map(({ bytes }) => bytes.byteLength))).toBe(49_152);
    const found = await assembled(pieces.toReversed());
    expect(found.map(({ seq, bytes }) => [seq, bytes.byteLength])).toEqual(sizes.map((size) => [size, size]));
    expect(found.every(({ bytes }) => bytes.every((byte) => byte === 0x78))).toBe(true);
    expect(found.at(-1)!.bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('DO3 sends no more than 1 MiB at a stretch, and stores all of it', async () => {
    const wholes = [0, 1_048_576, 1_048_577, 3_000_000, 2_500_000].map((size, index) => ({
      bytes: Buffer.from(bytesOf(size).map((byte, at) => byte + at + index)),
    }));
    let largest = 0;
    await database.content.transaction(async (transaction) => {
      const watched: SqlExecutor = {
        ...transaction,
        query: (text, values = []) => {
          largest = Math.max(largest, ...values.map((value) => (value instanceof Uint8Array ? value.byteLength : 0)));
          return transaction.query(text, values);
        },
      };
      const sent = [];
      for (const { bytes } of wholes) sent.push(await send(watched, bytes, '$1'));
      for (const [index, { expression, value }] of sent.entries()) {
        const [row] = await watched.query<{ bytes: Uint8Array }>(`select ${expression}::bytea as bytes`, [value]);
        expect(Buffer.from(row!.bytes).equals(wholes[index]!.bytes)).toBe(true);
      }
    });
    expect(largest).toBe(1_048_576);
    const left = await database.content.query("select from pg_class where relname = 'piece'");
    expect(left).toEqual([]);
  });
});

it('DO3 what is large is put together in turns with everything else', async () => {
  let others = 0;
  setImmediate(() => (others += 1));
  const pieces = Array.from({ length: 20 }, (_, piece) => ({ seq: '1', piece, bytes: bytesOf(49_152) }));
  const [whole] = await assembled(pieces);
  expect([whole!.bytes.byteLength, others]).toEqual([20 * 49_152, 1]);
});

it('DO3 what is large is shared with the thread, and stays as it is for this one', async () => {
  const [little, large] = [bytesOf(1000), bytesOf(200_000)];
  expect(shareable(little)).toBe(little);
  const shared = shareable(large);
  expect([shared.buffer instanceof SharedArrayBuffer, Buffer.from(shared).equals(large)]).toEqual([true, true]);
  expect(shareable(shared)).toBe(shared);
  const workshop = createWorkshop();
  const sent = vi.spyOn(Worker.prototype, 'postMessage');
  await expect(workshop.run('slices', large)).rejects.toThrow('not an update');
  expect(large.equals(bytesOf(200_000))).toBe(true);
  const [job] = sent.mock.lastCall as [Job];
  sent.mockRestore();
  expect((job.input[0] as Uint8Array).buffer).toBeInstanceOf(SharedArrayBuffer);
  if (process.platform === 'linux') expect(priorities()).toContain(10);
  await workshop.stop();
});

/** How far each thread of this process stands back. */
function priorities(): number[] {
  return readdirSync('/proc/self/task').map((thread) => {
    const fields = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return Number(fields[16]);
  });
}
