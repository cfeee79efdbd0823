/**
 * The answer to a step 1 about a large document. Yjs could only make it at a stretch; so it goes out as updates, in turns
 * with everything else and no faster than they are read (NO3), and the step 2 that ends it is empty: what came meanwhile
 * was broadcast. As Hocuspocus does, the client is first asked for what it has.
 */
import * as decoding from 'lib0/decoding';
import { decodeStateVector, encodeStateVector, type Doc } from 'yjs';
import { MOST_NEW_CLIENTS } from '../../documents/client-binding.ts';
import { turn } from '../../waiting/turn.ts';
import { stepOneFrame, stepTwoFrame, updateFramesTo } from '../frames.ts';

export interface Answer {
  address: string;
  document: Doc;
  /** Updates that are together all that the client lacks now. Each is made when it is asked for; null: nothing was found. */
  portions: Iterable<Uint8Array | null>;
  /** Asks for what the client has. */
  ask(bytes: Uint8Array): void;
  /** What the answer goes to, when it is not full. */
  socket: { answer(bytes: Uint8Array): void; isFull(): boolean; drained(): Promise<void> };
  /** Asked after every wait. */
  wanted(): boolean;
}

/** Bytes in one turn, and ms. */
const AT_ONCE = 524_288;
const TURN = 4;
const NOTHING = new Uint8Array([0, 0]);

/** Whether a state vector can be read, and has no more entries than that of an honest client of this document. */
export function isHonest(stateVector: Uint8Array, { store }: Doc): boolean {
  try {
    const entries = decoding.readVarUint(decoding.createDecoder(stateVector));
    if (entries > store.clients.size + MOST_NEW_CLIENTS) return false;
    decodeStateVector(stateVector);
    return true;
  } catch {
    return false;
  }
}

export async function answerInPortions(request: Answer): Promise<void> {
  const { address, document, portions, ask, socket, wanted } = request;
  ask(stepOneFrame(address, encodeStateVector(document)));
  const framed = updateFramesTo(address);
  const left = portions[Symbol.iterator]();
  let bytes = 0;
  let begun = performance.now();
  for (;;) {
    while (wanted() && socket.isFull()) await socket.drained();
    if (!wanted()) return;
    const { value: portion, done } = left.next(); // made when it can be told: it may be large
    if (done) break;
    if (portion) socket.answer(framed(portion));
    bytes += portion?.byteLength ?? 0;
    if (bytes < AT_ONCE && performance.now() - begun < TURN) continue;
    await turn();
    bytes = 0;
    begun = performance.now();
  }
  socket.answer(stepTwoFrame(address, NOTHING));
}
