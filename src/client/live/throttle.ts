/** At most one in so many ms: the first at once, and of those that come meanwhile only the last, at the end. */
import type { Clock } from '../clock.ts';

export interface Throttled<Value> {
  (value: Value): void;
  /** Forgets what is waiting. */
  stop(): void;
}

/** @param merge makes one of what is waiting and what comes */
export function throttle<Value>(
  clock: Clock,
  ms: number,
  send: (value: Value) => void,
  merge: (waiting: Value, value: Value) => Value,
): Throttled<Value> {
  let waiting: { value: Value } | null = null;
  let cancel: (() => void) | null = null;
  const next = () => {
    cancel = null;
    if (waiting === null) return;
    const { value } = waiting;
    waiting = null;
    cancel = clock.after(ms, next);
    send(value);
  };
  const offer = (value: Value) => {
    waiting = { value: waiting === null ? value : merge(waiting.value, value) };
    if (cancel === null) next();
  };
  return Object.assign(offer, {
    stop() {
      waiting = null;
      cancel?.();
      cancel = null;
    },
  });
}
