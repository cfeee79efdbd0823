/**
 * Stored bytes, read and written in pieces, because the driver reads and writes each at a stretch. What was read is put
 * together again a few pieces in each turn of the event loop; what is written, by the database. What is large is put where
 * the workshop's thread can read it too: to copy it for the thread, this one would have to stand still.
 */
import { randomUUID } from 'node:crypto';
import type { SqlExecutor } from '../database/database.ts';
import { turn } from '../waiting/turn.ts';
import { bytesOf } from './row.ts';

/** The driver makes a text of each, twice as long: longer ones V8 would have to treat as large objects. */
const PIECE = 49_152;
/** What is written goes in larger pieces, each in a statement of its own. */
const WRITTEN = 1_048_576;
/** How many bytes are put together in one turn. */
const TOGETHER = 524_288;
/** From how many bytes on work is done in the thread. */
export const LARGE = 131_072;

/** A row of the answer: of what was found where its bytes go on. */
export interface Piece {
  seq: string;
  piece: number;
  bytes: Uint8Array;
}

/**
 * A question in SQL whose answer comes in pieces.
 * @param columns those that tell what is found apart
 * @param source a question that finds these and `bytes`
 */
export function inPieces(columns: string, source: string): string {
  return `select ${columns}, piece, substring(whole from piece * ${PIECE} + 1 for ${PIECE}) as bytes
  from (select ${columns}, bytes || ''::bytea as whole from (${source}) as found offset 0) as stored,
    generate_series(0, (length(whole) - 1) / ${PIECE}) as piece`;
}

/** What came in pieces, in order of sequence numbers. */
export async function assembled(pieces: readonly Piece[]): Promise<{ seq: number; bytes: Uint8Array }[]> {
  const ordered = pieces
    .map(({ seq, piece, bytes }) => ({ seq: Number(seq), piece, bytes }))
    .sort((a, b) => a.seq - b.seq || a.piece - b.piece);
  const room = await joined(ordered.map(({ bytes }) => bytes));
  const starts: { seq: number; start: number }[] = [];
  let end = 0;
  for (const { seq, piece, bytes } of ordered) {
    if (piece === 0) starts.push({ seq, start: end });
    end += bytes.byteLength;
  }
  return starts.map(({ seq, start }, index) => ({ seq, bytes: room.subarray(start, starts[index + 1]?.start ?? end) }));
}

/** Bytes as they stand in a statement: an expression of SQL, and the value of its parameter. */
export interface Sent {
  expression: string;
  value: unknown;
}

/**
 * Sends bytes ahead of the statement that stores them, if they are large.
 * @param parameter the parameter that the statement leaves for them, such as `$2`
 * @returns what stands for them, in this transaction
 */
export async function send(transaction: SqlExecutor, bytes: Uint8Array, parameter: string): Promise<Sent> {
  if (bytes.byteLength <= WRITTEN) return { expression: parameter, value: bytes };
  await transaction.query(
    'create temporary table if not exists piece (whole uuid, place int, bytes bytea) on commit drop',
  );
  const whole = randomUUID();
  for (let place = 0; place * WRITTEN < bytes.byteLength; place += 1)
    await transaction.query('insert into piece values ($1, $2, $3)', [
      whole,
      place,
      bytes.subarray(place * WRITTEN, (place + 1) * WRITTEN),
    ]);
  return {
    expression: `(select string_agg(bytes, ''::bytea order by place) from piece where whole = ${parameter})`,
    value: whole,
  };
}

/** Bytes put together, if they are large in turns with everything else, and where the thread can read them. */
export async function joined(parts: readonly Uint8Array[]): Promise<Uint8Array> {
  const room = roomFor(bytesOf(parts));
  let [end, since] = [0, 0];
  for (const part of parts) {
    if (since >= TOGETHER) {
      await turn();
      since = 0;
    }
    room.set(part, end);
    end += part.byteLength;
    since += part.byteLength;
  }
  return room;
}

/** Bytes that are already where the thread can read them, or are too few to matter, or a copy that is. */
export function shareable(bytes: Uint8Array): Uint8Array {
  if (bytes.buffer instanceof SharedArrayBuffer || bytes.byteLength < LARGE) return bytes;
  const room = roomFor(bytes.byteLength);
  room.set(bytes);
  return room;
}

const roomFor = (length: number) =>
  new Uint8Array(length < LARGE ? new ArrayBuffer(length) : new SharedArrayBuffer(length));
