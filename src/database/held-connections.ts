/**
 * Connections that are held by somebody, and come back whatever happens.
 *
 * A connection that breaks inside a transaction is never given back: the library's `begin` or `rollback` fails on it
 * before it would release it, so after as many breaks as the pool has places every request would wait for ever. Here
 * such a connection is given back as soon as it has ended and whoever held it has had the chance to do so.
 *
 * A database that has stopped answering breaks nothing, and would keep whoever asks it for ever. So a connection that is
 * held for too long is ended: what was asked on it fails as it does when the connection is lost.
 */
import type { EventEmitter } from 'node:events';

interface PooledClient extends EventEmitter {
  connection?: { stream: { destroy(): void } };
  release(error?: Error): void;
}

/**
 * @param pool a `pg` pool whose clients are used through the ORM only
 * @param longest how long a connection may be held, ms
 */
export function bringBackConnections(pool: EventEmitter, longest: number): void {
  const held = new WeakMap<PooledClient, NodeJS.Timeout>();
  const watched = new WeakSet<PooledClient>();
  pool.on('release', (_error: unknown, client: PooledClient) => {
    clearTimeout(held.get(client));
    held.delete(client);
  });
  pool.on('acquire', (client: PooledClient) => {
    held.set(client, setTimeout(() => client.connection?.stream.destroy(), longest).unref());
    if (watched.has(client)) return;
    watched.add(client);
    client.once('end', () =>
      setImmediate(() => {
        if (held.has(client)) client.release(new Error('the connection was lost'));
      }),
    );
  });
}
