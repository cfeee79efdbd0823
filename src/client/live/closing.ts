/**
 * What a close code means for a client: whether it may come back, when, and with what. The stock provider comes back
 * whatever the code; whoever uses it alone can ask this.
 */

/** Why a connection waits before it tries again. */
export type WaitReason = 'unreachable' | 'server_stopping' | 'server_busy' | 'too_many' | 'no_token';

/** Why there is no point in trying again. */
export type StopReason =
  | 'signed_out'
  | 'refused_edit'
  | 'too_large'
  | 'no_access'
  | 'removed'
  | 'not_found'
  | 'no_session'
  | 'session_ended';

export type AfterClose =
  | { kind: 'stop'; reason: StopReason }
  /** With another token. */
  | { kind: 'renew' }
  | { kind: 'again'; reason: WaitReason };

/**
 * @param code of the close event, or the number that the reason of a Hocuspocus close message on `/ws` starts with
 * @param said the refusal's code: the reason of the permission-denied message before it, or else of the close
 */
export function afterClose(code: number, said = ''): AfterClose {
  switch (code) {
    case 4400:
      return { kind: 'stop', reason: 'refused_edit' };
    case 1009:
      return { kind: 'stop', reason: 'too_large' };
    case 4401:
      return { kind: 'renew' };
    case 4403:
      return { kind: 'stop', reason: said.startsWith('removed') ? 'removed' : 'no_access' };
    case 4404:
      return { kind: 'stop', reason: said === 'session_not_found' ? 'no_session' : 'not_found' };
    case 4410:
      return { kind: 'stop', reason: 'session_ended' };
    case 4429:
      return { kind: 'again', reason: 'too_many' };
    case 1012:
      return { kind: 'again', reason: 'server_stopping' };
    case 1013:
      return { kind: 'again', reason: 'server_busy' };
    default:
      return { kind: 'again', reason: 'unreachable' };
  }
}

/** The longest pause of a host, whose session ends if they are away for five seconds (CS7), ms. */
export const SHORT = 3000;

/** Pauses before another attempt, ms; `now` is how long at most the first one after a connection that stood waits. */
export const pauses: Readonly<Record<WaitReason, { first: number; longest: number; now?: number }>> = {
  unreachable: { first: 500, longest: 10_000, now: 250 },
  server_stopping: { first: 500, longest: 10_000, now: 100 },
  no_token: { first: 1000, longest: 10_000 },
  server_busy: { first: 1000, longest: 30_000 },
  too_many: { first: 5000, longest: 60_000 },
};
