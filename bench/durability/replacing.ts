/**
 * Large writes over REST while somebody types: how long a PUT of many cells, a hundredth of which has moved, a PUT of as
 * many others in their place, and a POST of as many new ones take, how long the typist's edits wait for their
 * acknowledgement, until all that were made meanwhile have it, and how long the server's event loop stands still.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { cellsOf, documentOf } from './cells.ts';
import { openConnection } from './connection.ts';
import { createWriter } from './edits.ts';
import { call, restOf, type Desk } from './place.ts';
import type { MeasuredServer } from './servers.ts';

/** Between two edits of the typist, ms. */
const INTERVAL = 50;

/** @param desk of a document that holds so many cells */
export async function measureReplacing(server: MeasuredServer, desk: Desk, cells: number): Promise<void> {
  const typist = await startTyping(desk);
  const during = async (work: () => Promise<unknown>) => {
    await pause(1000);
    await server.observe();
    typist.longest();
    const began = performance.now();
    await work();
    const took = performance.now() - began;
    await typist.acknowledged();
    const { stall, collection } = await server.observe();
    const ms = (length: number) => Math.round(length);
    return {
      took: ms(took),
      'longest acknowledgement': ms(typist.longest()),
      'longest stall': ms(stall),
      'longest collection': ms(collection),
    };
  };
  const path = (what: string) => restOf(desk, what);
  const post = documentOf(cells, 'more');
  const moved = cellsOf(cells).map((cell) => (cell.z % 100 === 0 ? { ...cell, x: -1 } : cell));
  const put = (list: object[]) => {
    const body = Buffer.from(JSON.stringify({ cells: list }));
    return during(() => call(server.url, 'PUT', path('content'), body, 0, 'application/json'));
  };
  console.log(`while somebody makes ${1000 / INTERVAL} edits/s, writes of ${cells} cells, ms`);
  console.table({
    nothing: await during(() => pause(3000)),
    'PUT of moved cells': await put(moved),
    'PUT of other cells': await put(cellsOf(cells, 'other')),
    'POST updates': await during(() => call(server.url, 'POST', path('updates'), post)),
  });
  typist.stop();
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
    /** Resolves when all that was typed by now is acknowledged, and one edit more. */
    async acknowledged() {
      const next = value + 1;
      while (value - sent.length < next) await pause(INTERVAL);
    },
    stop() {
      clearInterval(typing);
      connection.close();
    },
  };
}
