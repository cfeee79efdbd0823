/** The one error of the SDK: a refusal of the server, typed, or `unreachable` when there was no answer at all. */
import type { RefusalCode } from './shapes.ts';

export type ErrorCode = RefusalCode | 'unreachable';

export interface ErrorFacts {
  code: ErrorCode;
  /** The HTTP status; 0 without an answer. */
  status: number;
  /** A sentence for people, in the language that was asked for. */
  message: string;
  /** The field at fault, if a single one is. */
  field?: string | null | undefined;
  /** For `invalid`: what is wrong with each field. */
  details?: Record<string, string[]> | undefined;
  requestId?: string | null | undefined;
  /** Seconds after which another attempt may pass. */
  retryAfter?: number | null | undefined;
  cause?: unknown;
}

export class RoundtableError extends Error {
  declare readonly code: ErrorCode;
  declare readonly status: number;
  declare readonly field: string | null;
  declare readonly details: Readonly<Record<string, string[]>>;
  /** What to name when asking the operators of the server. */
  declare readonly requestId: string | null;
  declare readonly retryAfter: number | null;

  constructor({
    message,
    cause,
    field = null,
    details = {},
    requestId = null,
    retryAfter = null,
    ...facts
  }: ErrorFacts) {
    super(message, cause === undefined ? undefined : { cause });
    Object.assign(this, { name: 'RoundtableError', ...facts, field, details, requestId, retryAfter });
  }
}

/** The refusal in an answer that is not a success; what a proxy answered in our place has no body of ours. */
export async function errorOf(response: Response): Promise<RoundtableError> {
  const body = (await response.json().catch(() => null)) as Partial<ErrorFacts & { request_id: string }> | null;
  const seconds = Number(response.headers.get('retry-after') ?? NaN);
  return new RoundtableError({
    code: body?.code ?? codeOfStatus(response.status),
    status: response.status,
    message: body?.message ?? `The server answered ${response.status}`,
    field: body?.field,
    details: body?.details,
    requestId: body?.request_id ?? response.headers.get('x-request-id'),
    retryAfter: Number.isFinite(seconds) ? seconds : undefined,
  });
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 429) return 'rate_limited';
  if (status === 413) return 'payload_too_large';
  return status === 502 || status === 503 || status === 504 ? 'unavailable' : 'internal';
}
