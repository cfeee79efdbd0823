/** What people are called: by the name that they had when they were last seen here, else by their email. */
import type { Participant } from '../../../client/index.ts';

export type Names = ReadonlyMap<string, string>;

/** What is known after these were seen; the same value if nothing is new. */
export function withNames(known: Names, participants: readonly Participant[]): Names {
  const fresh = participants.filter(({ user_id, name }) => known.get(user_id) !== name);
  return fresh.length === 0
    ? known
    : new Map([...known, ...fresh.map(({ user_id, name }) => [user_id, name] as const)]);
}

export function nameIn(names: Names, email: string): string {
  return names.get(email) ?? email;
}
