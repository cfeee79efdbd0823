/** Why a connection ends: the contract's close codes, and which of them answers which refusal. */
import type { RefusalCode } from '../refusal.ts';

export interface Closing {
  code: number;
  reason: string;
}

export const closings = {
  badFrame: { code: 4400, reason: 'bad frame' },
  unauthenticated: { code: 4401, reason: 'unauthenticated' },
  expired: { code: 4401, reason: 'token expired' },
  forbidden: { code: 4403, reason: 'forbidden' },
  notFound: { code: 4404, reason: 'not found' },
  idle: { code: 4408, reason: 'idle' },
  unresponsive: { code: 4408, reason: 'unresponsive' },
  tooMany: { code: 4429, reason: 'too many' },
  tooLarge: { code: 1009, reason: 'too large' },
  stopping: { code: 1012, reason: 'this node is stopping' },
  reload: { code: 1012, reason: 'connect again' },
  unavailable: { code: 1013, reason: 'cannot store right now' },
  tooSlow: { code: 1013, reason: 'too slow to read' },
} satisfies Record<string, Closing>;

const codes: Record<RefusalCode, number> = {
  unauthenticated: 4401,
  forbidden: 4403,
  removed_from_session: 4403,
  not_found: 4404,
  session_not_found: 4404,
  user_not_found: 4404,
  member_not_found: 4404,
  session_full: 4429,
  rate_limited: 4429,
  payload_too_large: 1009,
  unavailable: 1013,
  internal: 1013,
  invalid: 4400,
  already_member: 4400,
  last_owner: 4400,
  conflict: 4400,
  precondition_failed: 4400,
  unsupported_media_type: 4400,
  method_not_allowed: 4400,
};

export function closingOf(code: RefusalCode): Closing {
  return { code: codes[code], reason: code };
}

/** No close frame may carry it: the connection broke. */
const BROKE = 1006;

/** How the end of a socket is counted: a client can name any code, and must not pass for a node that cannot store. */
export function countedAs(code: number, by: 'node' | 'client'): string {
  return by === 'node' || code === BROKE ? String(code) : 'client';
}

/** On a socket that carries several documents these end only the one that they concern. */
export function concernsOneDocument({ code }: Closing): boolean {
  return code === 4403 || code === 4404 || code === 4410;
}
