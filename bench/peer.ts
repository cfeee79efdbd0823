/** Serves a Hocuspocus, ours to compare with, on the same WebSocket library as ours, and says where on the first line. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Hocuspocus } from '@hocuspocus/server';
import { WebSocketServer } from 'ws';
import { asWebRequest } from '../src/sync/socket/upgrade.ts';

export function servePeer(hocuspocus: Hocuspocus, name: string): void {
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
    process.stdout.write(`${name} is running at http://127.0.0.1:${(http.address() as AddressInfo).port}\n`);
  });
}
