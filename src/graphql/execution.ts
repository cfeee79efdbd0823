/**
 * GraphQL over HTTP, through Yoga. Whatever is answered to somebody known is a 200 with a GraphQL result: every error in
 * it carries a refusal's code, and tells nothing of the inside. Limits are checked before anything is executed.
 */
import { GraphQLError, NoSchemaIntrospectionCustomRule, parse, validate, type GraphQLSchema } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import { Refusal, refusalCodes } from '../refusal.ts';
import { asError, type Caller } from './caller.ts';
import { MOST_TOGETHER, MOST_TOKENS, sizeRule } from './limits.ts';
import { triedBy, triedIn, type Sent } from './unexecuted.ts';

export interface Execution {
  /** @param sent the body of the request: an operation, or a batch of them; @returns the result as JSON text */
  run(sent: unknown, caller: Caller): Promise<string>;
}

/** Faults of one document that are told. */
const MOST_ERRORS = 10;

/** Who asks, and what of it has come to no result. */
interface Asking extends Caller {
  unread: Set<unknown>;
}

interface Result {
  data?: unknown;
  errors?: readonly GraphQLError[];
}

/** @param options.introspection whether clients may ask for the schema */
export function createExecution(schema: GraphQLSchema, { introspection }: { introspection: boolean }): Execution {
  const yoga: YogaServerInstance<Asking, object> = createYoga<Asking>({
    schema,
    batching: { limit: MOST_TOGETHER },
    // It would keep a thousand documents of whoever sends them, each as its whole text.
    parserAndValidationCache: false,
    graphiql: false,
    landingPage: false,
    cors: false,
    multipart: false,
    logging: false,
    maskedErrors: { maskError: (error) => (error instanceof GraphQLError ? error : unexpected()) },
    plugins: [limits(introspection), unexecuted, coded],
  });
  return {
    async run(sent, caller) {
      const unread = new Set<unknown>();
      const response = await yoga.fetch(
        'http://graphql.invalid/graphql',
        {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'application/json' },
          body: JSON.stringify(sent),
        },
        { ...caller, unread },
      );
      const answer = await response.text();
      const tooMany = Array.isArray(sent) && sent.length > MOST_TOGETHER;
      for (const tried of triedIn(tooMany ? sent : [...unread])) await caller.refused(tried, new Refusal('invalid'));
      return answer;
    },
  };
}

const unexpected = () => new GraphQLError('internal', { extensions: { code: 'internal' } });

const limits = (introspection: boolean): Plugin => ({
  onParse: ({ setParseFn }) => {
    setParseFn(((source, options) => parse(source, { ...options, maxTokens: MOST_TOKENS })) as typeof parse);
  },
  onValidate: ({ addValidationRule, setValidationFn }) => {
    addValidationRule(sizeRule);
    if (!introspection) addValidationRule(NoSchemaIntrospectionCustomRule);
    const told = { maxErrors: MOST_ERRORS, hideSuggestions: !introspection };
    setValidationFn((asked, document, rules) => validate(asked, document, rules, told));
  },
});

/** An operation that was refused before its first field has no `data`; one that Yoga cannot take has no result at all. */
const unexecuted: Plugin = {
  onParams({ params, context }) {
    (context as unknown as Asking).unread.add(params);
  },
  async onExecutionResult({ result, context }) {
    const { params, refused, unread } = context as unknown as Asking & { params: Sent };
    unread.delete(params);
    if (!result || !('errors' in result) || 'data' in result) return;
    for (const tried of triedBy(params)) await refused(tried, new Refusal('invalid'));
  },
};

/** Gives every error a refusal's code. What is none of ours is the request's own fault, or ours and unexpected. */
const coded: Plugin = {
  onResultProcess({ result, setResult, serverContext }) {
    const { language } = serverContext as unknown as Caller;
    const finish = (one: Result): Result => {
      if (!one.errors) return one;
      const errors = one.errors.map((error) => {
        const { code } = error.extensions;
        if (code === 'internal' || isUnexpected(error))
          return replaced(error, asError(new Refusal('internal'), language));
        if (refusalCodes.some((known) => known === code)) return error;
        return replaced(error, new GraphQLError(error.message, { extensions: { code: 'invalid' } }));
      });
      return { ...one, errors };
    };
    setResult((Array.isArray(result) ? result.map((one) => finish(one as Result)) : finish(result as Result)) as never);
  },
};

/** Thrown by something that knows no GraphQL. */
function isUnexpected({ originalError }: GraphQLError): boolean {
  return originalError !== undefined && originalError !== null && !(originalError instanceof GraphQLError);
}

/** The same place in the document, other words. */
function replaced(error: GraphQLError, by: GraphQLError): GraphQLError {
  return new GraphQLError(by.message, {
    ...(error.nodes && { nodes: error.nodes }),
    ...(error.source && { source: error.source }),
    ...(error.positions && { positions: error.positions }),
    ...(error.path && { path: error.path }),
    extensions: by.extensions,
  });
}
