/**
 * What was applied to a document goes out to everybody who has it open, as it was logged. Hocuspocus would have Yjs
 * encode it once more and frame it for each connection; here it is framed once for all who share an address.
 */
import type { Document } from '@hocuspocus/server';
import type { Context } from './channel.ts';
import { updateFrame } from './frames.ts';
import { inMessages } from './messages.ts';

/** @param updates Yjs updates, in order */
export function broadcast(document: Document, updates: readonly Uint8Array[]): void {
  let address: string | null = null;
  let messages = inMessages([]);
  for (const { messageAddress, context } of document.connections.keys()) {
    if (messageAddress !== address) {
      address = messageAddress;
      messages = inMessages(updates.map((update) => updateFrame(messageAddress, update)));
    }
    (context as Context).channel.write(messages);
  }
}

/** Takes the broadcasting of content over from Hocuspocus. */
export function silence(document: Document): void {
  document._observers.delete('update');
}
