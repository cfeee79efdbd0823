/**
 * Updates as a diagram editor makes them while a cell is dragged: one member of one cell set anew, the value before
 * deleted. Written by hand, because a Yjs document for each of a thousand editors would be what is measured.
 */
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';

export interface Writer {
  /** What its edits build on: a cell of its own. To be sent first. */
  readonly beginning: Uint8Array;
  /** The next edit. @param value a whole number, which arrives as the member's value */
  next(value: number): Uint8Array;
}

const ANY = 8;
const HAS_ORIGIN = 128;
const HAS_KEY = 32;
const KEYS = ['x', 'y'];

export function createWriter(client: number): Writer {
  const document = new Y.Doc();
  document.clientID = client;
  const members = new Y.Map(KEYS.map((key) => [key, 0] as const));
  document.getMap('cells').set(`cell-${client}`, members);
  /** The clock of each member's last value: the cell comes first, then its members. */
  const last = KEYS.map((key) => KEYS.indexOf(key) + 1);
  let clock = Y.getState(document.store, client);
  let count = 0;
  return {
    beginning: Y.encodeStateAsUpdate(document),
    next(value) {
      const member = (count += 1) % KEYS.length;
      const before = last[member]!;
      last[member] = clock;
      return encoding.encode((encoder) => {
        const write = (...numbers: number[]) => numbers.forEach((number) => encoding.writeVarUint(encoder, number));
        write(1, 1, client, clock);
        clock += 1;
        encoding.writeUint8(encoder, ANY | HAS_ORIGIN | HAS_KEY);
        write(client, before, 1);
        encoding.writeAny(encoder, value);
        write(1, client, 1, before, 1);
      });
    },
  };
}

/** What so many pages drew before, a cell each. */
export function createHistory(visits: number): Uint8Array {
  const updates = Array.from({ length: visits }, (_, visit) => {
    const document = new Y.Doc();
    document.clientID = 1_000_000_000 + visit * 7919;
    document.getMap('cells').set(`old-${visit}`, new Y.Map([['x', visit]]));
    return Y.encodeStateAsUpdate(document);
  });
  return Y.mergeUpdates(updates);
}

/** The values that an update brings, in order. */
export function valuesIn(update: Uint8Array): number[] {
  return Y.decodeUpdate(update).structs.flatMap((struct) =>
    struct instanceof Y.Item && struct.content instanceof Y.ContentAny ? (struct.content.arr as number[]) : [],
  );
}
