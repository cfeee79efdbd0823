/** The edit of a PUT, and what it becomes when others were faster. */
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { readCells, type StoredCell } from '../../src/documents/diagram.ts';
import type { LogPart } from '../../src/documents/log-part.ts';
import { replacementOf } from '../../src/documents/replacement.ts';
import { replay } from '../../src/documents/replaying.ts';
import { joinUpdates } from '../../src/documents/row.ts';
import { seeded } from '../support/seeded.ts';

const CLIENT = 77;
const inOrder = (one: StoredCell, other: StoredCell) => Number(one.z) - Number(other.z) || (one.id < other.id ? -1 : 1);
const cell = (id: string, z = 0): StoredCell => ({ id, z, data: { at: z } });

/** A log, and somebody who edits beside the one that is tested. */
function start() {
  const document = new Y.Doc();
  const rows: LogPart['rows'] = [];
  const log = (bytes: Uint8Array) => rows.push({ seq: rows.length + 1, bytes });
  document.on('update', (update: Uint8Array) => log(joinUpdates([update])));
  const cells = document.getMap<Y.Map<unknown>>('cells');
  return {
    log,
    cells,
    part: (): LogPart => ({ head: rows.length, snapshot: null, rows: [...rows] }),
    edit: (change: () => void) => document.transact(change),
    add: (id: string) => cells.set(id, new Y.Map(Object.entries(cell(id)))),
  };
}

function stored(part: LogPart): StoredCell[] {
  const document = new Y.Doc();
  replay(document, part);
  return readCells(document);
}

it('DO6 an edit of more structs than a stranger may send at once is one like any other', () => {
  const members = Object.fromEntries(Array.from({ length: 50 }, (_, member) => [`member ${member}`, member]));
  const wanted = Array.from({ length: 21_000 }, (_, index): StoredCell => ({ ...members, id: `cell ${index}` }));
  expect(replacementOf(start().part(), wanted, CLIENT).rows.length).toBeGreaterThan(1);
});

describe('DO6 an edit that others were faster than', () => {
  it('overwrites what they changed meanwhile, in the one row that it is', () => {
    const { add, cells, edit, log, part } = start();
    edit(() => ['a', 'b', 'c'].forEach(add));
    const wanted = [cell('a', 5), cell('b'), cell('new')];
    const replacement = replacementOf(part(), wanted, CLIENT);
    edit(() => cells.get('a')!.set('z', 9));
    edit(() => cells.delete('b'));
    edit(() => ['c', 'd'].forEach(add));
    expect(replacement.catchUp(part())).toBe(true);
    replacement.rows.forEach(log);
    expect(stored(part())).toEqual(wanted.toSorted(inOrder));
  });

  it('adds nothing where they changed nothing that it wants otherwise', () => {
    const { add, edit, part } = start();
    edit(() => add('a'));
    const replacement = replacementOf(part(), [cell('a', 1), cell('b')], CLIENT);
    const [before] = replacement.rows;
    edit(() => add('gone'));
    expect(replacement.catchUp(part())).toBe(true);
    const [between] = replacement.rows;
    expect(between!.byteLength).toBeLessThan(before!.byteLength + 40);
    expect(replacement.catchUp(part())).toBe(true);
    expect(replacement.rows).toEqual([between]);
  });

  it('is built anew where somebody wrote under its client id, or the log was compacted', () => {
    const { add, edit, log, part } = start();
    edit(() => add('a'));
    const replacement = replacementOf(part(), [cell('b')], CLIENT);
    const compacted = {
      head: 3,
      snapshot: { seq: 2, bytes: new Uint8Array() },
      rows: [{ seq: 3, bytes: new Uint8Array() }],
    };
    expect(replacement.catchUp(compacted)).toBe(false);
    replacementOf(part(), [cell('c')], CLIENT).rows.forEach(log);
    expect(replacement.catchUp(part())).toBe(false);
  });

  it('makes the content what was wanted, whatever others do, as often as they do it', () => {
    const random = seeded(20);
    for (let round = 0; round < 200; round += 1) {
      const { add, cells, edit, log, part } = start();
      const ids = ['a', 'b', 'c', 'd', 'e'];
      const disturb = () =>
        edit(() => {
          const id = random.of(ids);
          const found = cells.get(id);
          if (!found) add(id);
          else if (random.once(3)) cells.delete(id);
          else found.set(random.of(['z', 'data', 'label']), random.below(3));
        });
      for (let count = 0; count < 5; count += 1) disturb();
      const wanted = ids.filter(() => !random.once(3)).map((id) => cell(id, random.below(3)));
      const replacement = replacementOf(part(), wanted, CLIENT);
      for (let time = random.below(4); time > 0; time -= 1) {
        for (let count = random.below(4); count > 0; count -= 1) disturb();
        expect(replacement.catchUp(part())).toBe(true);
      }
      replacement.rows.forEach(log);
      expect(stored(part())).toEqual(wanted.toSorted(inOrder));
    }
  });
});
