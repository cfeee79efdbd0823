/**
 * Asking by REST until there is an answer: for the session, or to take in what a socket does not. What may pass by itself
 * (no answer, too busy) is tried again until it does, after pauses that grow; anything else is an end. Whoever begins
 * anew, or leaves, ends the run before.
 */
import { backOff, type Clock } from '../clock.ts';
import { RoundtableError } from '../error.ts';
import { hearBrowser } from './browser.ts';
import { pauses, type WaitReason } from './closing.ts';
import type { EndReason } from './words.ts';

/** What becomes of a refusal: an end, or a reason to try again later. */
export type AfterRefusal = { end: EndReason } | { wait: WaitReason };

export interface Asking {
  /** Begins, or tries again at once. */
  begin(): void;
  stop(): void;
  /** After this nothing begins. */
  destroy(): void;
  /** Whether it is trying, or waits to. */
  readonly busy: boolean;
}

export interface AskingOptions<Answer> {
  /** @throws RoundtableError, or whatever the token's source throws */
  ask(signal: AbortSignal): Promise<Answer>;
  clock: Clock;
  answered(answer: Answer): void;
  after(refusal: RoundtableError): AfterRefusal;
  /** Called when an attempt begins. */
  trying(): void;
  waiting(reason: WaitReason, attempt: number, until: number): void;
  ended(reason: EndReason, error: RoundtableError): void;
}

export function createAsking<Answer>(options: AskingOptions<Answer>): Asking {
  const { ask, clock, answered, after, trying, waiting, ended } = options;
  let run: AbortController | null = null;
  let isOver = false;
  let cancel = () => {};
  /** Ends the pause that is under way. */
  let again = () => {};

  async function attempt(mine: AbortController, failed: number): Promise<void> {
    again = () => {};
    trying();
    if (run !== mine) return;
    try {
      const answer = await ask(mine.signal);
      if (run !== mine) return;
      run = null;
      answered(answer);
    } catch (error) {
      if (run !== mine) return;
      const next = error instanceof RoundtableError ? after(error) : { wait: 'no_token' as const };
      if ('end' in next) {
        run = null;
        return ended(next.end, error as RoundtableError);
      }
      const told = error instanceof RoundtableError ? (error.retryAfter ?? 0) * 1000 : 0;
      const ms = Math.max(told, backOff(failed, pauses[next.wait], clock.random()));
      cancel = clock.after(ms, () => again());
      again = () => {
        cancel();
        void attempt(mine, failed + 1);
      };
      waiting(next.wait, failed + 1, clock.now() + ms);
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
      if (isOver) return;
      run = new AbortController();
      void attempt(run, 0);
    },
    stop,
    destroy() {
      isOver = true;
      stop();
      forget();
    },
  };
}
