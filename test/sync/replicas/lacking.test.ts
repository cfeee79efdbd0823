/** What somebody lacks of a large document, found a portion at a time while it changes. */
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { lackedBy, lackingOf } from '../../../src/sync/replicas/lacking.ts';

const CELLS = 12_000;
const cellsOf = (document: Y.Doc) => document.getMap<Y.Map<unknown>>('cells');
const textOf = (document: Y.Doc) => document.getText('text');

/** A document with cells and text, and a copy of it. */
function twins(): [Y.Doc, Y.Doc] {
  const document = new Y.Doc();
  document.transact(() => {
    for (let z = 0; z < CELLS; z += 1) cellsOf(document).set(`c${z}`, new Y.Map(Object.entries({ z, label: 'a' })));
    textOf(document).insert(0, 'a text that is long enough');
  });
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(document));
  return [document, copy];
}

it('DO3 who comes back is told what was added and deleted meanwhile, in portions', () => {
  const [document, copy] = twins();
  for (let z = 0; z < CELLS; z += 3) cellsOf(document).delete(`c${z}`);
  cellsOf(document).get('c1')!.set('label', 'b');
  textOf(document).delete(4, 3);
  textOf(document).insert(4, ' and');
  const stateVector = Y.encodeStateVector(copy);
  expect(lackedBy(stateVector, document)).toBe(' and'.length + 1);
  const portions = [...lackingOf(document, stateVector)];
  expect(portions.length).toBeGreaterThan(3);
  for (const portion of portions) if (portion) Y.applyUpdate(copy, portion);
  expect(Y.equalSnapshots(Y.snapshot(copy), Y.snapshot(document))).toBe(true);
  expect([...lackingOf(document, Y.encodeStateVector(document))].every((portion) => portion?.[0] !== 1)).toBe(true);
});

it('DO3 what somebody has that is not there yet makes up for nothing that they lack', () => {
  const [document, copy] = twins();
  textOf(copy).insert(0, 'drawn without a connection');
  const stateVector = Y.encodeStateVector(copy);
  const other = new Y.Doc();
  textOf(other).insert(0, 'four');
  Y.applyUpdate(document, Y.encodeStateAsUpdate(other));
  expect(lackedBy(stateVector, document)).toBe(4);
  document.clientID = copy.clientID;
  textOf(document).insert(0, 'drawn');
  expect(lackedBy(stateVector, document)).toBe(4);
});

it('DO3 what was deleted is told once, whoever had made it', () => {
  const [[document], [other]] = [twins(), twins()];
  Y.applyUpdate(document, Y.encodeStateAsUpdate(other));
  for (let z = 0; z < CELLS; z += 3) cellsOf(document).delete(`c${z}`);
  const clocksOf = ({ clients }: ReturnType<typeof Y.createDeleteSet>) =>
    [...clients.values()].flat().reduce((sum, { len }) => sum + len, 0);
  const portions = [...lackingOf(document, Y.encodeStateVector(document))];
  const told = portions.map((portion) => (portion ? clocksOf(Y.decodeUpdate(portion).ds) : 0));
  expect(told.reduce((sum, clocks) => sum + clocks, 0)).toBe(clocksOf(Y.snapshot(document).ds));
});

it('DO3 a struct that is known in part is told from there on', () => {
  const [document, copy] = twins();
  textOf(document).insert(textOf(document).length, ', and longer now');
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(document));
  textOf(document).insert(textOf(document).length, ', and longer still'); // joins what came before
  const known = Y.getState(copy.store, document.clientID);
  const portions = [...lackingOf(document, Y.encodeStateVector(copy))];
  expect(Y.decodeUpdate(portions[0]!).structs[0]!.id.clock).toBe(known);
  for (const portion of portions) if (portion) Y.applyUpdate(copy, portion);
  expect(textOf(copy).toString()).toBe(textOf(document).toString());
});

it('DO3 what changes between two portions is broadcast, and nothing is missed for it', () => {
  const [document, copy] = twins();
  const broadcast: Uint8Array[] = [];
  const stateVector = Y.encodeStateVector(copy);
  for (let z = 0; z < CELLS; z += 2) cellsOf(document).delete(`c${z}`);
  document.on('update', (update: Uint8Array) => broadcast.push(update));
  let turn = 0;
  for (const portion of lackingOf(document, stateVector)) {
    if (portion) Y.applyUpdate(copy, portion);
    document.transact(() => {
      for (let z = (turn += 1); z < CELLS; z += 100) cellsOf(document).delete(`c${z}`); // joins structs, here and there
      textOf(document).insert(turn * 2, 'x'); // splits one
      textOf(document).delete(turn, 1);
    });
  }
  expect(turn).toBeGreaterThan(3);
  for (const update of broadcast) Y.applyUpdate(copy, update);
  expect(Y.equalSnapshots(Y.snapshot(copy), Y.snapshot(document))).toBe(true);
  expect(textOf(copy).toString()).toBe(textOf(document).toString());
});

it('DO3 structs that join where one portion ends and the next begins are told from there on', () => {
  const document = new Y.Doc();
  document.transact(() => {
    for (let key = 0; key < 9999; key += 1) document.getMap('cells').set(`c${key}`, key);
    textOf(document).insert(0, 'one two three');
  });
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(document));
  textOf(document).delete(0, 4); // the last struct of the first portion
  const portions = lackingOf(document, Y.encodeStateVector(copy))[Symbol.iterator]();
  const tell = (portion: Uint8Array | null | undefined) => portion && Y.applyUpdate(copy, portion);
  tell(portions.next().value);
  tell(portions.next().value);
  expect(textOf(copy).toString()).toBe('two three');
  textOf(document).delete(0, 4); // joins it
  for (let next = portions.next(); !next.done; next = portions.next()) tell(next.value);
  expect(textOf(copy).toString()).toBe('three');
});
