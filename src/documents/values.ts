/**
 * Values within values, counted. A list, an object or bytes take two bytes where they are written, and a hundred in
 * memory; an object takes more for each name that no other has, so a name counts as a value.
 */
import * as decoding from 'lib0/decoding';
import { isNested } from '../json.ts';

/** How lib0 marks them. */
const [LIST, OBJECT] = [117, 118];

/** Reads a value as lib0 does. @param count called before each value and name is read */
export function readCounted(decoder: decoding.Decoder, count: () => void): unknown {
  count();
  const kind = decoder.arr[decoder.pos];
  if (kind !== LIST && kind !== OBJECT) return decoding.readAny(decoder);
  decoder.pos += 1;
  const length = decoding.readVarUint(decoder);
  if (kind === LIST) {
    const list: unknown[] = [];
    for (let index = 0; index < length; index += 1) list.push(readCounted(decoder, count));
    return list;
  }
  const object: Record<string, unknown> = {};
  for (let index = 0; index < length; index += 1) {
    count();
    const name = decoding.readVarString(decoder);
    object[name] = readCounted(decoder, count);
  }
  return object;
}

/** A value, and all that is in it; level by level, never by recursion. */
export function valuesIn(value: unknown): number {
  let count = 1;
  let level = isNested(value) ? [value] : [];
  while (level.length > 0) {
    const next: object[] = [];
    for (const nested of level) {
      const members: unknown[] = Array.isArray(nested) ? nested : Object.values(nested);
      count += members === nested ? members.length : 2 * members.length;
      for (const member of members) if (isNested(member)) next.push(member);
    }
    level = next;
  }
  return count;
}

const [QUOTE, BACKSLASH, COMMA, BRACKET, BRACE] = ['"', '\\', ',', '[', '{'].map((sign) => sign.charCodeAt(0));

/** How many values JSON says, told before it is parsed: without the names, but what is empty counts as two. @param json UTF-8 */
export function valuesInJson(json: Uint8Array): number {
  let count = 1;
  let inString = false;
  for (let index = 0; index < json.length; index += 1) {
    const byte = json[index];
    if (byte === QUOTE) inString = !inString;
    else if (inString) index += byte === BACKSLASH ? 1 : 0;
    else if (byte === COMMA || byte === BRACKET || byte === BRACE) count += 1;
  }
  return count;
}
