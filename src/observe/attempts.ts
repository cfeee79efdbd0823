/**
 * How an attempt on a roster or a container came out, from whichever API it came: REST's boundary and GraphQL's
 * resolvers both report here, and only here (MB8). The outcome is counted and timed; a refusal of somebody known
 * leaves its audit row (MB5). What was granted wrote its own row, in the transaction of the change.
 */
import type { Database } from '../database/database.ts';
import type { Refusal } from '../refusal.ts';
import { recordAudit } from './audit.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';

/** What was tried, as far as it is known by now. */
export interface Attempt {
  /** The caller's profile id. */
  actor: string;
  /** Such as `workspace.member.add`. */
  action: string;
  /** Such as `workspace:<id>`. */
  container: string | null;
  /** Whom it concerned, as it was sent. */
  subject: string | null;
  role: string | null;
}

/** How the metrics call it. */
export interface RosterOperation {
  kind: string;
  operation: string;
}

export interface Ended {
  /** Present where the attempt is audited. */
  attempt?: Attempt | undefined;
  /** Present where the attempt is counted. */
  roster?: RosterOperation | undefined;
  /** Absent if it was granted. */
  refusal?: Refusal | undefined;
  requestId: string;
  /** How long it took, ms. */
  took: number;
}

export interface Attempts {
  /** Never throws: that a row could not be written is logged. */
  ended(how: Ended): Promise<void>;
}

export function createAttempts(parts: { database: Database; logger: Logger; metrics: Metrics }): Attempts {
  const { database, logger, metrics } = parts;
  const audit = async (attempt: Attempt, refusal: Refusal, requestId: string) => {
    const details = refusal.details.reason ? { reason: refusal.details.reason } : undefined;
    const entry = { ...attempt, outcome: refusal.code, details, requestId };
    try {
      await recordAudit(database.queries(), entry);
    } catch (error) {
      const { action, outcome } = entry;
      logger.error({ err: error, requestId, action, outcome }, 'a refusal could not be audited');
    }
  };
  return {
    async ended({ attempt, roster, refusal, requestId, took }) {
      if (roster) {
        const { kind, operation } = roster;
        metrics.memberships.inc({ kind, operation, outcome: refusal?.code ?? 'granted' });
        metrics.membershipDuration.observe({ kind, operation }, took / 1000);
      }
      if (attempt && refusal) await audit(attempt, refusal, requestId);
    },
  };
}
