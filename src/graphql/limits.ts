/**
 * What a document may ask for at most. Depth and aliases are counted with the fragments put in; a fragment that spreads
 * itself is left to GraphQL's own rule. Introspection has a rule of its own too and is not counted here.
 */
import {
  GraphQLError,
  Kind,
  type FragmentDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';

const MOST_DEPTH = 8;
export const MOST_ALIASES = 30;
/** Operations in one request. */
export const MOST_TOGETHER = 5;
/** Words and signs in a document. */
export const MOST_TOKENS = 2000;

interface Size {
  depth: number;
  aliases: number;
}

/** Refuses documents with an operation that is deeper, or gives more aliases, than the limits say. */
export const sizeRule: ValidationRule = (context) => ({
  Document(document) {
    const sizes = new Map<string, Size>();
    for (const definition of document.definitions) {
      if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
      const { depth, aliases } = sizeOf(definition.selectionSet, context, sizes);
      const refuse = (message: string) => context.reportError(new GraphQLError(message, { nodes: definition }));
      if (depth > MOST_DEPTH) refuse(`The query is ${depth} levels deep; at most ${MOST_DEPTH} are allowed.`);
      if (aliases > MOST_ALIASES) refuse(`The query has ${aliases} aliases; at most ${MOST_ALIASES} are allowed.`);
    }
  },
});

function sizeOf(set: SelectionSetNode, context: ValidationContext, sizes: Map<string, Size>): Size {
  const total: Size = { depth: 0, aliases: 0 };
  const add = ({ depth, aliases }: Size) => {
    total.depth = Math.max(total.depth, depth);
    total.aliases += aliases;
  };
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      if (selection.name.value.startsWith('__')) continue;
      const inner = selection.selectionSet ? sizeOf(selection.selectionSet, context, sizes) : { depth: 0, aliases: 0 };
      add({ depth: inner.depth + 1, aliases: inner.aliases + (selection.alias ? 1 : 0) });
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      add(sizeOf(selection.selectionSet, context, sizes));
    } else {
      const fragment = context.getFragment(selection.name.value);
      if (fragment) add(sizeOfFragment(fragment, context, sizes));
    }
  }
  return total;
}

function sizeOfFragment(fragment: FragmentDefinitionNode, context: ValidationContext, sizes: Map<string, Size>): Size {
  const known = sizes.get(fragment.name.value);
  if (known) return known;
  sizes.set(fragment.name.value, { depth: 0, aliases: 0 });
  const size = sizeOf(fragment.selectionSet, context, sizes);
  sizes.set(fragment.name.value, size);
  return size;
}
