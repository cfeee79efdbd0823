/** The connections of a `pg` pool, each told of once: when it is first used. */
import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';

/** What is sent and received; it emits `errorMessage` with each error that PostgreSQL answers. */
export interface PgConnection extends EventEmitter {
  stream: Socket;
}

/** @param pool a `pg` pool; @param tell given each connection */
export function eachConnection(pool: EventEmitter, tell: (connection: PgConnection) => void): void {
  const told = new WeakSet<PgConnection>();
  pool.on('acquire', ({ connection }: { connection: PgConnection }) => {
    if (told.has(connection)) return;
    told.add(connection);
    tell(connection);
  });
}
