/**
 * What to do with content that a client sent: a decision on a run of frames, one after the other in the order in which
 * they came, given a document that has everything this client has had committed. A frame may build on those of the run
 * before it. Nothing but the document is asked, and nothing is changed.
 */
import type * as Y from 'yjs';
import { advance } from '../../documents/causality.ts';
import { deletesOf } from '../../documents/deletions.ts';
import { createPlacements } from '../../documents/placement.ts';
import { onlyTidies } from '../../documents/tidying.ts';
import { bringsNothing, newClients, stateOf, trimmed, type DecodedUpdate } from '../../documents/update.ts';

export type Verdict =
  /** The document has it all, or a reader's page has only tidied it up: not to be logged. */
  | { kind: 'nothing' }
  /** To be logged. */
  | { kind: 'complete'; updates: Uint8Array[] }
  /** Its author may not write. */
  | { kind: 'forbidden' }
  /** It depends on something unknown. */
  | { kind: 'gap' }
  /** It writes under a client id that is somebody else's, or where no honest client would. */
  | { kind: 'foreign' };

const NOTHING: Verdict = { kind: 'nothing' };

export interface Author {
  person: string;
  mayWrite: boolean;
}

export interface Judge {
  /** The verdict on the next update of the run. @param whole what it deletes, also if it is a slice */
  hear(update: DecodedUpdate, whole?: Pick<DecodedUpdate, 'deletes'>): Verdict;
  /** Client ids of which it is not known whose they are: to be claimed, then all is to be judged again. */
  readonly unclaimed: ReadonlySet<number>;
  /** Whether what was heard is enough for one run. */
  full(): boolean;
}

/** @param owners client id to the person who has it, as far as known */
export function createJudge(document: Y.Doc, author: Author, owners: ReadonlyMap<number, string>): Judge {
  const stored = stateOf(document);
  const ends = new Map<number, number>();
  const state = (client: number) => Math.max(ends.get(client) ?? 0, stored(client));
  const placements = createPlacements(document, stored);
  const unclaimed = new Set<number>();

  return {
    unclaimed,
    full: placements.far,
    hear(sent, whole = sent) {
      if (bringsNothing(document, sent)) return NOTHING;
      if (!author.mayWrite) return onlyTidies(document, sent) ? NOTHING : { kind: 'forbidden' };
      const update = trimmed(sent, state);
      const found = advance(update, state);
      if (!found) return { kind: 'gap' };
      for (const client of newClients(update, state)) {
        const owner = owners.get(client);
        if (owner === undefined) unclaimed.add(client);
        else if (owner !== author.person) return { kind: 'foreign' };
      }
      if (!placements.take(whole, found.order)) return { kind: 'foreign' };
      for (const [client, end] of found.ends) ends.set(client, end);
      return { kind: 'complete', updates: [update.bytes] };
    },
  };
}

/**
 * The verdict on a large update that came in slices: it is complete if all of them are, or have nothing new; the first
 * that is not decides.
 * @param turn awaited between slices
 */
export async function hearSlices(
  judge: Judge,
  slices: readonly DecodedUpdate[],
  turn: () => Promise<void>,
): Promise<Verdict> {
  const whole = { deletes: deletesOf(slices) };
  const updates: Uint8Array[] = [];
  for (const [index, slice] of slices.entries()) {
    if (index > 0) await turn();
    const verdict = judge.hear(slice, whole);
    if (verdict.kind === 'complete') updates.push(...verdict.updates);
    else if (verdict.kind !== 'nothing') return verdict;
  }
  return updates.length === 0 ? NOTHING : { kind: 'complete', updates };
}

/** The frames of a run by the verdict on each. */
export function sorted<Of>(run: readonly Of[], verdicts: readonly Verdict[]): Record<Verdict['kind'], Of[]> {
  const by: Record<Verdict['kind'], Of[]> = { nothing: [], complete: [], forbidden: [], gap: [], foreign: [] };
  for (const [index, frame] of run.entries()) by[verdicts[index]!.kind].push(frame);
  return by;
}
