/** Time and chance as the SDK sees them, so that a test can hold them. */
export interface Clock {
  /** ms since the epoch */
  now(): number;
  /** Calls back once, after so many ms. @returns what prevents it */
  after(ms: number, work: () => void): () => void;
  /** 0 to 1 */
  random(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, work) {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

/** Waits so many ms. Rejects with the signal's reason as soon as it is aborted. */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  let cancel: (() => void) | undefined;
  const passed = new Promise<void>((resolve) => (cancel = clock.after(ms, resolve)));
  return unlessAborted(passed, signal).finally(cancel);
}

/** What the work gives; rejects with the signal's reason as soon as it is aborted, whatever becomes of the work. */
export function unlessAborted<Value>(work: Promise<Value>, signal?: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal?.reason as Error);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
    void work.then(resolve, reject).finally(() => signal?.removeEventListener('abort', abort));
  });
}

/**
 * How long to wait before another attempt, ms: each time twice as long up to a limit, less up to half by chance, so that
 * those who were cut off together do not come back together.
 * @param attempt how many failed before, from 0
 */
export function backOff(
  attempt: number,
  { first, longest }: { first: number; longest: number },
  random: number,
): number {
  const whole = Math.min(longest, first * 2 ** attempt);
  return Math.round(whole * (1 - random / 2));
}
