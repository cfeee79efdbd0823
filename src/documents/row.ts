/**
 * A row of the log as bytes: the updates of one commit side by side, each with its length; and the message that tells
 * other nodes of it. What does not read as a message is no message, and a large row is only pointed at.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

/** What was committed to a diagram's log under one sequence number. */
export interface CommittedRow {
  diagram: string;
  seq: number;
  /** What `joinUpdates` made. */
  bytes: Uint8Array;
}

/** A message about a row; `bytes` null: too large to send, read it from the log. */
export interface RowMessage {
  seq: number;
  bytes: Uint8Array | null;
}

const LARGE = 262_144;

/** The channel of the bus on which the committed rows of a diagram are told. */
export const rowChannel = (diagram: string) => `document:${diagram}`;

export function joinUpdates(updates: readonly Uint8Array[]): Uint8Array {
  return encoding.encode((encoder) => updates.forEach((update) => encoding.writeVarUint8Array(encoder, update)));
}

/** @throws if the bytes are not what `joinUpdates` makes */
export function splitUpdates(bytes: Uint8Array): Uint8Array[] {
  const decoder = decoding.createDecoder(bytes);
  const updates: Uint8Array[] = [];
  while (decoding.hasContent(decoder)) updates.push(decoding.readVarUint8Array(decoder));
  return updates;
}

/** How many bytes updates, or rows, take together. */
export const bytesOf = (all: readonly Uint8Array[]) => all.reduce((sum, { byteLength }) => sum + byteLength, 0);

export function encodeRowMessage(row: CommittedRow): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, row.seq);
    encoding.writeVarUint8Array(encoder, row.bytes.byteLength > LARGE ? new Uint8Array(0) : row.bytes);
  });
}

/** @returns null for what `encodeRowMessage` cannot have written */
export function decodeRowMessage(payload: Uint8Array): RowMessage | null {
  try {
    const decoder = decoding.createDecoder(payload);
    const seq = decoding.readVarUint(decoder);
    const bytes = decoding.readVarUint8Array(decoder);
    if (decoder.pos !== payload.byteLength) return null;
    return { seq, bytes: bytes.byteLength === 0 ? null : bytes };
  } catch {
    return null;
  }
}
