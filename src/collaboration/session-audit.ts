/**
 * The audit trail of sessions (MB5): what somebody did to a session. Who came and went is kept by its attendance. A
 * granted change is written in the transaction of the change.
 */
import type { AuditEntry } from '../observe/audit.ts';
import type { Command } from './commands.ts';
import type { SessionEvent } from './session.ts';

const ACTIONS = {
  presenter_changed: 'session.presenter.change',
  host_changed: 'session.host.change',
  removed: 'session.participant.remove',
  ended: 'session.end',
} as const;

const COMMANDS: Partial<Record<Command['type'], (typeof ACTIONS)[keyof typeof ACTIONS]>> = {
  change_presenter: ACTIONS.presenter_changed,
  change_host: ACTIONS.host_changed,
  remove_participant: ACTIONS.removed,
  end_session: ACTIONS.ended,
};

/** @returns null for what leaves no row */
export function entryOf(diagram: string, event: SessionEvent): AuditEntry | null {
  if (!('by' in event) || !(event.type in ACTIONS)) return null;
  const action = ACTIONS[event.type as keyof typeof ACTIONS];
  const subject = 'user' in event ? event.user : null;
  return { actor: event.by, action, container: `diagram:${diagram}`, subject, outcome: 'granted' };
}

/** @returns null for what leaves no row; a refused command names its subject as it was sent */
export function refusedEntryOf(
  diagram: string,
  actor: string,
  asked: Command,
  outcome: Exclude<AuditEntry['outcome'], 'granted'>,
): AuditEntry | null {
  const action = COMMANDS[asked.type];
  if (!action) return null;
  return {
    actor,
    action,
    container: `diagram:${diagram}`,
    subject: 'user_id' in asked ? asked.user_id : null,
    outcome,
  };
}
