/** Containers past row level security: held still while something about them is decided, and the diagrams that they reach. */
import type { EntityManager } from '../database/database.ts';
import { Refusal, type RefusalDetails } from '../refusal.ts';

type Kind = 'workspace' | 'group' | 'conversation' | 'threat_model';

/**
 * Locks it, then every threat model that it reaches, in the order of their ids.
 * @throws Refusal not_found, with these details
 */
export async function lockContainer(
  em: EntityManager,
  kind: Kind,
  id: string,
  details?: RefusalDetails,
): Promise<void> {
  const [row] = await em.execute<[{ found: boolean }]>('select lock_container(?, ?) as found', [kind, id]);
  if (!row.found) throw new Refusal('not_found', details);
}

/** Raises the access epochs of the diagrams that it reaches (AC3). @returns their ids */
export async function raiseEpochs(em: EntityManager, kind: Kind, id: string): Promise<string[]> {
  const raised = await em.execute<{ id: string }[]>('select raise_access_epochs(?, ?) as id', [kind, id]);
  return raised.map((row) => row.id);
}
