/**
 * The peer: Hocuspocus 4.7 as it comes, on the same WebSocket library as ours, in memory. It stores nothing. A document
 * that is named `stored:<name>` is loaded first, as its usual database extension would: one row with all bytes.
 * Argument: the database's URL.
 */
import { Hocuspocus } from '@hocuspocus/server';
import { applyUpdate } from 'yjs';
import { openDatabase } from '../../src/database/database.ts';
import { servePeer } from '../peer.ts';

const database = await openDatabase({ url: process.argv[2]! });
const hocuspocus = new Hocuspocus({
  quiet: true,
  async onLoadDocument({ document, documentName }) {
    if (!documentName.startsWith('stored:')) return;
    const [row] = await database.log.query<{ bytes: Uint8Array }>('select bytes from peer_document where name = $1', [
      documentName,
    ]);
    applyUpdate(document, row!.bytes);
  },
});
servePeer(hocuspocus, 'bare Hocuspocus');
