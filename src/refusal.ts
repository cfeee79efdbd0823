/**
 * The closed set of ways in which Roundtable says no. The domain throws a `Refusal`; each API has an exhaustive table
 * from code to status and sentence, so a forgotten one does not compile. Everything else that is thrown is a fault.
 */
export const refusalCodes = [
  'unauthenticated',
  'forbidden',
  'invalid',
  'not_found',
  'user_not_found',
  'member_not_found',
  'already_member',
  'last_owner',
  'session_not_found',
  'removed_from_session',
  'session_full',
  'conflict',
  'precondition_failed',
  'payload_too_large',
  'rate_limited',
  'unsupported_media_type',
  'method_not_allowed',
  'unavailable',
  'internal',
] as const;

export type RefusalCode = (typeof refusalCodes)[number];

/** What a refusal may carry to the edge that phrases it. */
export interface RefusalDetails {
  /** The field at fault, as the API names it. */
  field?: string;
  /** Which of an API's sentences fits, where one code has several (for instance `invite`). */
  reason?: string;
  /** For `invalid`: the fields at fault, each with the kind of fault. */
  fields?: Readonly<Record<string, 'blank' | 'format' | 'unknown'>>;
  /** For `invalid`: the id of what is at fault, where there are many. */
  subject?: string;
  /** For `rate_limited`: seconds until another attempt may pass. */
  retryAfter?: number;
  /** For `method_not_allowed`: the methods that are. */
  allow?: string;
}

/** @param code why; @param details what the edge needs to phrase it */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly details: RefusalDetails;

  constructor(code: RefusalCode, details: RefusalDetails = {}) {
    super(code);
    this.name = 'Refusal';
    this.code = code;
    this.details = details;
  }
}
