/**
 * The hearing of a run of frames: judged as often as something more can be found out. What looks wrong is judged again
 * once this node has read all of the log, since a client may have seen rows that this node has not (DO4); client ids of
 * which nobody knows whose they are, are claimed.
 */
import type { Doc } from 'yjs';
import type { Permissions } from '../access/roles.ts';
import type { DecodedUpdate } from '../documents/update.ts';
import type { Person } from '../identity/person.ts';
import { judge, type Verdict } from './judgement.ts';
import type { Replica } from './replica.ts';

/** The document that a connection was admitted to, and what its person may do there now. */
export interface Opened {
  document: Doc;
  replica: Pick<Replica, 'diagram' | 'closed' | 'owners' | 'catchUp' | 'reach' | 'claim' | 'exceeds'>;
  standing(): { person: Person; permissions: Permissions; epoch: number };
  /** AC6: whether a client id is somebody else's by what they show, so that nobody writes with it before they do. */
  isShownByAnother(client: number): boolean;
}

/** Nobody honest comes with so many client ids that the log has never seen. */
const MOST_NEW_CLIENTS = 10_000;

/**
 * @param wanted asked after every wait
 * @returns the verdicts, as things stand when it resolves; null if nobody wants them any more
 */
export async function hear(
  { document, replica, standing, isShownByAnother }: Opened,
  run: readonly DecodedUpdate[],
  wanted: () => boolean,
): Promise<Verdict[] | null> {
  let caughtUp = false;
  while (wanted() && !replica.closed) {
    const { person, permissions } = standing();
    const author = { person: person.id, mayWrite: permissions === 'writer' };
    const { verdicts, unclaimed } = judge(document, author, replica.owners, run);
    if (!caughtUp && verdicts.some((verdict) => verdict !== 'complete' && verdict !== 'nothing')) {
      await replica.catchUp();
      caughtUp = true;
    } else if (unclaimed.size > MOST_NEW_CLIENTS || [...unclaimed].some(isShownByAnother)) {
      return verdicts.map((verdict) => (verdict === 'complete' ? 'foreign' : verdict));
    } else if (unclaimed.size > 0) {
      await replica.claim(person.id, unclaimed);
    } else {
      return verdicts;
    }
  }
  return null;
}
