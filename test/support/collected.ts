/** What nothing holds any more, V8 collects: so a test sees that something was let go of. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'vitest';
import { eventually } from './patience.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes of the heap that something holds. */
export function heapHeld(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/** Waits until all of these are collected. */
export function collected(refs: readonly WeakRef<object>[]): Promise<void> {
  return eventually(() => {
    collect();
    expect(refs.map((ref) => ref.deref() === undefined)).toEqual(refs.map(() => true));
  });
}
