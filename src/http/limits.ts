/**
 * Rate limits: REST requests per person, or per address where nobody is known, and guesses at people's emails and numbers; counted
 * over all nodes.
 */
import type { Context } from 'koa';
import type { Allowances, Spent } from '../cluster/allowances.ts';
import { createTurns } from '../waiting/turns.ts';
import type { Actor } from '../identity/person.ts';
import { Refusal } from '../refusal.ts';

export interface RequestLimits {
  /** @param times as how many requests it counts, if not as one; @throws Refusal `rate_limited` */
  ofPerson(context: Context, actor: Actor, times?: number): Promise<void>;
  /** For calls without a token. @throws Refusal `rate_limited` */
  ofAddress(context: Context): Promise<null>;
  /**
   * Runs a call that tells whether somebody has an email or a number, the calls of one person one after the other: of what is asked
   * at once no more is told than the misses that are left.
   * @throws Refusal `rate_limited` once 30 in an hour ended in `user_not_found`, or whatever the call throws
   */
  guess<T>(actor: Actor, call: () => Promise<T>): Promise<T>;
}

const MISSES = 30;
const HOUR = 3600;
const MINUTE = 60;

/** @param perMinute requests per person and minute; 0 = off */
export function createLimits(perMinute: number, allowances: Allowances): RequestLimits {
  const requests = perMinute > 0 ? allowances({ name: 'requests', seconds: MINUTE }) : null;
  const misses = allowances({ name: 'misses', seconds: HOUR });
  const turns = createTurns();
  const spend = async (context: Context, key: string, times = 1) => {
    if (!requests) return;
    const spent = await requests.spend(key, times);
    context.set('RateLimit', `"requests";r=${Math.max(0, perMinute - spent.used)};t=${secondsUntil(spent)}`);
    context.set('RateLimit-Policy', `"requests";q=${perMinute};w=${MINUTE}`);
    if (spent.used > perMinute) throw refusal(spent);
  };
  return {
    ofPerson: (context, actor, times) => spend(context, `person:${actor.id}`, times),
    ofAddress: async (context) => {
      await spend(context, `address:${context.ip}`);
      return null;
    },
    guess: (actor, call) =>
      turns(actor.id, async () => {
        const before = await misses.look(actor.id);
        if (before && before.used >= MISSES) throw refusal(before);
        try {
          return await call();
        } catch (error) {
          if (!(error instanceof Refusal) || error.code !== 'user_not_found') throw error;
          const spent = await misses.spend(actor.id);
          throw spent.used > MISSES ? refusal(spent) : error;
        }
      }),
  };
}

const secondsUntil = ({ resetsIn }: Spent) => Math.max(1, Math.ceil(resetsIn / 1000));

function refusal(spent: Spent): Refusal {
  return new Refusal('rate_limited', { retryAfter: secondsUntil(spent) });
}
