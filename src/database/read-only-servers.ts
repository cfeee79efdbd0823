/**
 * Connections to a server that takes no writes: after a failover a name may lead to the old primary for a while, which is
 * a standby then. When it leads to the new one they do not break, and would be used on. So when one answers that it may
 * not write, all are ended, of whichever pool, and what comes next goes to whoever the name leads to by then. As long as
 * that is a standby still, they are ended once a second, not for every write.
 */
import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { eachConnection } from './each-connection.ts';

/** PostgreSQL's code. */
const READ_ONLY = '25006';
/** ms */
const ONCE_IN = 1000;

/** @param pools of `pg`, which lead to the same server */
export function leaveReadOnlyServers(pools: readonly EventEmitter[]): void {
  const open = new Set<Socket>();
  let leftAt = -Infinity;
  const refused = ({ code }: { code?: string }) => {
    if (code !== READ_ONLY || performance.now() - leftAt < ONCE_IN) return;
    leftAt = performance.now();
    for (const stream of open) stream.destroy();
  };
  for (const pool of pools) {
    eachConnection(pool, (connection) => {
      const { stream } = connection;
      open.add(stream);
      stream.once('close', () => open.delete(stream));
      connection.on('errorMessage', refused);
    });
  }
}
