/**
 * An editor's connection as raw bytes on a TCP socket: the Hocuspocus protocol in WebSocket frames, with hardly any work
 * per frame, so that a thousand of them fit beside a server on two cores. (Frames of a client must be masked; a mask of
 * zeros leaves them as they are.)
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import type { Desk } from './place.ts';

export interface EditorConnection {
  /** Resolves when the document's content has come. */
  readonly synced: Promise<void>;
  update(update: Uint8Array): void;
  close(): void;
}

export interface EditorEvents {
  /** An update was acknowledged; `saved` false: refused. */
  acknowledged(saved: boolean): void;
  /** Content came: an update, or the answer to the handshake. */
  content(update: Uint8Array): void;
  closed(reason: string): void;
}

const [SYNC, AUTH, SYNC_STATUS] = [0, 2, 8];
const [BINARY, CLOSE, PING] = [2, 8, 9];
const NOTHING = new Uint8Array([0, 0]);

/** @param wantsContent whether `content` is called for updates */
export function openConnection(desk: Desk, wantsContent: boolean, events: EditorEvents): EditorConnection {
  const { hostname, port, pathname } = new URL(desk.url);
  const { promise: synced, resolve } = Promise.withResolvers<void>();
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  const handshake = [
    `GET ${pathname} HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
  ];
  socket.write(`${handshake.join('\r\n')}\r\n\r\n`);
  const address = frame((encoder) => encoding.writeVarString(encoder, desk.name));
  const send = (...body: number[]) => sendFrame(socket, BINARY, Buffer.concat([address, Buffer.from(body)]));
  const sendSync = (kind: number, payload: Uint8Array) => {
    const body = frame((encoder) => {
      encoding.writeVarUint(encoder, SYNC);
      encoding.writeVarUint(encoder, kind);
      encoding.writeVarUint8Array(encoder, payload);
    });
    sendFrame(socket, BINARY, Buffer.concat([address, body]));
  };

  function authenticate(): void {
    const body = frame((encoder) => {
      encoding.writeVarUint(encoder, AUTH);
      encoding.writeVarUint(encoder, 0);
      encoding.writeVarString(encoder, desk.token);
    });
    sendFrame(socket, BINARY, Buffer.concat([address, body]));
    send(SYNC, 0, 1, 0); // a step 1: the state vector of nothing is a single zero
  }

  function receive(message: Buffer): void {
    if (message.byteLength === 1) return sendFrame(socket, BINARY, Buffer.from([10])); // a ping, answered by a pong
    const at = address.byteLength; // whatever comes is for this document
    const type = message[at];
    if (type === SYNC_STATUS) return events.acknowledged(message[at + 1] === 1);
    if (type === AUTH && message[at + 1] === 1) return events.closed('permission denied');
    if (type !== SYNC) return;
    const kind = message[at + 1];
    if (kind === 0) return sendSync(1, NOTHING);
    if (wantsContent) events.content(decoding.readVarUint8Array(decoding.createDecoder(message.subarray(at + 2))));
    if (kind === 1) resolve();
  }

  let upgraded = false;
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = rest.byteLength === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (!upgraded) {
      const end = rest.indexOf('\r\n\r\n');
      if (end === -1) return;
      if (!rest.subarray(0, end).includes('101')) return events.closed(rest.subarray(0, end).toString());
      upgraded = true;
      rest = rest.subarray(end + 4);
      authenticate();
    }
    for (let read = readFrame(rest); read; read = readFrame(rest)) {
      rest = rest.subarray(read.length);
      if (read.code === BINARY) receive(read.payload);
      else if (read.code === PING) sendFrame(socket, 10, read.payload);
      else if (read.code === CLOSE) events.closed(`${read.payload.readUInt16BE(0)} ${read.payload.subarray(2)}`);
    }
  });
  socket.on('error', (error) => events.closed(error.message));
  return { synced, update: (update) => sendSync(2, update), close: () => socket.destroy() };
}

const frame = (write: (encoder: encoding.Encoder) => void) => Buffer.from(encoding.encode(write));

function sendFrame(socket: Socket, code: number, payload: Uint8Array): void {
  const length = payload.byteLength;
  const head = Buffer.alloc(length < 126 ? 6 : 8);
  head[0] = 0x80 | code;
  head[1] = 0x80 | (length < 126 ? length : 126);
  if (length >= 126) head.writeUInt16BE(length, 2);
  if (length > 65_535) throw new Error('no editor here sends so much');
  socket.write(Buffer.concat([head, payload]));
}

/** The first frame of some bytes, null if it is not there as a whole. Servers do not mask, and ours do not fragment. */
function readFrame(bytes: Buffer): { code: number; payload: Buffer; length: number } | null {
  if (bytes.byteLength < 2) return null;
  const short = bytes[1]! & 127;
  const head = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.byteLength < head) return null;
  const size = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const length = head + size;
  return bytes.byteLength < length ? null : { code: bytes[0]! & 15, payload: bytes.subarray(head, length), length };
}
