/**
 * The hearing of a run of frames: judged as often as something more can be found out. What looks wrong is judged again
 * once this node has read all of the log, since a client may have seen rows that this node has not (DO4); client ids of
 * which nobody knows whose they are, are claimed.
 */
import type { Doc } from 'yjs';
import type { Permissions } from '../../access/roles.ts';
import type { Base } from '../../documents/base.ts';
import { MOST_NEW_CLIENTS } from '../../documents/client-binding.ts';
import { decodeUpdate, type DecodedUpdate } from '../../documents/update.ts';
import type { Person } from '../../identity/person.ts';
import { turn } from '../../waiting/turn.ts';
import { createJudge, hearSlices, type Verdict } from './judgement.ts';
import type { Replica } from '../replicas/replica.ts';

/** The document that a connection was admitted to, and what its person may do there now. */
export interface Opened {
  document: Doc;
  replica: Pick<
    Replica,
    | 'diagram'
    | 'base'
    | 'closed'
    | 'owners'
    | 'catchUp'
    | 'reach'
    | 'settle'
    | 'lookUp'
    | 'claim'
    | 'exceeds'
    | 'portionsFor'
  >;
  standing(): { person: Person; permissions: Permissions; epoch: number };
  /** AC6: whether a client id is somebody else's by what they show, so that nobody writes with it before they do. */
  isShownByAnother(client: number): boolean;
}

/** What was found, and the standing that it was found for: what changes afterwards is for the fence of the log. */
export interface Hearing {
  /** Of as many frames as could be judged together, at a stretch, at least one. */
  verdicts: Verdict[];
  person: string;
  epoch: number;
  /** The last row that the document had. */
  base: Base;
}

const FOREIGN: Verdict = { kind: 'foreign' };
/** How long frames are judged at a stretch, ms: what a few bytes ask may be a question about all of a large document. */
const STRETCH = 20;

/**
 * @param run updates, or the slices of a large one
 * @param wanted asked after every wait; @param now ms
 * @returns null if nobody wants it any more
 * @throws MalformedUpdate
 */
export async function hear(
  { document, replica, standing, isShownByAnother }: Opened,
  run: readonly (Uint8Array | readonly DecodedUpdate[])[],
  wanted: () => boolean,
  now: () => number = () => performance.now(),
): Promise<Hearing | null> {
  let caughtUp = false;
  let lookedUp = false;
  while (wanted() && !replica.closed()) {
    const { person, permissions, epoch } = standing();
    replica.settle();
    const base = replica.base();
    const author = { person: person.id, mayWrite: permissions === 'writer' };
    const judge = createJudge(document, author, replica.owners);
    const verdicts: Verdict[] = [];
    const begun = now();
    for (const update of run) {
      const isWhole = update instanceof Uint8Array;
      verdicts.push(isWhole ? judge.hear(decodeUpdate(update)) : await hearSlices(judge, update, turn));
      if (judge.full() || now() - begun > STRETCH || (!isWhole && verdicts.at(-1)!.kind !== 'complete')) break;
    }
    const { unclaimed } = judge;
    const foreign = () => ({ verdicts: verdicts.map(() => FOREIGN), person: person.id, epoch, base });
    if (!caughtUp && verdicts.some(({ kind }) => kind !== 'complete' && kind !== 'nothing')) {
      await replica.catchUp();
      caughtUp = true;
    } else if (unclaimed.size > MOST_NEW_CLIENTS) {
      return foreign();
    } else if (!lookedUp && [...unclaimed].some(isShownByAnother)) {
      await replica.lookUp(unclaimed); // theirs if they have written with it, whoever shows it
      lookedUp = true;
    } else if ([...unclaimed].some(isShownByAnother)) {
      return foreign();
    } else if (unclaimed.size > 0 && verdicts.every(({ kind }) => kind !== 'foreign')) {
      await replica.claim(person.id, unclaimed);
    } else {
      return { verdicts, person: person.id, epoch, base };
    }
  }
  return null;
}
