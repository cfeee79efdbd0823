/** A socket that speaks the protocol by hand, for what a provider would never send. */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import WebSocket from 'ws';
import * as Y from 'yjs';

export interface RawSocket {
  ws: WebSocket;
  /** What came, apart from the ping. */
  received: { address: string; type: number; detail: number; bytes: Uint8Array }[];
  closed: Promise<{ code: number; reason: string }>;
  opened: Promise<void>;
  /** Resolves when the server's ping has come and was answered. */
  pinged: Promise<void>;
  send(address: string, type: number, write?: (encoder: encoding.Encoder) => void): void;
  auth(address: string, token: string): void;
  /** A frame of type sync: 0 step 1, 1 step 2, 2 update. */
  sync(address: string, detail: 0 | 1 | 2, payload: Uint8Array): void;
  close(): void;
}

const SYNC = 0;
const AUTH = 2;

export const NO_STATE = Y.encodeStateVector(new Y.Doc());

/** @param options.autoPong whether pings of the WebSocket itself are answered */
export function openRaw(
  url: string,
  options: { headers?: Record<string, string>; autoPong?: boolean } = {},
): RawSocket {
  const ws = new WebSocket(url, { headers: options.headers ?? {}, autoPong: options.autoPong ?? true });
  const received: RawSocket['received'] = [];
  const { promise: closed, resolve: close } = Promise.withResolvers<{ code: number; reason: string }>();
  const { promise: opened, resolve: open, reject } = Promise.withResolvers<void>();
  opened.catch(() => {});
  const { promise: pinged, resolve: ponged } = Promise.withResolvers<void>();
  ws.on('open', open);
  ws.on('error', reject);
  ws.on('close', (code, reason) => close({ code, reason: reason.toString() }));
  ws.on('message', (data: Buffer) => {
    if (data.byteLength === 1) {
      ws.send(new Uint8Array([10]));
      ponged();
      return;
    }
    const decoder = decoding.createDecoder(data);
    const address = decoding.readVarString(decoder);
    const type = decoding.readVarUint(decoder);
    const detail = decoding.hasContent(decoder) ? decoding.peekVarUint(decoder) : 0;
    received.push({ address, type, detail, bytes: data.subarray(decoder.pos) });
  });
  const send: RawSocket['send'] = (address, type, write) => {
    ws.send(
      encoding.encode((encoder) => {
        encoding.writeVarString(encoder, address);
        encoding.writeVarUint(encoder, type);
        write?.(encoder);
      }),
    );
  };
  return {
    ws,
    received,
    closed,
    opened,
    pinged,
    send,
    auth: (address, token) =>
      send(address, AUTH, (encoder) => {
        encoding.writeVarUint(encoder, 0);
        encoding.writeVarString(encoder, token);
      }),
    sync: (address, detail, payload) =>
      send(address, SYNC, (encoder) => {
        encoding.writeVarUint(encoder, detail);
        encoding.writeVarUint8Array(encoder, payload);
      }),
    close: () => ws.terminate(),
  };
}

/** The text that a frame carries, from its second number on (permission-denied) or its first (close, stateless). */
export function textOf({ bytes }: { bytes: Uint8Array }, skip = 0): string {
  const decoder = decoding.createDecoder(bytes);
  for (let index = 0; index < skip; index += 1) decoding.readVarUint(decoder);
  return decoding.readVarString(decoder);
}
