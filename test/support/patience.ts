/**
 * Waiting, on a machine that may have more to do than it can: what a rule promises within a time is waited for as much
 * longer as the machine is overloaded.
 */
import { availableParallelism, loadavg } from 'node:os';
import { vi } from 'vitest';
import type { Client } from './provider.ts';

const LOOK_EVERY = 30;

/** How long something that takes so many ms may take here and now. */
export function within(length: number): number {
  return Math.ceil(length * Math.max(1, loadavg()[0]! / availableParallelism()));
}

/** Waits until an assertion holds. @param length how long that may take, ms, if the machine has nothing else to do */
export function eventually<T>(assertion: () => T | Promise<T>, length = 5000): Promise<T> {
  return vi.waitFor(assertion, { timeout: within(length), interval: LOOK_EVERY });
}

/** Waits until everything that a client made is saved. */
export function saved({ provider }: Client, { length = 5000 }: { length?: number } = {}): Promise<void> {
  return eventually(() => {
    if (!provider.isSynced || provider.unsyncedChanges !== 0) throw new Error(`not saved: ${provider.unsyncedChanges}`);
  }, length);
}

export const pause = (length: number) => new Promise<void>((resolve) => setTimeout(resolve, length));
