/** A call with exactly the headers that are given: `fetch` adds some of its own, and never sends half a thing. */
import { request, type Agent, type IncomingHttpHeaders } from 'node:http';

export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
  /** Of a JSON answer. */
  readonly json: any;
}

export interface RawOptions {
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  agent?: Agent;
}

/** Sends a body with its length, unless `transfer-encoding` is among the headers. */
export function rawCall(
  url: string,
  method: string,
  path: string,
  { headers = {}, body, agent }: RawOptions = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const length =
    body === undefined || 'transfer-encoding' in headers ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const sent = request(
      { hostname, port, method, path, headers: { ...length, ...headers }, ...(agent && { agent }) },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const bytes = Buffer.concat(chunks);
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            bytes,
            get json() {
              return JSON.parse(bytes.toString());
            },
          });
        });
        answer.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
