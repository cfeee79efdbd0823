/**
 * The peer: Hocuspocus 4.7 with its own Redis extension, on the same WebSocket library as ours. It stores nothing.
 * Argument: the port of Redis. Both packages are the peer's (`bench/package.json`), so that it runs as it is published.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Hocuspocus } from '@hocuspocus/server';
import { WebSocketServer } from 'ws';
import { asWebRequest } from '../../src/sync/upgrade.ts';

const packages = ['@hocuspocus/server', '@hocuspocus/extension-redis'];
const [server, extension] = (await Promise.all(packages.map((name) => import(name)))) as [
  { Hocuspocus: typeof Hocuspocus },
  { Redis: new (options: object) => object },
];
const redis = new extension.Redis({ host: '127.0.0.1', port: Number(process.argv[2]) });
const hocuspocus = new server.Hocuspocus({ quiet: true, extensions: [redis] });
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
  process.stdout.write(`stock Hocuspocus is running at http://127.0.0.1:${(http.address() as AddressInfo).port}\n`);
});
