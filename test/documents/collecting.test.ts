/** What was deleted, collected at once: the document is what Yjs would have made of it, and goes on as one. */
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { postponed } from '../../src/documents/collecting.ts';
import { decodeState } from '../../src/documents/update.ts';
import { seeded } from '../support/seeded.ts';

type Random = ReturnType<typeof seeded>;

/** What a document holds at each clock of each client, however its structs are joined, and what is deleted. */
function heldBy(document: Y.Doc) {
  const { structs, deletes } = decodeState(Y.encodeStateAsUpdate(document));
  const held = structs.flatMap((struct) =>
    Array.from({ length: struct.length }, (_, offset) => {
      const at = `${struct.id.client}:${struct.id.clock + offset}`;
      if (!(struct instanceof Y.Item)) return `${at} gone`;
      const { content } = struct;
      if (content instanceof Y.ContentDeleted) return `${at} deleted`;
      return content instanceof Y.ContentType ? `${at} type` : `${at} ${JSON.stringify(content.getContent()[offset])}`;
    }),
  );
  return { held: held.toSorted(), deletes, state: Y.encodeStateVector(document) };
}

const contentOf = (document: Y.Doc) => [
  document.getMap('cells').toJSON(),
  document.getMap('flags').toJSON(),
  document.getArray('list').toJSON(),
  document.getText('text').toDelta(),
];

/** The structs of each client follow each other, and the entries of each map are known to it. */
function expectWhole(document: Y.Doc): void {
  for (const structs of document.store.clients.values()) {
    let clock = 0;
    for (const struct of structs) {
      expect(struct.id.clock).toBe(clock);
      clock += struct.length;
    }
  }
  const { _map: entries } = document.getMap('flags');
  for (const item of entries.values()) expect(Y.getItem(document.store, item.id)).toBe(item);
}

function change(random: Random, document: Y.Doc): void {
  const cells = document.getMap<Y.Map<unknown>>('cells');
  const flags = document.getMap('flags');
  const list = document.getArray<unknown>('list');
  const text = document.getText('text');
  document.transact(() => {
    for (let count = 1 + random.below(8); count > 0; count -= 1) {
      const key = `c${random.below(6)}`;
      const place = random.below(list.length + 1);
      const letter = random.below(text.length + 1);
      const ways = [
        () => cells.set(key, new Y.Map(Object.entries({ x: 1, inner: new Y.Array() }))),
        () => cells.get(key)?.set(random.of(['x', 'y']), random.below(9)),
        () => (cells.get(key)?.get('inner') as Y.Array<unknown> | undefined)?.push([random.below(9)]),
        () => cells.delete(key),
        () => [1, 2, 3].forEach((value) => flags.set(key, value)),
        () => flags.delete(key),
        () => list.insert(place, [random.below(9), new Y.Map(Object.entries({ a: 1 }))]),
        () => list.delete(Math.max(0, place - 3), Math.min(3, place)),
        () => text.insert(letter, 'words'),
        () => text.delete(Math.max(0, letter - 4), Math.min(4, letter)),
      ];
      random.of(ways)();
    }
  });
}

it('DO3 what is collected at once is what Yjs collects by itself, and is edited further like it', () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = seeded(seed);
    const editors = [1, 2].map((clientID) => Object.assign(new Y.Doc(), { clientID }));
    const log: Uint8Array[] = [];
    for (const editor of editors)
      editor.on('update', (update: Uint8Array, origin: unknown) => origin !== 'others' && log.push(update));
    const [yjs, ours] = [new Y.Doc(), new Y.Doc()];
    for (let round = 0; round < 4; round += 1) {
      for (let count = 0; count < 12; count += 1) change(random, random.of(editors)); // not knowing of each other
      const updates = log.splice(0);
      const collect = postponed(ours, random.below(400));
      for (const update of updates) for (const replica of [yjs, ours]) Y.applyUpdate(replica, update);
      for (const step of collect()) {
        step();
        expectWhole(ours);
      }
      expect(ours.gc).toBe(true);
      expect(heldBy(ours)).toEqual(heldBy(yjs));
      expect(contentOf(ours)).toEqual(contentOf(yjs));
      for (const editor of editors)
        Y.applyUpdate(editor, Y.encodeStateAsUpdate(ours, Y.encodeStateVector(editor)), 'others');
      expect(editors.map(contentOf)).toEqual([contentOf(ours), contentOf(ours)]);
    }
  }
});

it('DO3 structs that died one by one become few, also where the stretches meet', () => {
  const document = new Y.Doc();
  const cells = document.getMap<Y.Map<unknown>>('cells');
  const collect = postponed(document);
  document.transact(() => {
    const members = Array.from({ length: 50_000 }, (_, member) => [`m${member}`, member] as const);
    cells.set('large', new Y.Map(members));
    cells.set('left', new Y.Map());
  });
  cells.delete('large');
  const structs = document.store.clients.get(document.clientID)!;
  expect(structs.length).toBe(50_002);
  expect([...collect()].map((step) => step()).length).toBeGreaterThan(4);
  expect(document.store.clients.get(document.clientID)!.map(({ length }) => length)).toEqual([1, 50_000, 1]);
  expect(cells.toJSON()).toEqual({ left: {} });
});

it.each([
  [100_000, 'collected at once in a document that is long'],
  [20_000, 'left to Yjs in one that is not'],
])('DO3 of %i structs 3,000 that are overwritten are %s', (length, _) => {
  const document = new Y.Doc();
  const cells = document.getMap('cells');
  const fill = (map: Y.Map<unknown>, count: number) => {
    for (let z = 0; z < count; z += 1) map.set(`c${z}`, z);
  };
  document.transact(() => fill(cells, length));
  const stranger = new Y.Doc(); // knows nothing of what it overwrites, so its update does not say that it deletes
  stranger.clientID = document.clientID + 1;
  stranger.transact(() => fill(stranger.getMap('cells'), 3000));
  const collect = postponed(document);
  Y.applyUpdate(document, Y.encodeStateAsUpdate(stranger));
  expect(document.gc).toBe(length === 20_000);
  for (const step of collect()) step();
  const dead = document.store.clients.get(document.clientID)!.filter(({ deleted }) => deleted) as Y.Item[];
  expect(dead.filter(({ content }) => content instanceof Y.ContentDeleted).length).toBe(3000);
});

it('DO3 little is left to Yjs', () => {
  const document = new Y.Doc();
  const collect = postponed(document, 5);
  document.getMap('cells').set('a', 1);
  document.getMap('cells').delete('a');
  expect([document.gc, [...collect()].length]).toEqual([true, 0]);
});
