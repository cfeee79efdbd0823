/**
 * Rate limits: REST requests per person, or per address where nobody is known, and guesses at people's emails; counted
 * over all nodes.
 */
import type { Context } from 'koa';
import type { Allowances, Spent } from '../cluster/allowances.ts';
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

const MISSES = 30;
const HOUR = 3600;
const MINUTE = 60;

/** @param perMinute requests per person and minute; 0 = off */
export function createLimits(perMinute: number, allowances: Allowances): RequestLimits {
  const requests = perMinute > 0 ? allowances({ name: 'requests', points: perMinute, seconds: MINUTE }) : null;
  const misses = allowances({ name: 'misses', points: MISSES, seconds: HOUR });
  const spend = async (context: Context, key: string) => {
    if (!requests) return;
    const spent = await requests.spend(key);
    context.set('RateLimit', `"requests";r=${Math.max(0, perMinute - spent.used)};t=${secondsUntil(spent)}`);
    context.set('RateLimit-Policy', `"requests";q=${perMinute};w=${MINUTE}`);
    if (spent.used > perMinute) throw refusal(spent);
  };
  return {
    ofPerson: (context, actor) => spend(context, `person:${actor.id}`),
    ofAddress: async (context) => {
      await spend(context, `address:${context.ip}`);
      return null;
    },
    mayLookUp: async (actor) => {
      const spent = await misses.look(actor.id);
      if (spent && spent.used >= MISSES) throw refusal(spent);
    },
    missedPerson: async (actor) => {
      const spent = await misses.spend(actor.id);
      if (spent.used > MISSES) throw refusal(spent);
    },
  };
}

const secondsUntil = ({ resetsIn }: Spent) => Math.max(1, Math.ceil(resetsIn / 1000));

function refusal(spent: Spent): Refusal {
  return new Refusal('rate_limited', { retryAfter: secondsUntil(spent) });
}
