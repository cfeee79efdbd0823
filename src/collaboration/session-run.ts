/** Several events on one session, one after the other: what becomes of it, and which of them are refused. */
import { Refusal } from '../refusal.ts';
import type { PlacedNotice, SessionMoment } from './session-rows.ts';
import type { Session, SessionLimits } from './session-value.ts';
import { step, type SessionEvent } from './session.ts';

/** What events make of a session, with each notice in its place; nothing happens after the end. @throws Refusal */
export function run(
  before: SessionMoment,
  events: readonly SessionEvent[],
  limits: SessionLimits,
): { value: Session; lastOrdinal: number; notices: PlacedNotice[] } {
  let { value, lastOrdinal } = before;
  const notices: PlacedNotice[] = [];
  for (const event of events) {
    if (value.kind === 'ended') break;
    const result = step(value, event, limits);
    if (result instanceof Refusal) throw result;
    if (result.session.revision !== value.revision) lastOrdinal = -1;
    value = result.session;
    for (const notice of result.notices)
      notices.push({ revision: value.revision, ordinal: (lastOrdinal += 1), at: before.now, notice });
  }
  return { value, lastOrdinal, notices };
}

/** Which of some events, one after the other, are refused: null for those that are not. */
export function refusalsOf(
  before: Session,
  events: readonly SessionEvent[],
  limits: SessionLimits,
): (Refusal | null)[] {
  let value = before;
  return events.map((event) => {
    const result = step(value, event, limits);
    if (result instanceof Refusal) return result;
    value = result.session;
    return null;
  });
}
