/** The HTTP request that becomes a WebSocket: where it may be opened, and from which pages. */
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { UUID } from '../../identity/spelling.ts';
import { requestIdOf } from '../../observe/request-id.ts';

/** Where a socket was opened: at a diagram, or where it may carry several documents. */
export type Place = { kind: 'diagram'; threatModel: string; diagram: string } | { kind: 'shared' };

const DIAGRAM_PATH = /^\/threat_models\/([^/]+)\/diagrams\/([^/]+)\/ws$/;

/** @param url as the request has it; @returns null if no WebSocket lives there */
export function placeOf(url: string): Place | null {
  const path = url.split('?', 1)[0]!;
  if (path === '/ws') return { kind: 'shared' };
  const [, threatModel, diagram] = DIAGRAM_PATH.exec(path) ?? [];
  if (!threatModel || !diagram || !UUID.test(threatModel) || !UUID.test(diagram)) return null;
  return { kind: 'diagram', threatModel: threatModel.toLowerCase(), diagram: diagram.toLowerCase() };
}

/** Answers an upgrade with a plain status, and hangs up: the HTTP server has forgotten the connection (RU7). */
export function refuseUpgrade({ headers }: IncomingMessage, socket: Duplex, status: 403 | 404 | 503): void {
  socket.on('error', () => {}); // it may be gone already
  socket.once('finish', () => socket.destroy());
  const id = requestIdOf(headers['x-request-id']);
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nX-Request-Id: ${id}`;
  socket.end(`${head}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** The request as Hocuspocus wants it. */
export function asWebRequest(request: IncomingMessage): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    for (const single of Array.isArray(value) ? value : [value ?? '']) headers.append(name, single);
  }
  return new Request(new URL(request.url ?? '/', 'http://localhost'), { headers });
}
