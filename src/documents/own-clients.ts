/**
 * The client ids that this process writes under for people who write by REST: for a person in a diagram the same one again
 * and again, so that a diagram that a program writes every minute does not gain a client each time. It is safe to use one
 * for several writes at once, because each is inserted only at the very head that it was built on.
 *
 * Of each is remembered where the document ends for it. Where a document ends before that, the database was set back, and
 * pages may have what is gone. They would take nothing else under the same clocks, so another id is used.
 */
import { randomInt } from 'node:crypto';

export interface OwnClient {
  id: number;
  /** Where the document ends for it: the clock behind what was written last, also where no answer came to that. */
  end: number;
}

export interface OwnClients {
  /** The one to write under. */
  of(diagram: string, person: string): OwnClient;
  /** Another one from now on. */
  renewed(diagram: string, person: string): OwnClient;
}

/** How many are remembered; who is forgotten writes under another. */
const MOST = 10_000;

export function createOwnClients(most = MOST): OwnClients {
  /** The ones that were asked for last come last. */
  const clients = new Map<string, OwnClient>();

  function keep(key: string, client: OwnClient): OwnClient {
    clients.delete(key);
    clients.set(key, client);
    for (const oldest of clients.keys()) {
      if (clients.size <= most) break;
      clients.delete(oldest);
    }
    return client;
  }

  const keyOf = (diagram: string, person: string) => `${diagram} ${person}`;
  const another = (): OwnClient => ({ id: randomInt(2 ** 32), end: 0 });
  return {
    of(diagram, person) {
      const key = keyOf(diagram, person);
      return keep(key, clients.get(key) ?? another());
    },
    renewed: (diagram, person) => keep(keyOf(diagram, person), another()),
  };
}
