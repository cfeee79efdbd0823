/** One socket by itself: what it takes before its pong, what waits for the lease, and how it ends. */
import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { MessageType } from '@hocuspocus/server';
import * as encoding from 'lib0/encoding';
import { afterEach, expect, it, vi } from 'vitest';
import { createBudget } from '../../../src/budget.ts';
import type { Channel } from '../../../src/sync/channel.ts';
import { closings } from '../../../src/sync/closing.ts';
import { createTurnEnd } from '../../../src/sync/socket/outbox.ts';
import { createSocket, type SocketDependencies } from '../../../src/sync/socket/socket.ts';
import { logger } from '../stage.ts';

const LIMITS = { framesPerSecond: 10, frameBurst: 100, maxFrameBytes: 1000, slowConsumerBytes: 1500 };
/** Frames that a client may have queued before it answers our ping. */
const MOST_QUEUED = 20_000;

afterEach(() => void vi.useRealTimers());

function opened() {
  const ws = Object.assign(new EventEmitter(), {
    OPEN: 1,
    readyState: 1,
    close: vi.fn<() => void>(() => void (ws.readyState = 2)),
    terminate: vi.fn<() => void>(),
  });
  const written: number[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      written.push(...chunk);
      done();
    },
  });
  const closes: unknown[] = [];
  const handled: number[] = [];
  const lease = { sure: true, again: Promise.withResolvers<void>() };
  const strangers = createBudget(1000);
  const socket = createSocket({
    ws,
    stream,
    atTurnEnd: createTurnEnd(),
    place: { kind: 'shared' },
    limits: { ...LIMITS, maxDocumentsPerSocket: 50 },
    strangers,
    createChannel: () =>
      ({
        state: { kind: 'waiting' },
        receive: (_frame, bytes) => void handled.push(bytes.at(-1)!),
        end() {},
      }) as Partial<Channel> as Channel,
    lease: { held: () => lease.sure, whenHeld: () => lease.again.promise },
    now: () => 0,
    logger,
    closed: (_socket: unknown, closing: unknown) => void closes.push(closing),
  } as unknown as SocketDependencies);
  const sent = () => written.splice(0);
  sent(); // the ping
  const hear = (bytes: Uint8Array) => void ws.emit('message', Buffer.from(bytes), true);
  return { ws, socket, strangers, closes, handled, lease, sent, hear };
}

/** @param last its last byte */
const frame = (address: string, last: number) =>
  encoding.encode((encoder) => {
    encoding.writeVarString(encoder, address);
    encoding.writeVarUint(encoder, MessageType.Stateless);
    encoding.writeVarString(encoder, String.fromCharCode(last));
  });

it('NO3 who never answers our ping may send what they had queued, and no frame more', () => {
  const { hear, closes } = opened();
  const bytes = frame('conversation:1', 1);
  for (let count = 0; count < MOST_QUEUED; count += 1) hear(bytes);
  expect(closes).toEqual([]);
  hear(bytes);
  expect(closes).toEqual([closings.tooMany]);
});

it.each(['constructor', '__proto__', 'toString\0session'])('CS13 no document is called %j', (address) => {
  const { hear, closes } = opened();
  hear(frame(address, 1));
  expect(closes).toEqual([closings.badFrame]);
});

it('NO1 what waits for the lease comes and goes in its order, before what comes when it is held again; then as much may wait anew', async () => {
  const { lease, hear, handled, socket, sent, closes } = opened();
  for (let time = 0; time < 3; time += 1) {
    lease.sure = false;
    lease.again = Promise.withResolvers();
    for (const last of [1, 2]) hear(frame('conversation:1', last));
    socket.send(Uint8Array.of(7));
    await turn();
    expect([handled, sent()]).toEqual([[], []]);
    lease.sure = true;
    hear(frame('conversation:1', 3));
    socket.send(Uint8Array.of(8));
    expect(handled).toEqual([]);
    lease.again.resolve();
    await lease.again.promise;
    await turn();
    expect(handled.splice(0)).toEqual([1, 2, 3]);
    expect(sent()).toEqual([0x82, 1, 7, 0x82, 1, 8]);
  }
  expect(closes).toEqual([]);
});

it('NO3 a socket that ends gives back what was kept for strangers', () => {
  const { hear, socket, strangers } = opened();
  hear(frame('conversation:1', 1));
  expect(strangers.take(1000)).toBe(false);
  socket.close(closings.idle);
  expect(strangers.take(1000)).toBe(true);
});

it('NO3 a client that does not answer a close is cut off two seconds later', () => {
  vi.useFakeTimers();
  const { ws, socket } = opened();
  socket.close(closings.idle);
  vi.advanceTimersByTime(1999);
  expect(ws.terminate).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(ws.terminate).toHaveBeenCalledTimes(1);
});
