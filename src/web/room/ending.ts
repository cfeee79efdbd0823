/**
 * Why a room stopped. The provider comes back by itself whatever the close code; this says for which codes it must not,
 * from the code and from what was heard on the wire just before it.
 */
import type { EndReason } from '../wire.ts';

export type Ending =
  | { kind: 'ended'; reason: EndReason | null }
  | { kind: 'removed' }
  | { kind: 'no_access' }
  | { kind: 'no_session' }
  | { kind: 'signed_out' }
  | { kind: 'busy'; full: boolean; seconds: number }
  | { kind: 'refused_edit' }
  | { kind: 'unreachable'; message: string };

/** What was heard before the close. */
export interface Heard {
  /** The refusal in the permission-denied message. */
  denied: string | null;
  /** The reason in `session_ended`. */
  ended: EndReason | null;
  /** Whether `removed_from_session` came. */
  removed: boolean;
  /** How often in a row the server was too busy. */
  busy: number;
}

export const nothingHeard: Heard = { denied: null, ended: null, removed: false, busy: 0 };

const FIRST_PAUSE_SECONDS = 5;
const LONGEST_PAUSE_SECONDS = 60;

/** The ending that a close code means; null when the provider should simply come back. */
export function endingOf(code: number, heard: Heard): Ending | null {
  switch (code) {
    case 4400:
    case 1009:
      return { kind: 'refused_edit' };
    case 4401:
      return { kind: 'signed_out' };
    case 4403:
      return { kind: heard.removed || heard.denied === 'removed_from_session' ? 'removed' : 'no_access' };
    case 4404:
      return { kind: heard.denied === 'not_found' ? 'no_access' : 'no_session' };
    case 4410:
      return { kind: 'ended', reason: heard.ended };
    case 4429:
    case 1013:
      return busyAgain(heard);
    default:
      return null;
  }
}

/** The ending that a refusal of the REST call before it means. */
export function endingOfRefusal(refusal: { status: number; code: string; message: string }): Ending {
  if (refusal.code === 'removed_from_session') return { kind: 'removed' };
  if (refusal.code === 'unauthenticated') return { kind: 'signed_out' };
  if (refusal.code === 'rate_limited' || refusal.status === 503) return busyAgain(nothingHeard);
  if (refusal.status >= 400 && refusal.status < 500) return { kind: 'no_access' };
  return { kind: 'unreachable', message: refusal.message };
}

/** Each time the server is too busy, the pause before the next attempt is twice as long. */
export function busyAgain({ denied, busy }: Heard): Ending {
  const seconds = Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** busy);
  return { kind: 'busy', full: denied === 'session_full', seconds };
}
