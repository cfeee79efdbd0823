/** Why a diagram is not connected or not open any more: from a refusal, or from how its connection stopped, to a status. */
import { RoundtableError, type ErrorCode } from '../error.ts';
import type { Language } from '../transport.ts';
import type { AfterRefusal } from './asking.ts';
import type { StopReason, WaitReason } from './closing.ts';
import type { SessionEnd } from './messages.ts';
import type { DiagramStatus } from './state.ts';
import { endWords, waitWords, type EndReason } from './words.ts';

type Ended = Extract<DiagramStatus, { kind: 'ended' }>;
type Reconnecting = Extract<DiagramStatus, { kind: 'reconnecting' }>;

/** The refusal that REST would have for it. */
const codes: Readonly<Partial<Record<EndReason, [ErrorCode, number]>>> = {
  signed_out: ['unauthenticated', 401],
  refused_edit: ['invalid', 400],
  removed: ['removed_from_session', 403],
  no_access: ['forbidden', 403],
  not_found: ['not_found', 404],
};

/** @param cause the server's own refusal, if there was one */
export function ended(reason: EndReason, language: Language, at: number, cause?: RoundtableError): Ended {
  const message = endWords[language][reason];
  const [code, status] = codes[reason] ?? ['session_not_found', 404];
  const error = cause ?? new RoundtableError({ code, status, message });
  return { kind: 'ended', reason, message, at: new Date(at), error };
}

/** @param attempt how many were made in a row; @param nextAttemptAt ms since the epoch, null while one is under way */
export function reconnecting(
  reason: WaitReason,
  language: Language,
  attempt = 0,
  nextAttemptAt: number | null = null,
): Reconnecting {
  return { kind: 'reconnecting', reason, message: waitWords[language][reason], attempt, nextAttemptAt };
}

/** The status while an attempt is under way; the connection of one that is live was lost for want of a new token. */
export function trying(status: DiagramStatus, language: Language): DiagramStatus {
  if (status.kind === 'live') return reconnecting('no_token', language);
  return status.kind === 'reconnecting' && status.nextAttemptAt !== null ? { ...status, nextAttemptAt: null } : status;
}

/** @param heard why the session ended, if that was told before the close */
export function endOf(reason: StopReason, heard: SessionEnd | null): EndReason {
  if (reason === 'session_ended') return heard ?? 'no_session';
  return reason === 'too_large' ? 'refused_edit' : reason;
}

/** What becomes of an attempt to find or create the session. */
export function afterEntering(error: RoundtableError): AfterRefusal {
  switch (error.code) {
    case 'unauthenticated':
      return { end: 'signed_out' };
    case 'removed_from_session':
      return { end: 'removed' };
    case 'forbidden':
      return { end: 'no_access' };
    case 'rate_limited':
      return { wait: 'too_many' };
    case 'unreachable':
      return { wait: 'unreachable' };
    case 'unavailable':
    case 'internal':
      return { wait: 'server_busy' };
    default:
      return { end: 'not_found' };
  }
}

/** What becomes of an attempt to bring what is here; whatever the refusal is, who is signed in can take it along. */
export function afterSubmitting(error: RoundtableError): AfterRefusal {
  const after = afterEntering(error);
  return 'wait' in after || after.end === 'signed_out' ? after : { end: 'refused_edit' };
}
