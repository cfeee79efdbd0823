/**
 * Connections that died without a word: something on the way forgot them, and what is asked on them is never answered.
 * Who asks for little is the first to notice, and tells of all the others: when a question has gone unanswered for too
 * long, every connection, of whichever pool, that has heard nothing since it was asked is ended. What was under way on it
 * fails as it does when a connection is lost; what comes next goes over a new one.
 */
import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { eachConnection } from './each-connection.ts';

export interface SilentConnections {
  /** Watches over the connections of a `pg` pool. */
  watch(pool: EventEmitter): void;
  /** A question was not answered for too long. @param asked when it was asked, by `performance.now` */
  unanswered(asked: number): void;
}

export function createSilentConnections(): SilentConnections {
  /** When each was last heard of. */
  const heard = new Map<Socket, number>();
  return {
    watch(pool) {
      eachConnection(pool, ({ stream }) => {
        const hear = () => heard.set(stream, performance.now());
        hear();
        stream.on('data', hear).once('close', () => heard.delete(stream));
      });
    },
    unanswered(asked) {
      for (const [stream, at] of heard) if (at < asked) stream.destroy();
    },
  };
}
