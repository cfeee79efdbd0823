/** What was read from the server, kept for the pages that show it. */
import { QueryClient } from '@tanstack/react-query';

/** Nothing is repeated here: the SDK repeats what is safe to repeat. */
export function createQueries(): QueryClient {
  return new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 5000 } } });
}
