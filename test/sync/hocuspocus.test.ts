/** What becomes of a document that cannot be loaded, and of one that Hocuspocus hands out too late. */
import { Document } from '@hocuspocus/server';
import * as encoding from 'lib0/encoding';
import { pino } from 'pino';
import { uuidv7 } from 'uuidv7';
import { expect, it, vi } from 'vitest';
import { Refusal } from '../../src/refusal.ts';
import type { Channel } from '../../src/sync/channel.ts';
import { closings, type Closing } from '../../src/sync/closing.ts';
import { createHocuspocus, type HocuspocusDependencies } from '../../src/sync/hocuspocus.ts';

const AUTH = 2;

/** Hocuspocus, and a client that asks it for a document by its name. */
function asking(name: string, replicas: object) {
  const hocuspocus = createHocuspocus({
    admission: { admit: async () => ({ readOnly: false }) },
    replicas,
    rooms: { connected() {} },
    logger: pino({ level: 'silent' }),
  } as unknown as HocuspocusDependencies);
  const closed: Closing[] = [];
  const channel = {
    name,
    refusal: null as Closing | null,
    state: { kind: 'joined', admission: { kind: 'room' } },
    opened: vi.fn<() => void>(),
    close: (closing: Closing) => void closed.push(closing),
  };
  const wire = { send() {}, close() {}, readyState: 1 };
  const context = { channel: channel as unknown as Channel };
  const client = hocuspocus.handleConnection(wire, new Request('http://localhost'), context);
  const ask = () =>
    client.handleMessage(
      encoding.encode((encoder) => {
        encoding.writeVarString(encoder, name);
        for (const number of [AUTH, 0]) encoding.writeVarUint(encoder, number);
        encoding.writeVarString(encoder, 'a token');
      }),
    );
  return { hocuspocus, channel, closed, ask };
}

it('DO5 a document that cannot be loaded is let go of, with all that would go on ticking', async () => {
  const loaded: Document[] = [];
  const { channel, ask } = asking(`diagram:${uuidv7()}`, {
    async open(_diagram: string, document: Document) {
      loaded.push(document);
      throw new Refusal('unavailable');
    },
  });
  ask();
  await expect.poll(() => channel.refusal).toEqual({ code: 1013, reason: 'unavailable' });
  expect(loaded.map(({ isDestroyed }) => isDestroyed)).toEqual([true]);
});

it('CS13 nobody is let into a document that was unloaded while it was handed out: they are to connect again', async () => {
  const { hocuspocus, channel, closed, ask } = asking('conversation:1', {});
  hocuspocus.createDocument = async (name) => {
    const document = new Document(name);
    document.destroy();
    return document;
  };
  ask();
  await expect.poll(() => closed).toEqual([closings.reload]);
  expect(channel.opened).not.toHaveBeenCalled();
});
