/**
 * Lists that are complete whatever their length: read a page at a time, and only as far as a request may be answered. All
 * lists of one request together, also of a batch, may take so many characters of its answer: a row as many as it has as
 * JSON, once and once more for each alias below the list, and those of the names that it is answered under. Past it a
 * list is refused as a whole, and none is read any more.
 */
import type { GraphQLResolveInfo } from 'graphql';
import { cut, type Page } from '../http/page.ts';
import { Refusal } from '../refusal.ts';
import { sizeOf } from './limits.ts';

/** Characters of an answer that lists may take. */
const MOST_LISTED = 4_194_304;
/** Rows that are read at once. */
const AT_ONCE = 500;

/** What the lists of one request may still take. */
export interface ListAllowance {
  /** @throws Refusal `payload_too_large` if more was taken than there is */
  take(characters: number): void;
}

export function createListAllowance(): ListAllowance {
  let left = MOST_LISTED;
  return {
    take(characters) {
      left -= characters;
      if (left < 0) throw new Refusal('payload_too_large', { reason: 'lists' });
    },
  };
}

export interface List<Row, Told> {
  /** One row more than `limit` if there are more. */
  read(page: Page): Promise<Row[]>;
  /** The sort key of a row. */
  key(row: Row): readonly string[];
  told(row: Row): Told;
}

/**
 * @param page all that is left where it has no limit
 * @throws Refusal `payload_too_large`, or whatever the reading throws
 */
export async function answered<Row, Told>(
  { read, key, told }: List<Row, Told>,
  page: { limit: number | null; after: readonly string[] | null },
  lists: ListAllowance,
  info: GraphQLResolveInfo,
): Promise<{ nodes: Told[]; endCursor: string | null }> {
  const { aliases, names } = sizeOfField(info);
  const nodes: Told[] = [];
  let { after } = page;
  for (;;) {
    lists.take(0);
    const part = { limit: page.limit ?? AT_ONCE, after };
    const { rows, nextCursor } = cut(await read(part), part, key);
    const more = rows.map(told);
    for (const row of more) lists.take(JSON.stringify(row).length * (1 + aliases) + names);
    nodes.push(...more);
    if (page.limit !== null || nextCursor === null) return { nodes, endCursor: nextCursor };
    after = key(rows.at(-1)!);
  }
}

/** Of what is asked below a field, wherever in the operation it stands under the same name. */
function sizeOfField({ fieldNodes, fragments }: GraphQLResolveInfo) {
  const selections = fieldNodes.flatMap(({ selectionSet }) => selectionSet?.selections ?? []);
  return sizeOf(selections, (name) => fragments[name]);
}
