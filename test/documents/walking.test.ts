/** How far Yjs walks for what an update brings: counted as Yjs walks, refused when it is too far, and never for honest edits. */
import { expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { advance } from '../../src/documents/causality.ts';
import { createPlacements } from '../../src/documents/placement.ts';
import { decodeUpdate, stateOf } from '../../src/documents/update.ts';
import { createJudge } from '../../src/sync/intake/judgement.ts';
import { fromNothing } from './made-up-update.ts';
import { seeded, type Chance } from '../support/seeded.ts';

const AUTHOR = { person: 'ann', mayWrite: true };
/** All client ids are hers. */
const OWNERS = { get: () => 'ann' } as unknown as ReadonlyMap<number, string>;
const heard = (document: Y.Doc, update: Uint8Array) =>
  createJudge(document, AUTHOR, OWNERS).hear(decodeUpdate(update)).kind;

const withId = (clientID: number, gc = true) => Object.assign(new Y.Doc({ gc }), { clientID });

/** Some clients that type, put, set and remove at random, and hear of each other now and then. */
function session(chance: Chance, edits: number): Y.Doc[] {
  const clients = [5, 3, 9, 7].map((id) => withId(id, chance.once(2)));
  for (let edit = 0; edit < edits; edit += 1) {
    const client = chance.of(clients);
    const text = client.getText('text');
    const list = client.getArray<unknown>('list');
    const kind = chance.below(6);
    if (kind < 2) text.insert(chance.of([0, text.length, chance.below(text.length + 1)]), chance.of(['a', 'word']));
    else if (kind === 2) list.insert(chance.of([0, list.length, chance.below(list.length + 1)]), [1, new Y.Map()]);
    else if (kind === 3) client.getMap('cells').set(`c${chance.below(10)}`, edit);
    else if (kind === 4 && text.length > 3) text.delete(chance.below(text.length - 2), 2);
    else Y.applyUpdate(client, Y.encodeStateAsUpdate(chance.of(clients), Y.encodeStateVector(client)));
  }
  return clients;
}

/** How many items Yjs passes while it applies an update. */
function walkedBy(document: Y.Doc, update: Uint8Array): number {
  let passed = 0;
  const add = Object.getOwnPropertyDescriptor(Set.prototype, 'add')!.value as (
    this: Set<unknown>,
    value: unknown,
  ) => Set<unknown>;
  const spy = vi.spyOn(Set.prototype, 'add').mockImplementation(function (this: Set<unknown>, value) {
    if (value instanceof Y.Item) passed += 1;
    return add.call(this, value);
  });
  Y.applyUpdate(document, update);
  spy.mockRestore();
  return passed / 2; // each is noted as passed, and as in conflict
}

it.each(Array.from({ length: 40 }, (_, seed) => seed))('DO4 walks are counted as Yjs walks, session %i', (seed) => {
  const chance = seeded(seed);
  const [one, other] = session(chance, 20 + chance.below(200)) as [Y.Doc, Y.Doc];
  const update = Y.encodeStateAsUpdate(other, Y.encodeStateVector(one));
  const state = stateOf(one);
  const decoded = decodeUpdate(update);
  const { order } = advance(decoded, state)!;
  const placements = createPlacements(one, state);
  expect(placements.take(decoded, order)).toBe(true);
  expect(placements.steps()).toBe(walkedBy(one, update));
});

it('DO4 a few bytes that would make Yjs walk far are refused, in one update as in several', () => {
  const document = new Y.Doc();
  const crowd = fromNothing(1, 100_000);
  expect(heard(document, crowd)).toBe('complete');
  Y.applyUpdate(document, crowd);
  expect(heard(document, fromNothing(2, 2))).toBe('complete');
  expect(heard(document, fromNothing(2, 100))).toBe('foreign');
  const judge = createJudge(new Y.Doc(), AUTHOR, OWNERS);
  expect([crowd, fromNothing(2, 100)].map((update) => judge.hear(decodeUpdate(update)).kind)).toEqual([
    'complete',
    'foreign',
  ]);
});

it('DO4 a key that was set very often, and one who comes back after that', () => {
  const document = withId(7);
  const cell = document.getMap('cells').set('a', new Y.Map<number>());
  for (const key of ['x', 'y']) cell.set(key, 0);
  const [late, later] = [8, 9].map((id) => withId(id)) as [Y.Doc, Y.Doc];
  for (const doc of [late, later]) Y.applyUpdate(doc, Y.encodeStateAsUpdate(document));
  document.transact(() => {
    for (let move = 0; move < 150_000; move += 1) for (const key of ['x', 'y']) cell.set(key, move);
  });
  for (const doc of [late, later]) {
    const same = doc.getMap('cells').get('a') as typeof cell;
    for (let move = 0; move < 100; move += 1) for (const key of ['x', 'y']) same.set(key, move);
    const update = Y.encodeStateAsUpdate(doc, Y.encodeStateVector(document));
    expect(heard(document, update)).toBe('complete');
    Y.applyUpdate(document, update);
  }
  expect(heard(new Y.Doc(), Y.encodeStateAsUpdate(document))).toBe('complete');
});

it('DO4 an honest session is never refused, whoever brings what of it at once', () => {
  for (let seed = 0; seed < 30; seed += 1) {
    const chance = seeded(seed);
    const clients = session(chance, 600);
    const log = new Y.Doc();
    for (const client of clients) {
      const update = Y.encodeStateAsUpdate(client, chance.once(2) ? Y.encodeStateVector(log) : undefined);
      expect(['complete', 'nothing']).toContain(heard(log, update));
      Y.applyUpdate(log, update);
    }
    expect(heard(new Y.Doc(), Y.encodeStateAsUpdate(log))).toBe('complete');
  }
});
