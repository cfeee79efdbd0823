/** Whose the client ids of a document are (AC6), as far as somebody asked: whoever has one keeps it. */
import type { SqlExecutor } from '../../database/database.ts';
import { bindClients, boundClients } from '../../documents/client-binding.ts';
import { persistently } from '../../waiting/persistently.ts';

export interface Owners {
  /** Client id to the person who has it. */
  readonly owners: ReadonlyMap<number, string>;
  /** Finds out whose client ids are, where they are anybody's. */
  lookUp(clients: Iterable<number>): Promise<void>;
  /** Claims client ids for a person; those that are somebody's stay theirs. */
  claim(person: string, clients: ReadonlySet<number>): Promise<void>;
}

/** @param wanted whether anybody still asks; @param failed told of each failure; @param missing told that there is no such diagram */
export function createOwners(
  executor: SqlExecutor,
  diagram: string,
  { wanted, failed, missing }: { wanted(): boolean; failed(error: unknown): void; missing(): void },
): Owners {
  const owners = new Map<number, string>();
  const learn = (found: Iterable<[number, string]>) => {
    for (const [client, owner] of found) owners.set(client, owner);
  };
  return {
    owners,
    async lookUp(clients) {
      learn((await persistently(() => boundClients(executor, diagram, clients), wanted, failed)) ?? []);
    },
    async claim(person, clients) {
      const claimed = await persistently(() => bindClients(executor, diagram, person, clients), wanted, failed);
      if (claimed === null) missing();
      learn(claimed ?? []);
    },
  };
}
