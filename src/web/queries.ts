/** What was read from the server, kept for the pages that show it. */
import { QueryClient, queryOptions } from '@tanstack/react-query';
import type { Client, Listing, PageOptions } from '../client/index.ts';

/**
 * Nothing is repeated here: the SDK repeats what is safe to repeat. Nothing waits for a connection either: what was asked
 * for without one fails at once, and is not done later, when nobody expects it any more.
 */
export function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { retry: false, staleTime: 5000, networkMode: 'always', refetchOnReconnect: true },
      mutations: { networkMode: 'always' },
    },
  });
}

/** As many as the server gives at once. */
const LIMIT = 100;

/** Every item of a list of the server's, page after page. */
export async function allOf<Item>(list: (options: PageOptions) => Listing<Item>, signal: AbortSignal): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of list({ signal, limit: LIMIT })) items.push(item);
  return items;
}

/** All of my workspaces. */
export function workspacesOf(client: Client) {
  return queryOptions({ queryKey: ['workspaces'], queryFn: ({ signal }) => allOf(client.workspaces.list, signal) });
}

/** All groups that I own or have joined. */
export function groupsOf(client: Client) {
  return queryOptions({ queryKey: ['groups'], queryFn: ({ signal }) => allOf(client.groups.list, signal) });
}
