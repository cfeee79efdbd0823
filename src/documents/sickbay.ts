/**
 * Where queues are that have left the line of the log because they could not be written: each is tried by itself with
 * growing pauses, a few at a time, until it succeeds. The first attempt comes after the first pause.
 */
import { atMost } from '../waiting/at-most.ts';
import { createGate } from '../waiting/gate.ts';
import type { Queue } from './queue.ts';

export interface Sickbay {
  /** Takes a queue in, if it is not there yet. */
  admit(queue: Queue): void;
  /** Waits for the attempts that are under way; makes no other. */
  stop(): Promise<void>;
}

export interface SickbayOptions {
  /** ms to pause after a first failure and after many. */
  leastPause: number;
  mostPause: number;
  /** One attempt; `failures` says how it came out. Never rejects. */
  treat(queue: Queue): Promise<void>;
  /** A queue is back in the line. */
  recovered(): void;
}

/** Attempts at the same time. */
const TOGETHER = 2;

export function createSickbay({ leastPause, mostPause, treat, recovered }: SickbayOptions): Sickbay {
  const stays = new Map<Queue, Promise<void>>();
  const gate = createGate(TOGETHER);
  let stopped = false;
  const { promise: end, resolve: wake } = Promise.withResolvers<void>();

  async function stay(queue: Queue): Promise<void> {
    while (queue.failures > 0 && !stopped) {
      await atMost(Math.min(mostPause, leastPause * 2 ** Math.min(queue.failures - 1, 16)), end);
      await gate(async () => {
        if (!stopped) await treat(queue);
      });
    }
  }

  return {
    admit(queue) {
      if (stays.has(queue) || stopped) return;
      const staying = stay(queue).finally(() => {
        stays.delete(queue);
        recovered();
      });
      stays.set(queue, staying);
    },
    async stop() {
      stopped = true;
      wake();
      await Promise.all(stays.values());
    },
  };
}
