/**
 * The answer to the step 1 of somebody who lacks most of a large document. Yjs could only encode it at a stretch; so it
 * goes out as updates, in turns with everything else, and the step 2 that ends it holds only what came meanwhile. As
 * Hocuspocus does, the client is first asked for what it has.
 */
import { encodeStateAsUpdate, encodeStateVector, type Doc } from 'yjs';
import { turn } from '../documents/turn.ts';
import { stepOneFrame, stepTwoFrame, updateFrame } from './frames.ts';

export interface Answer {
  address: string;
  document: Doc;
  /** Updates that are together all that the document has now. */
  portions: readonly Uint8Array[];
  /** @param options.initialSync does not count against a client that reads slowly */
  send(bytes: Uint8Array, options: { initialSync: boolean }): void;
  /** Asked after every wait. */
  wanted(): boolean;
}

/** Bytes in one turn. */
const AT_ONCE = 524_288;

export async function answerInPortions({ address, document, portions, send, wanted }: Answer): Promise<void> {
  const sent = encodeStateVector(document);
  send(stepOneFrame(address, sent), { initialSync: false });
  let bytes = 0;
  for (const portion of portions) {
    send(updateFrame(address, portion), { initialSync: true });
    bytes += portion.byteLength;
    if (bytes < AT_ONCE) continue;
    bytes = 0;
    await turn();
    if (!wanted()) return;
  }
  send(stepTwoFrame(address, encodeStateAsUpdate(document, sent)), { initialSync: true });
}
