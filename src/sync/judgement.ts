/**
 * What to do with content that a client sent: a pure decision on a run of frames, in the order in which they came, given
 * a document that has everything this client has had committed. A frame may build on the frames of the run before it.
 */
import type * as Y from 'yjs';
import { advance } from '../documents/causality.ts';
import { bringsNothing, newClients, stateOf, type DecodedUpdate } from '../documents/update.ts';

export type Verdict =
  /** The document has it all: not to be logged, whoever sent it. */
  | 'nothing'
  /** To be logged. */
  | 'complete'
  /** Its author may not write. */
  | 'forbidden'
  /** It depends on something unknown. */
  | 'gap'
  /** It writes under a client id that is somebody else's. */
  | 'foreign';

export interface Author {
  person: string;
  mayWrite: boolean;
}

export interface Judgement {
  verdicts: Verdict[];
  /** Client ids of which it is not known whose they are: to be claimed, then to be judged again. */
  unclaimed: Set<number>;
}

/** @param owners client id to the person who has it, as far as known */
export function judge(
  document: Y.Doc,
  author: Author,
  owners: ReadonlyMap<number, string>,
  run: readonly DecodedUpdate[],
): Judgement {
  const before = stateOf(document);
  const ends = new Map<number, number>();
  const state = (client: number) => ends.get(client) ?? before(client);
  const unclaimed = new Set<number>();

  const verdicts = run.map((update): Verdict => {
    if (bringsNothing(document, update)) return 'nothing';
    if (!author.mayWrite) return 'forbidden';
    const after = advance(update, state);
    if (!after) return 'gap';
    for (const client of newClients(update, state)) {
      const owner = owners.get(client);
      if (owner === undefined) unclaimed.add(client);
      else if (owner !== author.person) return 'foreign';
    }
    for (const [client, end] of after) ends.set(client, end);
    return 'complete';
  });
  return { verdicts, unclaimed };
}
