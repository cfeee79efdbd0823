/**
 * What a connection is sent in one turn of the event loop goes out together: an acknowledgement, the update that it
 * is for, and those of others would each cost a call of the system, which is most of what sending costs. What is small
 * is put in one piece for it; what is large is not copied.
 */
import type { Duplex } from 'node:stream';

export interface Outbox {
  /** @param messages whole WebSocket messages, which go out at the end of the turn */
  put(messages: Buffer): void;
  /** Sends what waits. To be called before anything else is written to the connection. */
  flush(): void;
}

/** Calls back at the end of the turn. */
export type AtTurnEnd = (task: () => void) => void;

export interface OutboxDependencies {
  stream: Duplex;
  atTurnEnd: AtTurnEnd;
  /** Whether the connection may still be written to. */
  open(): boolean;
  /** Told after something was sent: only what waits then is what the network does not take. Must not throw */
  sent(): void;
  /** Told when the network has taken what was sent while something waited: to be told of each costs much. Must not throw */
  taken(): void;
}

/** Up to so many bytes are put in one piece. */
const SMALL = 16_384;

export function createOutbox({ stream, atTurnEnd, open, sent, taken }: OutboxDependencies): Outbox {
  let waiting: Buffer[] = [];
  let bytes = 0;

  function flush(): void {
    if (waiting.length === 0) return;
    const [messages, size] = [waiting, bytes];
    waiting = [];
    bytes = 0;
    if (!open()) return;
    const told = stream.writableLength > 0 ? taken : undefined;
    if (messages.length === 1) stream.write(messages[0]!, told);
    else if (size <= SMALL) stream.write(Buffer.concat(messages, size), told);
    else writeTogether(messages, told);
    sent();
  }

  function writeTogether(messages: readonly Buffer[], told: (() => void) | undefined): void {
    stream.cork();
    for (const message of messages) stream.write(message, told);
    stream.uncork();
  }

  return {
    put(messages) {
      if (waiting.length === 0) atTurnEnd(flush);
      waiting.push(messages);
      bytes += messages.byteLength;
    },
    flush,
  };
}

/** One callback of the event loop for all who wait for the end of the turn. */
export function createTurnEnd(): AtTurnEnd {
  let tasks: (() => void)[] = [];
  const run = () => {
    const due = tasks;
    tasks = [];
    for (const task of due) task();
  };
  return (task) => {
    if (tasks.length === 0) setImmediate(run);
    tasks.push(task);
  };
}
