/** Updates that decode but that no honest client ever wrote: structs that name anything, of any kind, deleted at will. */
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import type { Chance } from '../support/seeded.ts';

const CLIENTS = [1, 2, 3, 4];
const CONTENTS = [1, 2, 3, 4, 5, 6, 7, 8, 8, 8];
const [DELETED, JSON_LIST, BINARY, STRING, EMBED, FORMAT, TYPE] = CONTENTS as [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];

/** @param document gives it something to refer to */
export function madeUpUpdate(document: Y.Doc, chance: Chance): Uint8Array {
  const stateOf = (client: number) => Y.getState(document.store, client);
  return encoding.encode((encoder) => {
    const number = (value: number) => encoding.writeVarUint(encoder, value);
    const name = () => {
      const client = chance.of(CLIENTS);
      number(client);
      number(chance.below(stateOf(client) + 3));
    };
    const authors = CLIENTS.filter(() => chance.once(3));
    number(authors.length);
    for (const client of authors) {
      const structs = 1 + chance.below(4);
      number(structs);
      number(client);
      number(Math.max(0, stateOf(client) - (chance.once(3) ? chance.below(4) : 0)));
      for (let index = 0; index < structs; index += 1) writeStruct(encoder, chance, name);
    }
    const deleted = CLIENTS.filter(() => chance.once(3));
    number(deleted.length);
    for (const client of deleted) {
      number(client);
      number(1);
      number(chance.below(stateOf(client) + 1));
      number(chance.below(4));
    }
  });
}

function writeStruct(encoder: encoding.Encoder, chance: Chance, name: () => void): void {
  const number = (value: number) => encoding.writeVarUint(encoder, value);
  const text = (value: string) => encoding.writeVarString(encoder, value);
  if (chance.once(12)) {
    encoding.writeUint8(encoder, 0); // collected
    return number(1 + chance.below(4));
  }
  if (chance.once(36)) {
    encoding.writeUint8(encoder, 10); // left out
    return number(1 + chance.below(3));
  }
  const content = chance.of(CONTENTS);
  const [left, right, keyed] = [chance.once(2), chance.once(3), chance.once(2)];
  encoding.writeUint8(encoder, content | (left ? 128 : 0) | (right ? 64 : 0) | (keyed ? 32 : 0));
  if (left) name();
  if (right) name();
  if (!left && !right) {
    if (chance.once(2)) {
      number(1);
      text(chance.of(['cells', 'list']));
    } else {
      number(0);
      name();
    }
    if (keyed) text(chance.of(['a', 'b', 'c']));
  }
  writeContent(encoder, content, chance);
}

function writeContent(encoder: encoding.Encoder, content: number, chance: Chance): void {
  const number = (value: number) => encoding.writeVarUint(encoder, value);
  const text = (value: string) => encoding.writeVarString(encoder, value);
  const count = 1 + chance.below(3);
  if (content === DELETED) return number(count);
  if (content === BINARY) return encoding.writeVarUint8Array(encoder, new Uint8Array(2));
  if (content === STRING) return text(chance.of(['a', 'xyz', '\u{1F600}b']));
  if (content === EMBED) return text('{}');
  if (content === FORMAT) {
    text('bold');
    return text(chance.of(['true', 'null']));
  }
  if (content === TYPE) {
    const type = chance.below(7);
    number(type);
    if (type === 3 || type === 5) text('name');
    return;
  }
  number(count);
  for (let index = 0; index < count; index += 1) {
    if (content === JSON_LIST) text('1');
    else encoding.writeAny(encoder, index);
  }
}

/** What a client put into a list, each as if nothing were there yet. */
export function fromNothing(client: number, count: number): Uint8Array {
  return encoding.encode((encoder) => {
    for (const number of [1, count, client, 0]) encoding.writeVarUint(encoder, number);
    for (let struct = 0; struct < count; struct += 1) {
      encoding.writeUint8(encoder, 0x08);
      encoding.writeVarUint(encoder, 1);
      encoding.writeVarString(encoder, 'a');
      encoding.writeVarUint(encoder, 1);
      encoding.writeAny(encoder, struct);
    }
    encoding.writeVarUint(encoder, 0);
  });
}
