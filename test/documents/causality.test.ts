/** Reading updates before they are trusted, checked against what Yjs itself makes of them. */
import fc from 'fast-check';
import * as encoding from 'lib0/encoding';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { advance } from '../../src/documents/causality.ts';
import { bringsNothing, decodeUpdate, MalformedUpdate, newClients, stateOf } from '../../src/documents/update.ts';

/** Updates of three people who edit the same things and hear of each other now and then. */
function history(choices: readonly number[]): Uint8Array[] {
  const updates: Uint8Array[] = [];
  const documents = [1, 2, 3].map((clientID) => {
    const document = new Y.Doc();
    document.clientID = clientID;
    document.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== 'heard') updates.push(update);
    });
    return document;
  });
  for (const choice of choices) {
    const document = documents[choice % 3]!;
    const cells = document.getMap<Y.Map<unknown>>('cells');
    const list = document.getArray<number>('list');
    const key = `k${(choice >> 2) % 4}`;
    const action = (choice >> 4) % 6;
    if (action === 0) cells.set(key, new Y.Map([['x', choice]]));
    else if (action === 1) cells.get(key)?.set('x', choice);
    else if (action === 2) cells.delete(key);
    else if (action === 3) list.insert(choice % (list.length + 1), [choice, choice]);
    else if (action === 4 && list.length > 0) list.delete(choice % list.length, 1);
    else for (const update of [...updates]) Y.applyUpdate(document, update, 'heard');
  }
  return updates;
}

/** Some updates together, perhaps with holes. */
const picked = fc.array(fc.nat(100), { minLength: 1, maxLength: 4 });
const choices = fc.array(fc.nat(10_000), { minLength: 1, maxLength: 60 });
const waits = (document: Y.Doc) => document.store.pendingStructs !== null || document.store.pendingDs !== null;

