/**
 * Large writes over REST while somebody types: how long a PUT of many cells, a hundredth of which has moved, a PUT of as
 * many others in their place, and a POST of as many new ones take; and, until all of it is applied, how long the
 * typist's edits wait for their acknowledgement at worst, and how long the server's event loop stands still.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { cellsOf, documentOf } from './cells.ts';
import { openConnection } from './connection.ts';
import { createWriter } from './edits.ts';
import { call, restOf, type Desk } from './place.ts';
import type { MeasuredServer } from './servers.ts';

/** Between two edits of the typist, ms. */
const INTERVAL = 50;

type Write = (desk: Desk) => Promise<unknown>;

/** @param open makes a document, and says where it is; each write has one of its own, of so many cells */
export async function measureReplacing(
  server: MeasuredServer,
  open: () => Promise<Desk>,
  cells: number,
): Promise<void> {
  const [beginning, more] = [documentOf(cells), documentOf(cells, 'more')];
  const moved = cellsOf(cells).map((cell) => (cell.z % 100 === 0 ? { ...cell, x: -1 } : cell));
  const post =
    (update: Uint8Array): Write =>
    (desk) =>
      call(server.url, 'POST', restOf(desk, 'updates'), update);
  const put = (list: object[]): Write => {
    const body = Buffer.from(JSON.stringify({ cells: list }));
    return (desk) => call(server.url, 'PUT', restOf(desk, 'content'), body, 0, 'application/json');
  };
  const writes: Record<string, Write> = {
    nothing: () => pause(3000),
    'PUT of moved cells': put(moved),
    'PUT of other cells': put(cellsOf(cells, 'other')),
    'POST updates': post(more),
  };
  const measured: Record<string, object> = {};
  for (const [what, write] of Object.entries(writes)) {
    const desk = await open();
    await post(beginning)(desk);
    measured[what] = await measure(server, desk, write);
  }
  console.log(`while somebody makes ${1000 / INTERVAL} edits/s, writes of ${cells} cells into as many, ms`);
  console.table(measured);
}

async function measure(server: MeasuredServer, desk: Desk, write: Write) {
  const typist = await startTyping(desk);
  await pause(1000);
  await server.observe();
  typist.longest();
  const began = performance.now();
  await write(desk);
  const took = performance.now() - began;
  await typist.acknowledged();
  const { stall, ran, collection } = await server.observe();
  typist.stop();
  const ms = (length: number) => Math.round(length);
  return {
    took: ms(took),
    'longest acknowledgement': ms(typist.longest()),
    'longest stall': ms(stall),
    'its thread ran': ms(ran),
    'longest collection': ms(collection),
  };
}

async function startTyping(desk: Desk) {
  const sent: number[] = [];
  let longest = 0;
  const connection = openConnection(desk, false, {
    acknowledged: () => (longest = Math.max(longest, performance.now() - sent.shift()!)),
    content: () => {},
    closed: (reason) => {
      throw new Error(`a connection was closed: ${reason}`);
    },
  });
  await connection.synced;
  const writer = createWriter(7_000_001);
  const type = (update: Uint8Array) => {
    sent.push(performance.now());
    connection.update(update);
  };
  type(writer.beginning);
  let value = 0;
  const typing = setInterval(() => type(writer.next((value += 1))), INTERVAL);
  return {
    /** Since it was asked last. */
    longest() {
      const found = longest;
      longest = 0;
      return found;
    },
    /** Resolves when all that was typed by now is acknowledged and applied: an edit is heard when the one before it is. */
    async acknowledged() {
      const next = value + 2;
      while (value - sent.length < next) await pause(INTERVAL);
    },
    stop() {
      clearInterval(typing);
      connection.close();
    },
  };
}
