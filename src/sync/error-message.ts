/** The `error` message of the wire: a refusal's code, its sentence in English, and what was asked. */
import type { RefusalCode } from '../refusal.ts';

export interface ErrorMessage {
  type: 'error';
  timestamp: string;
  code: RefusalCode;
  message: string;
  request_type?: string;
}

const sentences: Record<RefusalCode, string> = {
  unauthenticated: 'Sign in again.',
  forbidden: 'You may not do this here.',
  invalid: 'This message is not one that the server understands.',
  not_found: 'This does not exist.',
  user_not_found: 'This person is not known.',
  member_not_found: 'This person is not in the session.',
  already_member: 'This person is a member already.',
  last_owner: 'The last owner cannot go.',
  session_not_found: 'There is no active session.',
  removed_from_session: 'You were removed from this session.',
  session_full: 'The session is full.',
  conflict: 'This is so already.',
  precondition_failed: 'It has changed in the meantime.',
  payload_too_large: 'This message is too large.',
  rate_limited: 'Too many messages. Wait a moment.',
  unsupported_media_type: 'This kind of content is not accepted.',
  method_not_allowed: 'This is not possible here.',
  unavailable: 'This cannot be done right now. Try again.',
  internal: 'Something went wrong. It was logged.',
};

/** A type that a client sent is said back no longer than this. */
const TYPE_AT_MOST = 64;

/** @param requestType what the client asked for, if it said so */
export function errorMessage(code: RefusalCode, at: Date, requestType?: unknown): ErrorMessage {
  const said = typeof requestType === 'string' && requestType.length <= TYPE_AT_MOST;
  return {
    type: 'error',
    timestamp: at.toISOString(),
    code,
    message: sentences[code],
    ...(said ? { request_type: requestType } : {}),
  };
}
