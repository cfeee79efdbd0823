/** WebSocket messages as they are written, read by the library that browsers' peers use. */
import { createServer, type AddressInfo } from 'node:net';
import { createHash } from 'node:crypto';
import { afterAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { inMessages } from '../../../src/sync/socket/messages.ts';

const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const sizes = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000];
const payloads = sizes.map((size) => new Uint8Array(size).map((_, index) => (index * 7 + size) % 251));

/** Answers a handshake, and with it all messages. */
const server = createServer((socket) => {
  socket.once('data', (request) => {
    const [, key] = /sec-websocket-key: (\S+)/i.exec(String(request))!;
    const accept = createHash('sha1')
      .update(key + MAGIC)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.write(inMessages(payloads));
  });
});
afterAll(() => server.close());

it('several messages side by side are read as they were, whatever their sizes', async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const ws = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const heard: Buffer[] = [];
  await new Promise<void>((resolve, reject) => {
    ws.on('error', reject);
    ws.on('message', (message: Buffer, isBinary) => {
      expect(isBinary).toBe(true);
      if (heard.push(message) === payloads.length) resolve();
    });
  });
  ws.terminate();
  expect(heard.map((message) => Buffer.compare(message, Buffer.from(payloads[heard.indexOf(message)]!)))).toEqual(
    payloads.map(() => 0),
  );
});
