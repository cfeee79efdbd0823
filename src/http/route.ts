/**
 * A route is described once: method, path, what it takes, what it answers, how it may refuse. The router, the
 * validation, the audit of refusals and `/openapi.json` are all made from this description.
 */
import type { Context } from 'koa';
import { z } from 'zod';
import { emailAddress } from '../identity/email.ts';
import type { Actor } from '../identity/person.ts';
import { UUID } from '../identity/spelling.ts';
import { faultsOf } from '../json.ts';
import { Refusal, type RefusalCode, type RefusalDetails } from '../refusal.ts';
import type { Contract } from './contract.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

export interface AnswerDescription {
  description: string;
  schema?: z.ZodType;
  contentType?: string;
  /** The content type of its other form, for whoever accepts bytes. */
  bytes?: string;
  /** Those that are of use beyond this answer. */
  headers?: z.ZodObject;
  example?: unknown;
}

/** What a handler is given: validated, and with the actor known when the route asks for one. */
export interface Call<Params, Query, Body> {
  params: Params;
  query: Query;
  body: Body;
  actor: Actor;
  requestId: string;
  context: Context;
}

/** What a handler gives back. No `body` is an empty answer. */
export interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
  /** For bytes; JSON otherwise. */
  contentType?: string;
}

export interface RouteDescription<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> {
  method: Method;
  path: string;
  /** The handler's name in the API description. */
  operationId: string;
  summary: string;
  contract: Contract;
  /** Routes ask for a token unless they say `false`. */
  authenticated?: boolean;
  /** Not counted against anybody's rate limit: what machines ask every second. */
  unlimited?: boolean;
  /** Tells whether somebody has an email or a number: counted against those that nobody has. */
  guesses?: boolean;
  params?: Params;
  query?: Query;
  /** The request headers that it goes by, besides those of all; the handler reads them itself. */
  headers?: z.ZodObject;
  body?: Body;
  /** The body is bytes of this type, up to so many; `body` is not given then. */
  bytes?: { contentType: string; limit: number };
  /** The body is given as it came, as JSON in UTF-8: the handler has it validated, against `body`. */
  unparsed?: boolean;
  /** Largest JSON body in bytes where it is not the usual one. */
  jsonLimit?: number;
  example?: unknown;
  answers: Record<number, AnswerDescription>;
  refusals: readonly RefusalCode[];
  /** Refusals that its API answers with another status than the others (`Contract.statusOf`). */
  ofOwnStatus?: readonly Refusal[];
  /** Names the attempt in the audit trail (MB5); the row of a refusal is written by the boundary. */
  audit?: AuditDescription;
  /** Counts the attempt in `roundtable_membership_operations_total`. */
  roster?: { kind: string; operation: string };
  /** The reason that an unexpected failure is given, where the API has a sentence for it. */
  failure?: string;
  /** Told how the attempt came out, whatever it was, also when it never reached the handler. */
  finished?(attempt: Finished): void;
  handle(call: Call<z.output<Params>, z.output<Query>, z.output<Body>>): Promise<Answer>;
}

export interface AuditDescription {
  action: string;
  /** The kind of the container whose id stands in the path: in the first parameter, or in `containerId`. */
  container?: string;
  containerId?: string;
  /** Where the subject stands: a member of the body or of the path. */
  subject?: string;
}

/** An attempt that is over: what was known of it by then. */
export interface Finished {
  actor: Actor | null;
  params: Readonly<Record<string, string>>;
  /** The body as it was sent, not validated. */
  body: Readonly<Record<string, unknown>>;
  refusal: Refusal | null;
  /** In the words of the API. */
  error: string | null;
  answer: Answer | null;
}

export type Route = RouteDescription<z.ZodType, z.ZodType, z.ZodType>;

/** Gives the handler the types of its schemas. */
export function route<
  Params extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
>(description: RouteDescription<Params, Query, Body>): Route {
  return description as unknown as Route;
}

/**
 * Validates, and says for each field at fault whether it is blank, malformed or unknown.
 * @throws Refusal `invalid`
 */
export function validated(schemas: { schema: z.ZodType | undefined; value: unknown }[]): unknown[] {
  const fields: NonNullable<RefusalDetails['fields']> = {};
  const outputs = schemas.map(({ schema, value }) => {
    if (!schema) return undefined;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    Object.assign(fields, faultsOf(parsed.error, value));
    return undefined;
  });
  if (Object.keys(fields).length > 0) throw new Refusal('invalid', { fields });
  return outputs;
}

/** Whether PostgreSQL keeps the text as it is: no NUL, no half of a surrogate pair. */
export const storable = (text: string) => !text.includes('\0') && text.isWellFormed();

/** Text of 1 to `most` characters after trimming. */
export const trimmed = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .refine((text) => [...text].length <= most, `at most ${most} characters`)
    .refine(storable)
    .meta({ maxLength: most });

export const name = trimmed(200);

/** A description: optional, may be null or empty, up to 2,000 characters. */
export const description = z
  .string()
  .trim()
  .refine((text) => [...text].length <= 2000)
  .refine(storable)
  .meta({ maxLength: 2000 })
  .nullable();

export const uuid = z
  .string()
  .regex(UUID)
  .transform((text) => text.toLowerCase());

export const email = z.string().trim().max(320).pipe(emailAddress);

/** A time on the wire: ISO 8601 UTC with milliseconds. */
export const time = z.iso.datetime({ precision: 3 });

/** @param stored a time as the database gives it */
export function onWire(stored: string | Date): string {
  return new Date(stored).toISOString();
}
