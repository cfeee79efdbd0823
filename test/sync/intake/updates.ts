/** What a client sends, as a decision on it is given it. */
import * as Y from 'yjs';
import { decodeUpdate, type DecodedUpdate } from '../../../src/documents/update.ts';

export const CLIENT = 7;

/** Updates of one client, each of which builds on those before. */
export function updates(count: number): DecodedUpdate[] {
  const document = new Y.Doc();
  document.clientID = CLIENT;
  const made: DecodedUpdate[] = [];
  document.on('update', (update: Uint8Array) => made.push(decodeUpdate(update)));
  for (let number = 0; number < count; number += 1) document.getMap('cells').set('a', number);
  return made;
}
