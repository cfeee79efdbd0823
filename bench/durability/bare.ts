/**
 * The peer: Hocuspocus 4.7 as it comes, on the same WebSocket library as ours, in memory. It stores nothing. A document
 * that is named `stored:<name>` is loaded first, as its usual database extension would: one row with all bytes.
 * Argument: the database's URL.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Hocuspocus } from '@hocuspocus/server';
import { WebSocketServer } from 'ws';
import { applyUpdate } from 'yjs';
import { openDatabase } from '../../src/database/database.ts';
import { asWebRequest } from '../../src/sync/upgrade.ts';

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
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
const http = createServer();
http.on('upgrade', (request, socket, head) => {
  sockets.handleUpgrade(request, socket, head, (ws) => {
    const client = hocuspocus.handleConnection(ws as never, asWebRequest(request));
    ws.on('message', (bytes: Buffer) => client.handleMessage(bytes));
    ws.on('close', (code, reason) => client.handleClose({ code, reason: reason.toString() }));
    ws.on('error', () => {});
  });
});
http.listen(0, '127.0.0.1', () => {
  process.stdout.write(`bare Hocuspocus is running at http://127.0.0.1:${(http.address() as AddressInfo).port}\n`);
});
