/**
 * The answer to a step 1 about a large document. Yjs could only make it at a stretch; so it goes out as updates, in turns
 * with everything else, and the step 2 that ends it is empty: what came meanwhile was broadcast. As Hocuspocus does, the
 * client is first asked for what it has.
 */
import { encodeStateVector, type Doc } from 'yjs';
import { turn } from '../../documents/turn.ts';
import { stepOneFrame, stepTwoFrame, updateFramesTo } from '../frames.ts';

export interface Answer {
  address: string;
  document: Doc;
  /** Updates that are together all that the client lacks now. Each is made when it is asked for; null: nothing was found. */
  portions: Iterable<Uint8Array | null>;
  /** @param options.initialSync does not count against a client that reads slowly */
  send(bytes: Uint8Array, options: { initialSync: boolean }): void;
  /** Asked after every wait. */
  wanted(): boolean;
}

/** Bytes in one turn, and ms. */
const AT_ONCE = 524_288;
const TURN = 4;
const NOTHING = new Uint8Array([0, 0]);

export async function answerInPortions({ address, document, portions, send, wanted }: Answer): Promise<void> {
  send(stepOneFrame(address, encodeStateVector(document)), { initialSync: false });
  const framed = updateFramesTo(address);
  let bytes = 0;
  let begun = performance.now();
  for (const portion of portions) {
    if (portion) send(framed(portion), { initialSync: true });
    bytes += portion?.byteLength ?? 0;
    if (bytes < AT_ONCE && performance.now() - begun < TURN) continue;
    await turn();
    if (!wanted()) return;
    bytes = 0;
    begun = performance.now();
  }
  send(stepTwoFrame(address, NOTHING), { initialSync: true });
}
