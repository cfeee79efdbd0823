/** What people are called wherever a list has only their email or username: by their name, with the email below. */
import { queryOptions, useQuery, type QueryClient } from '@tanstack/react-query';
import type { Client } from '../../client/index.ts';
import { nameOf, useSignedIn } from '../identity/signed-in.tsx';

const personOf = (client: Client, email: string | null) =>
  queryOptions({
    queryKey: ['person', email],
    queryFn: ({ signal }) => client.people.find(email!, { signal }),
    staleTime: Infinity,
  });

/** @param email null for nobody; @param known what they are called, where that is known already */
export function useCalled(email: string | null, known: string | null = null): string {
  const { client } = useSignedIn();
  const { data } = useQuery({ ...personOf(client, email), enabled: email !== null && known === null });
  return known ?? (data ? nameOf(data) : (email ?? ''));
}

/** Looks people up before a list of them is shown, so that nothing moves in it. Who is not found is called by their email. */
export async function lookUp(queries: QueryClient, client: Client, emails: readonly string[]): Promise<void> {
  await Promise.allSettled(emails.map((email) => queries.ensureQueryData(personOf(client, email))));
}
