/**
 * A connection that breaks inside a transaction is never given back: the library's `begin` or `rollback` fails on it
 * before it would release it, so after as many breaks as the pool has places every request would wait for ever. Here
 * such a connection is given back as soon as it has ended and whoever held it has had the chance to do so.
 */
import type { EventEmitter } from 'node:events';

interface PooledClient extends EventEmitter {
  release(error?: Error): void;
}

/** @param pool a `pg` pool whose clients are used through the ORM only */
export function giveBackLostConnections(pool: EventEmitter): void {
  const held = new WeakSet<PooledClient>();
  const watched = new WeakSet<PooledClient>();
  pool.on('release', (_error: unknown, client: PooledClient) => held.delete(client));
  pool.on('acquire', (client: PooledClient) => {
    held.add(client);
    if (watched.has(client)) return;
    watched.add(client);
    client.once('end', () =>
      setImmediate(() => {
        if (held.has(client)) client.release(new Error('the connection was lost'));
      }),
    );
  });
}
