/** A channel that ends before anybody is admitted, or because something fails, and what it keeps from Hocuspocus. */
import { expect, it } from 'vitest';
import { Doc } from 'yjs';
import { createChannel, type ChannelDependencies } from '../../src/sync/channel.ts';
import { closings } from '../../src/sync/closing.ts';
import { createIntake, type IntakeDependencies } from '../../src/sync/intake/intake.ts';
import { collected } from '../support/collected.ts';

function waiting() {
  const left: string[] = [];
  const logged: unknown[] = [];
  const closed: unknown[] = [];
  const handed: Uint8Array[] = [];
  const wiring = {
    socket: {
      shared: true,
      ponged: () => true,
      send() {},
      close: (closing: unknown) => void closed.push(closing),
      left: (address: string) => void left.push(address),
    },
    logger: { error: ({ err, document }: Record<string, unknown>) => void logged.push([document, err]) },
    address: 'diagram:a',
    connect: () => ({ handleMessage: (bytes: Uint8Array) => void handed.push(bytes), handleClose() {} }),
    createIntake: (dependencies: IntakeDependencies) => createIntake(dependencies),
    disputed() {},
    guard: {},
    writeStateless: () => '',
    ended() {},
  };
  return { channel: createChannel(wiring as unknown as ChannelDependencies), left, logged, closed, handed };
}

it('CS13 who asks again and again what others show costs nothing: Hocuspocus would write all of it each time, for nobody', () => {
  const { channel, handed } = waiting();
  channel.joined({ kind: 'room' } as never);
  channel.opened({} as never, { document: new Doc() } as never);
  const [query, other] = [new Uint8Array(1), new Uint8Array(2)];
  for (let count = 0; count < 1000; count += 1) channel.receive({ kind: 'query', address: channel.address }, query);
  channel.receive({ kind: 'other', address: channel.address }, other);
  expect(handed).toEqual([other]);
});

const KINDS = ['update', 'step2', 'step1', 'awareness'] as const;

it.each(KINDS)('NO3 what came to a channel is let go of when it ends, also by who still holds it: %s', async (kind) => {
  const { channel, left } = waiting();
  const receive = () => {
    const bytes = new Uint8Array(100);
    channel.receive({ kind, address: channel.address, update: bytes, stateVector: bytes } as never, bytes);
    return new WeakRef(bytes);
  };
  const refs = [receive(), receive()];
  await new Promise((resolve) => setImmediate(resolve));
  channel.receive({ kind: 'close', address: channel.address }, new Uint8Array(1));
  await collected(refs);
  expect([channel.state.kind, left]).toEqual(['ended', [channel.address]]);
});

it('NO5 what fails while a client is told what it lacks is in the log, and ends its connection', async () => {
  const { channel, logged, closed } = waiting();
  const fault = new Error('no memory left');
  channel.joined({ kind: 'room' } as never);
  channel.opened({} as never, { document: new Doc(), replica: { portionsFor: () => Promise.reject(fault) } } as never);
  channel.receive({ kind: 'step1', address: channel.address, stateVector: new Uint8Array([0]) }, new Uint8Array(1));
  await expect.poll(() => closed).toEqual([closings.unavailable]);
  expect(logged).toEqual([[channel.name, fault]]);
});
