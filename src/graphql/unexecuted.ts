/**
 * What a document asks for, read before or instead of its execution. A request that was refused before its first field
 * (wrong types, too deep, members that are not known) is still an attempt on the roster by somebody known (MB5), and one
 * that asks for as much as several requests counts as that many (CO9).
 */
import {
  getOperationAST,
  Kind,
  OperationTypeNode,
  parse,
  type DocumentNode,
  type FieldNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import type { Tried } from './caller.ts';
import { MOST_ALIASES, MOST_TOGETHER, MOST_TOKENS } from './limits.ts';

/** What a client sent. */
export interface Sent {
  query?: unknown;
  variables?: unknown;
  operationName?: unknown;
}

const operations: Record<string, { on: OperationTypeNode; operation: NonNullable<Tried['operation']> }> = {
  addGroupMember: { on: OperationTypeNode.MUTATION, operation: 'add' },
  removeGroupMember: { on: OperationTypeNode.MUTATION, operation: 'remove' },
  groupMembers: { on: OperationTypeNode.QUERY, operation: 'list' },
};

/** @returns at most as many as a document may have aliases; none if it cannot be read; if none is called, what all try */
export function triedBy({ query, variables, operationName }: Sent): Tried[] {
  const document = parsed(query);
  if (!document) return [];
  const values = (typeof variables === 'object' && variables !== null ? variables : {}) as Record<string, unknown>;
  const called = calledIn(document, operationName);
  const tried = called ? [called] : document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  return tried
    .flatMap(({ operation, selectionSet }) =>
      [...rootFields(document, selectionSet, new Set())].filter(
        (field) => operations[field.name.value]?.on === operation,
      ),
    )
    .slice(0, MOST_ALIASES)
    .map((field) => ({
      operation: operations[field.name.value]!.operation,
      groupId: argument(field, 'groupId', values),
      userId: argument(field, 'userId', values),
    }));
}

/** @param sent an operation, or a batch of them; @returns what each tries */
export const triedIn = (sent: unknown): Tried[] => together(sent).flatMap(triedBy);

/** @param sent an operation, or a batch of them; @returns for how many fields it asks, those of one name in one operation once */
export function fieldsOf(sent: unknown): number {
  return together(sent).reduce((sum, one) => {
    const document = parsed(one.query);
    const called = document && calledIn(document, one.operationName);
    const fields = called ? [...rootFields(document, called.selectionSet, new Set())] : [];
    return sum + new Set(fields.map(({ alias, name }) => (alias ?? name).value)).size;
  }, 0);
}

function together(sent: unknown): Sent[] {
  const all: unknown[] = Array.isArray(sent) ? sent : [sent];
  return all.slice(0, MOST_TOGETHER).map((one) => (typeof one === 'object' && one !== null ? one : {}));
}

function parsed(query: unknown): DocumentNode | null {
  if (typeof query !== 'string') return null;
  try {
    return parse(query, { maxTokens: MOST_TOKENS, noLocation: true });
  } catch {
    return null;
  }
}

const calledIn = (document: DocumentNode, name: unknown): OperationDefinitionNode | null | undefined =>
  getOperationAST(document, typeof name === 'string' ? name : undefined);

function* rootFields(document: DocumentNode, set: SelectionSetNode, seen: Set<string>): Generator<FieldNode> {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) yield selection;
    else if (selection.kind === Kind.INLINE_FRAGMENT) yield* rootFields(document, selection.selectionSet, seen);
    else if (!seen.has(selection.name.value)) {
      seen.add(selection.name.value);
      for (const definition of document.definitions) {
        const named = definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value;
        if (named) yield* rootFields(document, definition.selectionSet, seen);
      }
    }
  }
}

function argument(field: FieldNode, name: string, variables: Record<string, unknown>): string | undefined {
  const value = field.arguments?.find((given) => given.name.value === name)?.value;
  const sent = value && literal(value, variables);
  return typeof sent === 'string' || typeof sent === 'number' ? String(sent) : undefined;
}

function literal(value: ValueNode, variables: Record<string, unknown>): unknown {
  if (value.kind === Kind.VARIABLE) return variables[value.name.value];
  return value.kind === Kind.STRING || value.kind === Kind.INT ? value.value : undefined;
}
