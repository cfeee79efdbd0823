/**
 * Yjs tidies up a formatted text where it applies what somebody else wrote: it deletes signs that say of no character what
 * the others do not say. The pages of those who only read do so too, and send it, though nobody edited anything (AC2).
 */
import { isDeepStrictEqual } from 'node:util';
import * as Y from 'yjs';
import { isNew, stateOf, type DecodedUpdate } from './update.ts';

/** Whether an update does nothing to a document but to tidy it up: each character keeps its formats. */
export function onlyTidies(document: Y.Doc, { structs, deletes }: DecodedUpdate): boolean {
  const state = stateOf(document);
  if (structs.some((struct) => isNew(struct, state))) return false;
  const signs = new Set<Y.Item>();
  for (const [client, ranges] of deletes) {
    const known = document.store.clients.get(client) ?? [];
    for (const { clock, len } of ranges) {
      if (clock + len > state(client)) return false;
      for (let index = Y.findIndexSS(known, clock); index < known.length; index += 1) {
        const struct = known[index]!;
        if (struct.id.clock >= clock + len) break;
        if (struct.deleted) continue;
        if (!isSign(struct)) return false;
        signs.add(struct);
      }
    }
  }
  const texts = new Set([...signs].map(({ parent }) => parent as Y.Text));
  return [...texts].every(({ _start }) => looksTheSame(_start, signs));
}

const isSign = (struct: Y.Item | Y.GC): struct is Y.Item =>
  struct instanceof Y.Item && struct.content instanceof Y.ContentFormat && struct.parentSub === null;

/** @param first of a text; @param without the signs that go */
function looksTheSame(first: Y.Item | null, without: ReadonlySet<Y.Item>): boolean {
  const [before, after] = [new Map<string, unknown>(), new Map<string, unknown>()];
  const differing = new Set<string>();
  for (let item = first; item; item = item.right) {
    if (item.deleted) continue;
    if (item.content instanceof Y.ContentFormat) {
      const { key, value } = item.content;
      before.set(key, value);
      if (!without.has(item)) after.set(key, value);
      if (isDeepStrictEqual(before.get(key) ?? null, after.get(key) ?? null)) differing.delete(key);
      else differing.add(key);
    } else if (item.countable && differing.size > 0) return false;
  }
  return true;
}
