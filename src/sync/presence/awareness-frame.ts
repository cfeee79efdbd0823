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
const LAST_CLOCK = 2 ** 50;

/** @throws Refusal `invalid` for bytes that are no awareness update */
export function readAwareness(update: Uint8Array): AwarenessEntry[] {
  try {
    const decoder = decoding.createDecoder(update);
    const entries: AwarenessEntry[] = [];
    for (let left = decoding.readVarUint(decoder); left > 0; left -= 1) {
      const [id, clock] = [decoding.readVarUint(decoder), decoding.readVarUint(decoder)];
      if (clock > LAST_CLOCK) throw new Refusal('invalid');
      entries.push({ id, clock, json: decoding.readVarString(decoder) });
    }
    return entries;
  } catch {
    throw new Refusal('invalid');
  }
}

export function writeAwareness({ id, clock, json }: AwarenessEntry): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 1);
  encoding.writeVarUint(encoder, id);
  encoding.writeVarUint(encoder, clock);
  encoding.writeVarString(encoder, json);
  return encoding.toUint8Array(encoder);
}
