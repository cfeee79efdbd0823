/**
 * Getting in: who I am, and the session, created or found. What may pass by itself (no answer, too busy) is tried again
 * until it does, after pauses that grow; anything else is an end. Whoever begins anew, or leaves, ends the run before.
 */
import { backOff, type Clock } from '../clock.ts';
import { RoundtableError } from '../error.ts';
import type { Me, Session } from '../shapes.ts';
import { hearBrowser } from './browser.ts';
import { pauses, type WaitReason } from './closing.ts';
import { afterRefusal } from './ending.ts';
import type { EndReason } from './words.ts';

export interface Entering {
  /** Begins, or tries again at once. */
  begin(): void;
  stop(): void;
  destroy(): void;
  /** Whether it is trying, or waits to. */
  readonly busy: boolean;
}

export interface EnteringOptions {
  /** @throws RoundtableError, or whatever the token's source throws */
  find(signal: AbortSignal): Promise<{ person: Me; session: Session }>;
  clock: Clock;
  found(entry: { person: Me; session: Session }): void;
  waiting(reason: WaitReason, attempt: number, until: number): void;
  ended(reason: EndReason, error: RoundtableError): void;
}

export function createEntering({ find, clock, found, waiting, ended }: EnteringOptions): Entering {
  let run: AbortController | null = null;
  let cancel = () => {};
  /** Ends the pause that is under way. */
  let again = () => {};

  async function attempt(mine: AbortController, failed: number): Promise<void> {
    again = () => {};
    try {
      const entry = await find(mine.signal);
      if (run !== mine) return;
      run = null;
      found(entry);
    } catch (error) {
      if (run !== mine) return;
      const after = error instanceof RoundtableError ? afterRefusal(error) : { wait: 'no_token' as const };
      if ('end' in after) {
        run = null;
        return ended(after.end, error as RoundtableError);
      }
      const told = error instanceof RoundtableError ? (error.retryAfter ?? 0) * 1000 : 0;
      const ms = Math.max(told, backOff(failed, pauses[after.wait], clock.random()));
      cancel = clock.after(ms, () => again());
      again = () => {
        cancel();
        void attempt(mine, failed + 1);
      };
      waiting(after.wait, failed + 1, clock.now() + ms);
    }
  }

  const forget = hearBrowser({ online: () => again() });
  const stop = () => {
    cancel();
    again = () => {};
    run?.abort();
    run = null;
  };
  return {
    get busy() {
      return run !== null;
    },
    begin() {
      stop();
      run = new AbortController();
      void attempt(run, 0);
    },
    stop,
    destroy() {
      stop();
      forget();
    },
  };
}
