/**
 * What stands in place of the diagram, if something does: an end of it, or that there is nothing to show yet. While
 * there is something to show a lost connection never takes it away: then a bar says so, and drawing goes on.
 */
import type { DiagramStatus } from '../../../client/index.ts';

export type InPlace =
  | { kind: 'opening' }
  /** The server has no room now: too busy, or the session is full. It is asked again at `until`, ms; null: now. */
  | { kind: 'busy' | 'full' | 'unreachable'; until: number | null }
  /** The session is over; `at` is when this page heard so. */
  | { kind: 'host_ended' | 'host_left' | 'idle'; at: Date }
  /** It was over when this page came back. */
  | { kind: 'no_session' }
  | { kind: 'removed'; at: Date }
  /** There is no such diagram, or it is not open to me: which of the two is not mine to know. */
  | { kind: 'closed' }
  | { kind: 'signed_out' }
  /** The server could not take a change from here. */
  | { kind: 'refused_edit' };

/** @param shown whether the diagram has been shown, or a copy of it is here to be shown */
export function inPlace(status: DiagramStatus, shown: boolean): InPlace | null {
  if (status.kind === 'ended') return endOf(status);
  if (shown || status.kind === 'live') return null;
  if (status.kind === 'connecting') return { kind: 'opening' };
  const { reason, nextAttemptAt: until } = status;
  if (reason === 'server_busy') return { kind: 'busy', until };
  if (reason === 'too_many') return { kind: 'full', until };
  return { kind: 'unreachable', until };
}

function endOf({ reason, at }: Extract<DiagramStatus, { kind: 'ended' }>): InPlace {
  switch (reason) {
    case 'host_ended':
    case 'host_left':
    case 'idle':
    case 'removed':
      return { kind: reason, at };
    case 'no_access':
    case 'not_found':
      return { kind: 'closed' };
    case 'signed_out':
    case 'refused_edit':
    case 'no_session':
      return { kind: reason };
    case 'left':
      return { kind: 'opening' };
  }
}
