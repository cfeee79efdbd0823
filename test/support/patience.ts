/**
 * Waiting, on a machine that may be slow or have more to do than it can: what a rule promises within a time is waited for
 * as much longer as the machine is slower than usual, and overloaded.
 */
import { availableParallelism, loadavg } from 'node:os';
import { inject, vi } from 'vitest';
import type { Client } from './provider.ts';

const LOOK_EVERY = 15;
/** How long something may take that nothing is promised about, ms. */
const SOON = 10_000;

declare module 'vitest' {
  interface ProvidedContext {
    slowness: number;
  }
}

/** How long something that takes so many ms may take here and now. */
export function within(length: number): number {
  return Math.ceil(length * inject('slowness') * Math.max(1, loadavg()[0]! / availableParallelism()));
}

/** Waits until an assertion holds. @param length how long that may take, ms, on a usual machine that has nothing else to do */
export function eventually<T>(assertion: () => T | Promise<T>, length = SOON): Promise<T> {
  return vi.waitFor(assertion, { timeout: within(length), interval: LOOK_EVERY });
}

/** Waits until everything that a client made is saved. @param length as for `eventually` */
export function saved({ provider }: Client, length = SOON): Promise<void> {
  return eventually(() => {
    if (!provider.isSynced || provider.unsyncedChanges !== 0) throw new Error(`not saved: ${provider.unsyncedChanges}`);
  }, length);
}

export const pause = (length: number) => new Promise<void>((resolve) => setTimeout(resolve, length));
