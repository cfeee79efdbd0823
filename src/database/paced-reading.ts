/**
 * A long answer of the database is read a little in each turn of the event loop. Left to itself a socket hands over up to
 * 2 MB in one turn, and what the driver and V8 make of them can take longer than anybody else should wait.
 */
import type { EventEmitter } from 'node:events';
import { eachConnection } from './each-connection.ts';

/** Bytes in one turn: what a socket reads at once. */
const SHARE = 65_536;

/** @param pool a `pg` pool */
export function readInTurns(pool: EventEmitter): void {
  eachConnection(pool, ({ stream }) => {
    let read = 0;
    const again = () => {
      if (read >= SHARE) stream.resume();
      read = 0;
    };
    stream.on('data', ({ byteLength }: Uint8Array) => {
      if (read === 0) setImmediate(again);
      read += byteLength;
      if (read >= SHARE) stream.pause();
    });
  });
}
