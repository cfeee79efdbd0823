/** The HTTP server's beginning and end. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** How long requests that are under way may take to end, ms. */
const PATIENCE = 1000;

/** How long a connection is kept on which nothing is asked, ms: longer than proxies keep theirs, or they would ask on one that ends. */
const KEPT = 75_000;

/**
 * Whoever asks for a WebSocket is handed over with their connection. Whoever offers another protocol beside HTTP/1.1, as
 * Java's client does by itself (h2c), is answered as if they had not (RFC 9110, 7.8): Node hands over those too, unless
 * it is told.
 */
export function createListener(
  handle: RequestListener,
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void,
): Server {
  const shouldUpgradeCallback = ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket';
  return createServer({ shouldUpgradeCallback }, handle).on('upgrade', upgrade);
}

/** @returns the address that people type; @throws what kept it from listening, as `listen` of the system says it */
export async function listen(server: Server, { host, port }: { host: string; port: number }): Promise<string> {
  server.keepAliveTimeout = KEPT;
  await new Promise<void>((resolve, reject) => {
    // A name that cannot be looked up is told as anybody else's would be, the database's for instance.
    const fail = (error: Error) => reject(Object.assign(error, { syscall: 'listen', address: host, port }));
    server.once('error', fail).listen(port, host, resolve);
  });
  const here = ['127.0.0.1', '::1', '0.0.0.0', '::'].includes(host);
  const named = here ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${named}:${(server.address() as AddressInfo).port}`;
}

/** Takes no further connection, lets requests end, and cuts off what does not. */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const impatience = setTimeout(() => server.closeAllConnections(), PATIENCE);
  await closed;
  clearTimeout(impatience);
}
