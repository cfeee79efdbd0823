/**
 * What a document holds besides bytes. In memory a struct takes a hundred bytes, as a value within one may, and a type,
 * such as a map, more than a kilobyte, where two to six bytes say that there is one: of these a document has only so
 * many (DO4).
 *
 * While a document is open they are counted as they come. What goes is not: only when there seem to be too many they are
 * counted anew, and then not again before a good deal has come.
 */
import * as Y from 'yjs';
import { isNested } from '../json.ts';
import { valuesIn } from './values.ts';

export interface Held {
  types: number;
  structs: number;
  values: number;
}

export const MOST: Held = { types: 400_000, structs: 5_000_000, values: 4_000_000 };
/** The part of it that comes before they are counted again. */
const PART = 0.1;

export const isTooMuch = ({ types, structs, values }: Held, most = MOST) =>
  types > most.types || structs > most.structs || values > most.values;

function add(held: Held, structs: readonly unknown[], from = 0): void {
  held.structs += structs.length - from;
  for (let index = from; index < structs.length; index += 1) {
    const struct = structs[index];
    if (!(struct instanceof Y.Item)) continue;
    if (struct.content instanceof Y.ContentType) held.types += 1;
    else held.values += valuesOf(struct);
  }
}

function valuesOf({ content }: Y.Item): number {
  if (content instanceof Y.ContentAny || content instanceof Y.ContentJSON) {
    let count = 0;
    for (const value of content.arr as unknown[]) count += isNested(value) ? valuesIn(value) : 1;
    return count;
  }
  if (content instanceof Y.ContentEmbed) return valuesIn(content.embed);
  return content instanceof Y.ContentFormat ? valuesIn(content.value) : 0;
}

/** @param more structs that it does not have yet */
export function heldBy(document: Y.Doc, more: readonly unknown[] = []): Held {
  const held = { types: 0, structs: 0, values: 0 };
  for (const structs of document.store.clients.values()) add(held, structs);
  add(held, more);
  return held;
}

/** @returns tells whether a document holds too much, now or at any later time */
export function watch(document: Y.Doc, most = MOST): () => boolean {
  let held = heldBy(document);
  let limit = most;
  document.on('afterTransaction', ({ beforeState, afterState }) => {
    for (const [client, end] of afterState) {
      const start = beforeState.get(client) ?? 0;
      if (start === end) continue;
      const structs = document.store.clients.get(client)!;
      add(held, structs, Y.findIndexSS(structs, start));
    }
  });
  return () => {
    if (!isTooMuch(held, limit)) return false;
    held = heldBy(document);
    if (isTooMuch(held, most)) return true;
    const later = (kind: keyof Held) => Math.max(most[kind], held[kind] + most[kind] * PART);
    limit = { types: later('types'), structs: later('structs'), values: later('values') };
    return false;
  };
}
