/** The content of an awareness frame, as `y-protocols` writes it: for each client its id, its clock and its state. */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { Refusal } from '../../refusal.ts';

export interface AwarenessEntry {
  id: number;
  clock: number;
  /** The state as JSON; `null` for a client that leaves. */
  json: string;
}

/** Nobody counts so far honestly; beyond it, clocks that the server raises would leave the range of safe integers. */
export const LAST_CLOCK = 2 ** 50;

/**
 * @param most of an update that says it has more entries none is read
 * @throws Refusal `invalid` for bytes that are no awareness update
 */
export function readAwareness(update: Uint8Array, most = Infinity): AwarenessEntry[] {
  try {
    const decoder = decoding.createDecoder(update);
    const entries: AwarenessEntry[] = [];
    const length = decoding.readVarUint(decoder);
    if (length > most) return [];
    for (let left = length; left > 0; left -= 1) {
      const [id, clock] = [decoding.readVarUint(decoder), decoding.readVarUint(decoder)];
      entries.push({ id, clock, json: decoding.readVarString(decoder) });
    }
    return entries;
  } catch {
    throw new Refusal('invalid');
  }
}

export function writeAwareness(...entries: AwarenessEntry[]): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, entries.length);
  for (const { id, clock, json } of entries) {
    encoding.writeVarUint(encoder, id);
    encoding.writeVarUint(encoder, clock);
    encoding.writeVarString(encoder, json);
  }
  return encoding.toUint8Array(encoder);
}