describe('DO4 advance', () => {
  it('finds a gap exactly where Yjs would wait, and the new ends where it does not', () => {
    fc.assert(
      fc.property(choices, fc.array(picked, { maxLength: 40 }), (made, picks) => {
        const updates = history(made);
        if (updates.length === 0) return;
        const document = new Y.Doc();
        for (const pick of picks) {
          const update = Y.mergeUpdates(pick.map((index) => updates[index % updates.length]!));
          const decoded = decodeUpdate(update);
          const ends = advance(decoded, stateOf(document))?.ends ?? null;
          const probe = new Y.Doc();
          Y.applyUpdate(probe, Y.encodeStateAsUpdate(document));
          Y.applyUpdate(probe, update);
          expect(ends === null).toBe(waits(probe));
          if (!ends) continue;
          for (const [client, end] of ends) expect(stateOf(probe)(client)).toBe(end);
          Y.applyUpdate(document, update);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is found in a time that grows with the update, however many wait for each other', () => {
    const count = 40_000;
    const text = (client: number, clock: number, left: number | null, of: number) => {
      const origin = left === null ? null : Y.createID(of, left);
      const parent = (left === null ? 'list' : null) as unknown as Y.AbstractType<unknown>;
      return new Y.Item(Y.createID(client, clock), null, origin, null, null, parent, null, new Y.ContentAny([0]));
    };
    const clocks = Array.from({ length: count }, (_, clock) => clock);
    // Two who take turns, and many who wait for the last word of one of them.
    const structs = [
      ...clocks.map((clock) => text(1, clock, clock, 2)),
      ...clocks.map((clock) => text(2, clock, clock === 0 ? null : clock - 1, 1)),
      ...clocks.map((client) => text(3 + client, 0, count - 1, 1)),
    ];
    expect(advance({ structs, deletes: new Map() }, () => 0)?.order).toHaveLength(3 * count);
  });

  it('takes merged updates of several people as one', () => {
    fc.assert(
      fc.property(choices, (made) => {
        const updates = history(made);
        if (updates.length === 0) return;
        const merged = decodeUpdate(Y.mergeUpdates(updates));
        expect(advance(merged, () => 0)).not.toBeNull();
      }),
      { numRuns: 100 },
    );
  });
});

describe('DO4 bringsNothing', () => {
  it('agrees with Yjs', () => {
    fc.assert(
      fc.property(choices, fc.array(fc.nat(100), { maxLength: 30 }), (made, picks) => {
        const updates = history(made);
        const document = new Y.Doc();
        for (const pick of picks) {
          const update = updates[pick % Math.max(1, updates.length)];
          if (!update || !advance(decodeUpdate(update), stateOf(document))) continue;
          const probe = new Y.Doc();
          Y.applyUpdate(probe, Y.encodeStateAsUpdate(document));
          let changed = false;
          probe.on('update', () => (changed = true));
          Y.applyUpdate(probe, update);
          expect(bringsNothing(document, decodeUpdate(update))).toBe(!changed);
          Y.applyUpdate(document, update);
        }
        expect(bringsNothing(document, decodeUpdate(Y.encodeStateAsUpdate(document)))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

it('DO4 newClients are those with structs beyond the state', () => {
  const document = new Y.Doc();
  document.clientID = 7;
  document.getMap('cells').set('a', 1);
  const decoded = decodeUpdate(Y.encodeStateAsUpdate(document));
  expect([...newClients(decoded, () => 0)]).toEqual([7]);
  expect([...newClients(decoded, stateOf(document))]).toEqual([]);
});

describe('DO4 decodeUpdate refuses', () => {
  function written(): Y.Doc {
    const document = new Y.Doc();
    document.getText('text').insert(0, 'all that somebody wrote');
    return document;
  }
  const struct = (write: (encoder: encoding.Encoder) => void, structs = 1) =>
    encoding.encode((encoder) => {
      for (const number of [1, structs, 7, 0]) encoding.writeVarUint(encoder, number);
      write(encoder);
    });

  it.each([
    ['nothing', new Uint8Array(0)],
    ['noise', new Uint8Array([9, 8, 7, 6, 5])],
    ['what V2 writes', Y.encodeStateAsUpdateV2(written())],
    ['an update that V1 writes, and a byte behind it', Uint8Array.of(...Y.encodeStateAsUpdate(written()), 0)],
    ['a count of structs that are not there', struct(() => {}, 2 ** 31)],
    [
      'a struct of no length',
      struct((encoder) => [0, 0, 0].forEach((number) => encoding.writeVarUint(encoder, number))),
    ],
    [
      'a clock beyond the safe integers',
      struct((encoder) => {
        encoding.writeUint8(encoder, 0);
        encoding.writeVarUint(encoder, Number.MAX_SAFE_INTEGER);
        encoding.writeUint8(encoder, 0);
      }).map((byte, index) => (index === 3 ? 1 : byte)),
    ],
    [
      'a million structs and one',
      struct(
        (encoder) =>
          encoding.writeUint8Array(
            encoder,
            new Uint8Array(2_100_000).map((_, index) => index % 2),
          ),
        1_000_001,
      ),
    ],
  ])('%s', (_, bytes) => {
    expect(() => decodeUpdate(bytes)).toThrow(MalformedUpdate);
  });

  it('values nested so deep that a browser could not read them', () => {
    const nested = (depth: number) => {
      let value: unknown = 1;
      for (let level = 0; level < depth; level += 1) value = [value];
      const document = new Y.Doc();
      document.getMap('cells').set('a', value);
      return Y.encodeStateAsUpdate(document);
    };
    expect(() => decodeUpdate(nested(200))).toThrow('a value nested too deep');
    expect(decodeUpdate(nested(50)).structs).toHaveLength(1);
  });

  it('subdocuments', () => {
    const document = new Y.Doc();
    document.getMap('cells').set('a', new Y.Doc());
    expect(() => decodeUpdate(Y.encodeStateAsUpdate(document))).toThrow('a subdocument');
  });
});
