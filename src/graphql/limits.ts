/**
 * What a document may ask for at most. Depth and aliases are counted with the fragments put in; a fragment that spreads
 * itself is left to GraphQL's own rule. How deep introspection goes has a rule of its own too and is not counted here.
 */
import { GraphQLError, Kind, type FragmentDefinitionNode, type SelectionNode, type ValidationRule } from 'graphql';

const MOST_DEPTH = 8;
export const MOST_ALIASES = 30;
/** Operations in one request. */
export const MOST_TOGETHER = 5;
/** Words and signs in a document. */
export const MOST_TOKENS = 2000;
/** What stands around a name in an answer: quotes, a colon and a comma. */
const SIGNS = 4;

interface Size {
  depth: number;
  aliases: number;
  /** Characters of the names that fields are answered under, with their signs. */
  names: number;
}

/** Refuses documents with an operation that is deeper, or gives more aliases, than the limits say. */
export const sizeRule: ValidationRule = (context) => ({
  Document(document) {
    const read = sizing((name) => context.getFragment(name) ?? undefined);
    for (const definition of document.definitions) {
      if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
      const { depth, aliases } = read(definition.selectionSet.selections);
      const refuse = (message: string) => context.reportError(new GraphQLError(message, { nodes: definition }));
      if (depth > MOST_DEPTH) refuse(`The query is ${depth} levels deep; at most ${MOST_DEPTH} are allowed.`);
      if (aliases > MOST_ALIASES) refuse(`The query has ${aliases} aliases; at most ${MOST_ALIASES} are allowed.`);
    }
  },
});

/** @param fragment finds a fragment by its name; @returns the size of what is selected */
export function sizeOf(
  selected: readonly SelectionNode[],
  fragment: (name: string) => FragmentDefinitionNode | undefined,
): Size {
  return sizing(fragment)(selected);
}

/** Reads each fragment once, however often it is spread. */
function sizing(fragment: (name: string) => FragmentDefinitionNode | undefined) {
  const sizes = new Map<string, Size>();
  const read = (selected: readonly SelectionNode[] = []): Size => {
    const total: Size = { depth: 0, aliases: 0, names: 0 };
    for (const selection of selected) {
      const { depth, aliases, names } = sizeOfOne(selection);
      total.depth = Math.max(total.depth, depth);
      total.aliases += aliases;
      total.names += names;
    }
    return total;
  };
  const sizeOfOne = (selection: SelectionNode): Size => {
    if (selection.kind === Kind.INLINE_FRAGMENT) return read(selection.selectionSet.selections);
    if (selection.kind === Kind.FRAGMENT_SPREAD) return ofFragment(selection.name.value);
    const { name, alias, selectionSet } = selection;
    const inner = read(selectionSet?.selections);
    return {
      depth: name.value.startsWith('__') ? 0 : inner.depth + 1,
      aliases: inner.aliases + (alias ? 1 : 0),
      names: inner.names + (alias ?? name).value.length + SIGNS,
    };
  };
  const ofFragment = (name: string): Size => {
    const known = sizes.get(name);
    if (known) return known;
    sizes.set(name, { depth: 0, aliases: 0, names: 0 });
    const size = read(fragment(name)?.selectionSet.selections);
    sizes.set(name, size);
    return size;
  };
  return read;
}
