/**
 * A list that is longer than one answer. Awaited it is a page; iterated it is every item, page after page:
 *
 *     const { data, next_cursor } = await client.workspaces.list({ limit: 20 });
 *     for await (const workspace of client.workspaces.list()) ...
 */
import type { Page } from './shapes.ts';
import type { Ask, CallOptions, Transport } from './transport.ts';

export interface PageOptions extends CallOptions {
  /** 1 to 100 */
  limit?: number | undefined;
  cursor?: string | undefined;
}

export type Listing<Item> = Promise<Page<Item>> & AsyncIterable<Item>;

/** @param load one page; null is the first */
export function listing<Item>(
  load: (cursor: string | null) => Promise<Page<Item>>,
  first: string | null = null,
): Listing<Item> {
  const page = load(first);
  async function* items(): AsyncGenerator<Item> {
    for (let next = await page; ; next = await load(next.next_cursor)) {
      yield* next.data;
      if (next.next_cursor === null) return;
    }
  }
  return Object.assign(page, { [Symbol.asyncIterator]: items });
}

/** A list of the server's at a path. @param name of the member of the answer that holds the items */
export function listAt<Item>(
  transport: Transport,
  path: string,
  options: PageOptions = {},
  name = 'data',
  filter: Ask['query'] = {},
): Listing<Item> {
  const { limit, cursor, signal } = options;
  const load = async (after: string | null) => {
    const query = { ...filter, limit, cursor: after ?? undefined };
    const page = await transport.json<Record<string, unknown>>({ method: 'GET', path, query, signal });
    return { data: page[name], next_cursor: page.next_cursor ?? null } as Page<Item>;
  };
  return listing(load, cursor ?? null);
}

/** A path with its parameters, each escaped. */
export function pathOf(parts: TemplateStringsArray, ...parameters: (string | number)[]): string {
  return String.raw({ raw: parts }, ...parameters.map((parameter) => encodeURIComponent(parameter)));
}
