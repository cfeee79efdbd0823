/**
 * What a document holds besides bytes. In memory a struct takes a hundred bytes, and a type, such as a map, more than a
 * kilobyte, where six bytes say that there is one: of these a document has only so many (DO4).
 *
 * While a document is open they are counted as they come. What goes is not: only when there seem to be too many they are
 * counted anew, and then not again before a good deal has come.
 */
import * as Y from 'yjs';

export interface Held {
  types: number;
  structs: number;
}

export const MOST: Held = { types: 400_000, structs: 5_000_000 };
/** The part of it that comes before they are counted again. */
const PART = 0.1;

export const isTooMuch = ({ types, structs }: Held, most = MOST) => types > most.types || structs > most.structs;

function add(held: Held, structs: readonly unknown[], from = 0): void {
  held.structs += structs.length - from;
  for (let index = from; index < structs.length; index += 1) {
    const struct = structs[index];
    if (struct instanceof Y.Item && struct.content instanceof Y.ContentType) held.types += 1;
  }
}

/** @param more structs that it does not have yet */
export function heldBy(document: Y.Doc, more: readonly unknown[] = []): Held {
  const held = { types: 0, structs: 0 };
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
    limit = { types: later('types'), structs: later('structs') };
    return false;
  };
}
