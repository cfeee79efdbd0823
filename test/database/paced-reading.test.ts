/** Long answers of the database: read a little in each turn of the event loop, whoever asked. */
import { EventEmitter, once } from 'node:events';
import { connect, createServer, Socket, type AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { readInTurns } from '../../src/database/paced-reading.ts';
import { freshDatabase } from '../support/database.ts';

const LONG = 4_000_000;

afterEach(() => void vi.restoreAllMocks());

it('DO3 no more than 64 KiB of a long answer are read in one turn, and all of it', async () => {
  const server = createServer((socket) => socket.end(Buffer.alloc(LONG))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stream = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const pool = new EventEmitter();
  readInTurns(pool);
  for (let times = 0; times < 2; times += 1) pool.emit('acquire', { connection: { stream } }); // as for each question
  const turns = [0];
  const next = () => {
    turns.push(0);
    if (!stream.closed) setImmediate(next);
  };
  next();
  stream.on('data', ({ byteLength }: Buffer) => (turns[turns.length - 1]! += byteLength));
  await once(stream, 'close');
  server.close();
  expect(Math.max(...turns)).toBeLessThanOrEqual(2 * 65_536); // less than a share, and one more
  expect(turns.reduce((sum, bytes) => sum + bytes)).toBe(LONG);
});

it('DO3 that holds for all connections', async () => {
  const database = await freshDatabase();
  const pause = vi.spyOn(Socket.prototype, 'pause');
  const question = `select repeat('x', ${LONG}) as answer`;
  const asking = [
    () => database.log.query<{ answer: string }>(question),
    () => database.content.query<{ answer: string }>(question),
    () => database.asSystem((em) => em.execute<{ answer: string }[]>(question)),
  ];
  for (const ask of asking) {
    pause.mockClear();
    const [row] = await ask();
    expect(row!.answer).toHaveLength(LONG);
    expect(pause.mock.calls.length).toBeGreaterThan(20);
  }
  await database.close();
});
