/**
 * Whether the server has what a document holds, asked by REST: after an end nothing is acknowledged any more, but another
 * tab with the same copy may have brought it there, or the last acknowledgement was lost on its way.
 */
import * as Y from 'yjs';

/** @param read gives the content as the server has it, one update; where it cannot be read nothing is known to be there */
export async function isStored(document: Y.Doc, read: () => Promise<Uint8Array>): Promise<boolean> {
  const content = await read().catch(() => null);
  if (content === null) return false;
  const stored = new Y.Doc();
  Y.applyUpdate(stored, content);
  return Y.snapshotContainsUpdate(Y.snapshot(stored), Y.encodeStateAsUpdate(document));
}
