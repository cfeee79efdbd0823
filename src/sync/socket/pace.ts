/**
 * Whether a client reads what it is sent (NO3), as far as the network tells. What waits for it is bounded, answers to a
 * step 1 excepted: these are made no faster than they are read. What the network takes after it had had its fill was
 * read at the other end, which is a sign of life: a ping may be far behind it. Where it takes nothing, nobody reads.
 */
import type { Duplex } from 'node:stream';

export interface Pace {
  /** Writes an answer, which does not count. */
  writeAnswer(messages: Buffer): void;
  /** To be called after everything that was written. */
  wrote(): void;
  /** To be called when the network took something, where something waited before. */
  taken(): void;
  /** Bytes that wait and count. */
  unsent(): number;
  /** Whether so much waits that no more of an answer should be made. */
  isFull(): boolean;
  /** Resolves when the network has taken something, or the connection has ended. Others may then have been faster. */
  drained(): Promise<void>;
  /** Since when the network takes nothing of what waits, ms; null: nothing waits. */
  stalledSince(): number | null;
  end(): void;
}

export interface PaceDependencies {
  stream: Duplex;
  now(): number;
  /** Told that something was read. */
  read(): void;
}

/** No more of an answer is made while more bytes wait. */
const FULL = 65_536;

export function createPace({ stream, now, read }: PaceDependencies): Pace {
  let excepted = 0;
  let since: number | null = null;
  let ended = false;
  let waiting: (() => void)[] = [];

  function wrote(): void {
    since = stream.writableLength === 0 ? null : (since ?? now());
  }

  function taken(): void {
    if (since !== null) read();
    since = null;
    wrote();
    wake();
  }

  function wake(): void {
    if (waiting.length === 0) return;
    const woken = waiting;
    waiting = [];
    woken.forEach((resolve) => resolve());
  }

  stream.on('drain', taken);

  return {
    writeAnswer(messages) {
      excepted += messages.byteLength;
      stream.write(messages, () => {
        excepted -= messages.byteLength;
        taken();
      });
      wrote();
    },
    wrote,
    taken,
    unsent: () => stream.writableLength - excepted,
    isFull: () => stream.writableLength > FULL,
    drained: () => (ended ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    stalledSince() {
      if (since !== null && stream.writableLength === 0) taken(); // of what was written first nobody told
      return since;
    },
    end() {
      ended = true;
      wake();
    },
  };
}
