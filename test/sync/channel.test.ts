/** A channel that ends before anybody is admitted. */
import { expect, it } from 'vitest';
import { createChannel, type ChannelDependencies } from '../../src/sync/channel.ts';
import { createIntake, type IntakeDependencies } from '../../src/sync/intake/intake.ts';
import { collected } from '../support/collected.ts';

function waiting() {
  const left: string[] = [];
  const wiring = {
    socket: { shared: true, ponged: () => true, send() {}, left: (address: string) => void left.push(address) },
    address: 'diagram:a',
    connect: () => ({ handleMessage() {}, handleClose() {} }),
    createIntake: (dependencies: IntakeDependencies) => createIntake(dependencies),
    disputed() {},
    guard: {},
    writeStateless: () => '',
    ended() {},
  };
  return { channel: createChannel(wiring as unknown as ChannelDependencies), left };
}

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
