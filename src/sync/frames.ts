/**
 * The frames of the Hocuspocus protocol, as far as the server looks at them itself. A frame is an address, a type and
 * what belongs to it; the address is a document's name, with `\0` and a session behind it where a client has the same
 * document open several times on one socket. Ping and pong are single bytes without an address.
 */
import { AuthMessageType } from '@hocuspocus/common';
import { MessageType } from '@hocuspocus/server';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { messageYjsSyncStep1, messageYjsSyncStep2, messageYjsUpdate } from 'y-protocols/sync';

/** The first thing that a socket is sent. A provider empties its offline queue before it answers. */
export const PING = new Uint8Array([MessageType.Ping]);

export type Frame =
  | { kind: 'pong' }
  | { kind: 'step1'; address: string; stateVector: Uint8Array }
  | { kind: 'step2' | 'update' | 'awareness'; address: string; update: Uint8Array }
  | { kind: 'auth' | 'close' | 'query' | 'other'; address: string };

const LONGEST_ADDRESS = 512;

/**
 * What a frame carries is not read: of somebody whom nobody knows yet it may be a million entries, at a stretch.
 * @returns null for what no client has any business to send, or what cannot be read to its end
 */
export function decodeFrame(bytes: Uint8Array): Frame | null {
  if (bytes.byteLength === 1 && bytes[0] === MessageType.Pong) return { kind: 'pong' };
  try {
    const decoder = decoding.createDecoder(bytes);
    const address = decoding.readVarString(decoder);
    if (address.length > LONGEST_ADDRESS) return null;
    const type = decoding.readVarUint(decoder);
    if (type === MessageType.Sync) return decodeSync(decoder, address);
    if (type === MessageType.Awareness)
      return { kind: 'awareness', address, update: decoding.readVarUint8Array(decoder) };
    if (type === MessageType.Auth) return decodeAuth(decoder, address);
    if (type === MessageType.CLOSE) return { kind: 'close', address };
    if (type === MessageType.QueryAwareness) return { kind: 'query', address };
    if (type !== MessageType.Stateless) return null;
    decoding.readVarString(decoder);
    return { kind: 'other', address };
  } catch {
    return null;
  }
}

function decodeAuth(decoder: decoding.Decoder, address: string): Frame | null {
  if (decoding.readVarUint(decoder) !== AuthMessageType.Token) return null;
  decoding.readVarString(decoder); // the token
  if (decoding.hasContent(decoder)) decoding.readVarString(decoder); // the provider's version
  return { kind: 'auth', address };
}

function decodeSync(decoder: decoding.Decoder, address: string): Frame | null {
  const type = decoding.readVarUint(decoder);
  const payload = decoding.readVarUint8Array(decoder);
  if (type === messageYjsSyncStep1) return { kind: 'step1', address, stateVector: payload };
  if (type === messageYjsSyncStep2) return { kind: 'step2', address, update: payload };
  if (type === messageYjsUpdate) return { kind: 'update', address, update: payload };
  return null;
}

/** The name of the document that an address belongs to. */
export function documentName(address: string): string {
  const end = address.indexOf('\0');
  return end === -1 ? address : address.slice(0, end);
}

/** What Hocuspocus sends, as far as we have to know of it. */
export function outgoingKind(bytes: Uint8Array): 'step1' | 'step2' | 'denied' | 'close' | 'other' {
  const decoder = decoding.createDecoder(bytes);
  const addressLength = decoding.readVarUint(decoder);
  decoder.pos += addressLength;
  const type = decoding.readVarUint(decoder);
  if (type === MessageType.CLOSE) return 'close';
  if (type !== MessageType.Sync && type !== MessageType.Auth) return 'other';
  const detail = decoding.readVarUint(decoder);
  if (type === MessageType.Auth) return detail === AuthMessageType.PermissionDenied ? 'denied' : 'other';
  if (detail === messageYjsUpdate) return 'other';
  return detail === messageYjsSyncStep1 ? 'step1' : 'step2';
}

function frame(address: string, type: number, write: (encoder: encoding.Encoder) => void): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarString(encoder, address);
    encoding.writeVarUint(encoder, type);
    write(encoder);
  });
}

/** Tells a provider that one of its updates is saved, or that it is not going to be. */
export function syncStatusFrame(address: string, saved: boolean): Uint8Array {
  return frame(address, MessageType.SyncStatus, (encoder) => encoding.writeVarUint(encoder, saved ? 1 : 0));
}

/** What a provider lacked. */
export const stepTwoFrame = (address: string, update: Uint8Array) => syncFrame(address, messageYjsSyncStep2, update);

/** @returns what makes the frame of an update to an address: all begin alike */
export function updateFramesTo(address: string): (update: Uint8Array) => Uint8Array {
  const beginning = frame(address, MessageType.Sync, (encoder) => encoding.writeVarUint(encoder, messageYjsUpdate));
  return (update) => {
    const size = update.byteLength;
    const bytes = Buffer.allocUnsafe(beginning.byteLength + varUintSize(size) + size);
    bytes.set(beginning);
    bytes.set(update, writeVarUint(bytes, beginning.byteLength, size));
    return bytes;
  };
}

const varUintSize = (value: number): number => (value < 128 ? 1 : 1 + varUintSize(Math.floor(value / 128)));

/** Writes a whole number as lib0 does. @returns where it ends */
function writeVarUint(bytes: Uint8Array, at: number, value: number): number {
  let [end, left] = [at, value];
  for (; left >= 128; left = Math.floor(left / 128)) bytes[end++] = 128 | (left % 128);
  bytes[end] = left;
  return end + 1;
}

/** Asks a provider for everything that a state vector does not cover. */
export const stepOneFrame = (address: string, stateVector: Uint8Array) =>
  syncFrame(address, messageYjsSyncStep1, stateVector);

function syncFrame(address: string, step: number, payload: Uint8Array): Uint8Array {
  return frame(address, MessageType.Sync, (encoder) => {
    encoding.writeVarUint(encoder, step);
    encoding.writeVarUint8Array(encoder, payload);
  });
}

/** @param payload JSON */
export function statelessFrame(address: string, payload: string): Uint8Array {
  return frame(address, MessageType.Stateless, (encoder) => encoding.writeVarString(encoder, payload));
}

export function closeFrame(address: string, reason: string): Uint8Array {
  return frame(address, MessageType.CLOSE, (encoder) => encoding.writeVarString(encoder, reason));
}
