/**
 * Where queues are that have left the line of the log because they could not be written: each is tried by itself with
 * growing pauses, a few at a time, until it succeeds. The first attempt comes after the first pause.
 */
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
  const waiting: (() => void)[] = [];
  let busy = 0;
  let stopped = false;
  const { promise: end, resolve: wake } = Promise.withResolvers<void>();

  async function stay(queue: Queue): Promise<void> {
    while (queue.failures > 0 && !stopped) {
      await pause(Math.min(mostPause, leastPause * 2 ** Math.min(queue.failures - 1, 16)));
      while (busy >= TOGETHER && !stopped) await new Promise<void>((resolve) => waiting.push(resolve));
      if (stopped) return;
      busy += 1;
      await treat(queue);
      busy -= 1;
      waiting.shift()?.();
    }
  }

  async function pause(length: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([end, new Promise<void>((resolve) => (timer = setTimeout(resolve, length)))]);
    clearTimeout(timer);
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
      waiting.splice(0).forEach((resolve) => resolve());
      await Promise.all(stays.values());
    },
  };
}
