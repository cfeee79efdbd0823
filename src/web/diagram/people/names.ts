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

/** One or two letters for an avatar. */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/[\s.@_-]+/u)
    .filter(Boolean);
  const letters = words.length > 1 ? [words[0]!, words.at(-1)!] : words.slice(0, 1);
  return letters.map((word) => [...word][0]!.toLocaleUpperCase()).join('') || '?';
}
