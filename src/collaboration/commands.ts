/** What a participant may ask of their session on the wire, and the event that it becomes. */
import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import type { UserId } from './session-value.ts';
import type { SessionEvent } from './session.ts';
import type { SessionMoment } from './session-rows.ts';

const email = z.string().min(1).max(320);

const command = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('presenter_request') }),
  z.strictObject({ type: z.literal('presenter_denied'), user_id: email }),
  z.strictObject({ type: z.literal('change_presenter'), user_id: email }),
  z.strictObject({ type: z.literal('change_host'), user_id: email }),
  z.strictObject({ type: z.literal('remove_participant'), user_id: email }),
  z.strictObject({ type: z.literal('end_session') }),
]);

export type Command = z.infer<typeof command>;

/** @throws Refusal `invalid` for anything that is not a command (CS13) */
export function readCommand(message: unknown): Command {
  const read = command.safeParse(message);
  if (!read.success) throw new Refusal('invalid');
  return read.data;
}

/** The id of nobody, for a person whom the session does not know: whether the one who asks may is decided first (CS8). */
const NOBODY: UserId = '';

/**
 * @param by the id of who asks; @param of the session that they are in
 * @throws Refusal `session_not_found` if there is another one by now
 */
export function eventOf(asked: Command, by: UserId, of: string | undefined, session: SessionMoment): SessionEvent {
  if (session.id !== of) throw new Refusal('session_not_found');
  const at = session.now;
  switch (asked.type) {
    case 'presenter_request':
      return { type: 'presenter_requested', by };
    case 'end_session':
      return { type: 'ended', by, at };
    case 'presenter_denied':
      return { type: 'presenter_denied', by, user: named(asked.user_id, session) };
    case 'change_presenter':
      return { type: 'presenter_changed', by, user: named(asked.user_id, session) };
    case 'change_host':
      return { type: 'host_changed', by, user: named(asked.user_id, session) };
    case 'remove_participant':
      return { type: 'removed', by, user: named(asked.user_id, session), at };
  }
}

function named(user: string, { people }: SessionMoment): UserId {
  return [...people.values()].find((known) => known.email === user.toLowerCase())?.id ?? NOBODY;
}
