/** The connections of a `pg` pool, each told of once: when it is first used. */
import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';

/** @param pool a `pg` pool; @param tell given the socket of each connection */
export function eachConnection(pool: EventEmitter, tell: (stream: Socket) => void): void {
  const told = new WeakSet<Socket>();
  pool.on('acquire', ({ connection: { stream } }: { connection: { stream: Socket } }) => {
    if (told.has(stream)) return;
    told.add(stream);
    tell(stream);
  });
}
