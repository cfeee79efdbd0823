/** What was read from the server, kept for the pages that show it. */
import { QueryClient } from '@tanstack/react-query';

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
