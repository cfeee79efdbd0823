/**
 * A frame with content, from its arrival until it is committed or refused. It waits as the bytes that it came as, and is
 * read when it is judged: what waited as objects would outlive V8's space for what is new. What is large is read in the
 * workshop, and in slices.
 */
import { LARGE } from '../../documents/pieces.ts';
import { splitUpdates } from '../../documents/row.ts';
import { decodeUpdate, type DecodedUpdate } from '../../documents/update.ts';
import type { Workshop } from '../../documents/workshop.ts';
import { turn } from '../../waiting/turn.ts';
import type { Debt } from './acknowledgements.ts';

export interface Arrived {
  kind: 'step2' | 'update';
  order: number;
  bytes: Uint8Array;
  debt: Debt | null;
  /** What the commit of this frame pays besides. */
  covers: readonly Debt[];
  /** Since when it waits for what it depends on, ms. */
  asideSince: number;
  /** Whether the step 2 that it waited for has come. */
  answered: boolean;
  /** Whether its bytes are counted. */
  counted: boolean;
}

export function arrive(came: Pick<Arrived, 'kind' | 'order' | 'bytes' | 'debt' | 'covers'>): Arrived {
  const { kind, order, bytes, debt, covers } = came;
  return { kind, order, bytes, debt, covers, asideSince: 0, answered: false, counted: false };
}

/** Whether bytes are too many to be read at a stretch. */
export const isLarge = ({ byteLength }: Uint8Array) => byteLength >= LARGE;

/** Takes out what waits, as far as it can be read at a stretch; a large update makes a run of its own. */
export function nextRun(waiting: Arrived[]): Arrived[] {
  let [count, size] = [0, 0];
  for (const { bytes } of waiting) {
    size += bytes.byteLength;
    if (count > 0 && size >= LARGE) break;
    count += 1;
  }
  return waiting.splice(0, count);
}

/** Reads a large update, cut into slices, in turns with everything else. @throws MalformedUpdate */
export async function readLarge(bytes: Uint8Array, workshop: Pick<Workshop, 'run'>): Promise<DecodedUpdate[]> {
  const updates: DecodedUpdate[] = [];
  for (const slice of splitUpdates(await workshop.run('slices', bytes))) {
    updates.push(decodeUpdate(slice));
    await turn();
  }
  return updates;
}
