/**
 * Who is calling, for the resolvers, and what becomes of what they try: a refusal is an error with its code, in the
 * words of the groups API and in the caller's language; what is unexpected is logged once and told as `internal`. How
 * an attempt on the roster came out is reported exactly as REST's boundary does (MB5, MB8). Whatever one request asks for
 * is done one after the other: together its fields would take the database from everybody else.
 */
import { GraphQLError } from 'graphql';
import { toRefusal } from '../http/boundary.ts';
import { phrase, type Language } from '../http/contract.ts';
import { groupsContract } from '../http/contracts/groups.ts';
import type { Actor } from '../identity/person.ts';
import { spelledInside } from '../identity/spelling.ts';
import type { Attempts } from '../observe/attempts.ts';
import type { Logger } from '../observe/log.ts';
import type { Refusal } from '../refusal.ts';
import { createGate } from '../waiting/gate.ts';
import { createListAllowance, type ListAllowance } from './lists.ts';

/** What a field tries on the roster; nothing for one that does not touch it. Ids as they were sent. */
export interface Tried {
  operation?: 'add' | 'remove' | 'list';
  groupId?: string | undefined;
  userId?: string | undefined;
}

export interface Caller {
  actor: Actor;
  requestId: string;
  language: Language;
  lists: ListAllowance;
  /** @throws GraphQLError with `extensions.code` */
  answer<T>(tried: Tried, work: () => Promise<T>): Promise<T>;
  /** Reports what never came to be tried. */
  refused(tried: Tried, refusal: Refusal): Promise<void>;
}

export interface CallerParts {
  attempts: Attempts;
  logger: Logger;
}

export function createCaller(
  { attempts, logger }: CallerParts,
  { actor, requestId, language }: Pick<Caller, 'actor' | 'requestId' | 'language'>,
): Caller {
  const report = ({ operation, groupId, userId }: Tried, refusal: Refusal | undefined, took: number) => {
    if (operation === undefined) return Promise.resolve();
    const container = groupId === undefined ? null : `group:${spelledInside('group', groupId)}`;
    const action = `group.member.${operation}`;
    // A list changes nothing and leaves no trail, here as over REST.
    const attempt =
      operation === 'list' ? undefined : { actor: actor.id, action, container, subject: userId ?? null, role: null };
    return attempts.ended({ attempt, roster: { kind: 'group', operation }, refusal, requestId, took });
  };
  const gate = createGate(1);
  return {
    actor,
    requestId,
    language,
    lists: createListAllowance(),
    answer: (tried, work) =>
      gate(async () => {
        const started = performance.now();
        const outcome = await work().then(
          (value) => ({ value }),
          (error: unknown) => ({ error }),
        );
        if ('value' in outcome) {
          await report(tried, undefined, performance.now() - started);
          return outcome.value;
        }
        const refusal = toRefusal(outcome.error);
        if (refusal.code === 'internal') logger.error({ err: outcome.error, requestId }, 'a field failed');
        await report(tried, refusal, performance.now() - started);
        throw asError(refusal, language);
      }),
    refused: (tried, refusal) => report(tried, refusal, 0),
  };
}

/** A refusal as GraphQL tells it. */
export function asError(refusal: Refusal, language: Language): GraphQLError {
  const { message, field, details } = phrase(groupsContract, refusal, language);
  const extensions = { code: refusal.code, ...(field !== undefined && { field }), ...(details && { details }) };
  return new GraphQLError(message, { extensions });
}
