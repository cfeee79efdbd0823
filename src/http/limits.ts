/** Rate limits: REST requests per person, or per address where nobody is known, and guesses at people's emails. */
import type { Context } from 'koa';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import type { Actor } from '../identity/person.ts';
import { Refusal } from '../refusal.ts';

export interface RequestLimits {
  /** @throws Refusal `rate_limited` */
  ofPerson(context: Context, actor: Actor): Promise<void>;
  /** For calls without a token. @throws Refusal `rate_limited` */
  ofAddress(context: Context): Promise<null>;
  /** Counts an email that nobody has. @throws Refusal `rate_limited` once there were 30 in an hour */
  missedPerson(actor: Actor): Promise<void>;
  /** @throws Refusal `rate_limited` while the person has used up their misses */
  mayLookUp(actor: Actor): Promise<void>;
}

const MISSES = { points: 30, duration: 3600 };

/** @param perMinute requests per person and minute; 0 = off */
export function createLimits(perMinute: number): RequestLimits {
  const requests = perMinute > 0 ? new RateLimiterMemory({ points: perMinute, duration: 60 }) : null;
  const misses = new RateLimiterMemory(MISSES);
  const spend = async (context: Context, key: string) => {
    if (!requests) return;
    const state = await requests.consume(key).catch((rejected: RateLimiterRes) => rejected);
    const seconds = Math.max(1, Math.ceil(state.msBeforeNext / 1000));
    context.set('RateLimit', `"requests";r=${state.remainingPoints};t=${seconds}`);
    context.set('RateLimit-Policy', `"requests";q=${perMinute};w=60`);
    if (state.consumedPoints > perMinute) throw new Refusal('rate_limited', { retryAfter: seconds });
  };
  return {
    ofPerson: (context, actor) => spend(context, `person:${actor.id}`),
    ofAddress: async (context) => {
      await spend(context, `address:${context.ip}`);
      return null;
    },
    mayLookUp: async (actor) => {
      const state = await misses.get(actor.id);
      if (state && state.consumedPoints >= MISSES.points)
        throw new Refusal('rate_limited', { retryAfter: Math.ceil(state.msBeforeNext / 1000) });
    },
    missedPerson: async (actor) => {
      await misses.consume(actor.id).catch((used: RateLimiterRes) => {
        throw new Refusal('rate_limited', { retryAfter: Math.ceil(used.msBeforeNext / 1000) });
      });
    },
  };
}
