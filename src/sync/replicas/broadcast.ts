/**
 * What was applied to a document goes out to everybody who has it open, as it was logged. Hocuspocus would have Yjs
 * encode it once more and frame it for each connection; here it is framed once for all who share an address.
 */
import type { Document } from '@hocuspocus/server';
import type { Context } from '../channel.ts';
import { updateFramesTo } from '../frames.ts';
import { inMessages } from '../socket/messages.ts';

/** @returns what sends Yjs updates, in order, to all who have a document open */
export function createBroadcast(document: Document): (updates: readonly Uint8Array[]) => void {
  let address = '';
  let framed = updateFramesTo(address);
  return (updates) => {
    let messages: Buffer | null = null;
    for (const { messageAddress, context } of document.connections.keys()) {
      if (messageAddress !== address) {
        address = messageAddress;
        framed = updateFramesTo(address);
        messages = null;
      }
      messages ??= inMessages(updates.map(framed));
      (context as Context).channel.write(messages);
    }
  };
}

/** Takes the broadcasting of content over from Hocuspocus. */
export function silence(document: Document): void {
  document._observers.delete('update');
}
