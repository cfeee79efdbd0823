/**
 * What a document would have tried, had it been executed: a request that was refused before its first field (wrong
 * types, too deep) is still an attempt on the roster by somebody known (MB5).
 */
import {
  getOperationAST,
  Kind,
  OperationTypeNode,
  parse,
  type DocumentNode,
  type FieldNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import type { Tried } from './caller.ts';
import { MOST_ALIASES, MOST_TOKENS } from './limits.ts';

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

/** @returns at most as many as a document may have aliases; none if it cannot be read */
export function triedBy({ query, variables, operationName }: Sent): Tried[] {
  const document = typeof query === 'string' ? read(query) : null;
  if (!document) return [];
  const called = getOperationAST(document, typeof operationName === 'string' ? operationName : undefined);
  if (!called) return [];
  const values = (typeof variables === 'object' && variables !== null ? variables : {}) as Record<string, unknown>;
  return [...rootFields(document, called.selectionSet, new Set())]
    .filter((field) => operations[field.name.value]?.on === called.operation)
    .slice(0, MOST_ALIASES)
    .map((field) => ({
      operation: operations[field.name.value]!.operation,
      groupId: argument(field, 'groupId', values),
      userId: argument(field, 'userId', values),
    }));
}

function read(query: string): DocumentNode | null {
  try {
    return parse(query, { maxTokens: MOST_TOKENS, noLocation: true });
  } catch {
    return null;
  }
}

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
