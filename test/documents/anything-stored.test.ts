/** Whatever a client stores, in values and types that no editor writes: it is read, kept and replaced like the rest. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { StoredCell } from '../../src/documents/diagram.ts';
import type { LogPart } from '../../src/documents/log-part.ts';
import { joinUpdates } from '../../src/documents/row.ts';
import { work } from '../../src/documents/work.ts';

/** Makes a value, which may be a type that can stand in one place only. */
type Make = () => unknown;
type Type = Y.Map<unknown> | Y.Array<unknown> | Y.Text | Y.XmlElement<Record<string, never>> | Y.XmlFragment;

const filled = <Of extends Type>(type: Of, fill: (type: Of) => void) => (fill(type), type);

const names = ['a', 'b', 'id', 'z', 'toString', 'toJSON'];
const dictionary = <Of>(key: readonly string[], of: fc.Arbitrary<Of>) =>
  fc.dictionary(fc.constantFrom(...key), of, { maxKeys: 4, noNullPrototype: true });
/** Yjs takes not every value as an element. */
function elementOf(make: Make): object {
  const made = make();
  return made instanceof Y.AbstractType ? made : [made];
}

const { value } = fc.letrec<{ plain: unknown; value: Make }>((tie) => ({
  plain: fc.oneof(
    { maxDepth: 3 },
    fc.jsonValue(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.uint8Array({ maxLength: 8 }),
    fc.constantFrom(undefined, NaN, Infinity, -Infinity, -0),
    fc.array(tie('plain'), { maxLength: 3 }),
    dictionary(names, tie('plain')),
  ),
  value: fc.oneof(
    { maxDepth: 3 },
    tie('plain').map((plain) => () => plain),
    fc.array(tie('value'), { maxLength: 3 }).map((makes) => () => Y.Array.from(makes.map(elementOf))),
    dictionary([...names, '__proto__'], tie('value')).map((makes) => () => {
      return new Y.Map(Object.entries(makes).map(([key, make]) => [key, make()]));
    }),
    fc.tuple(fc.jsonValue(), fc.boolean()).map(([json, xml]) => () => {
      return filled(xml ? new Y.XmlText() : new Y.Text(), (text) => {
        text.insert(0, 'text', { bold: { toString: json } } as object);
        text.insertEmbed(2, { toString: json } as object);
      });
    }),
    fc.tuple(tie('plain'), tie('value')).map(([plain, make]) => () => {
      return filled(new Y.XmlElement<Record<string, never>>('p'), (element) => {
        element.setAttribute('title', { toString: plain } as never);
        element.insert(0, [elementOf(make) as never]);
      });
    }),
    fc.constant(() => new Y.XmlFragment()),
    fc.constant(() => filled(new Y.XmlHook('h'), (hook) => hook.set('a', 1))),
  ),
}));

const content = dictionary(['1', '2', '3', '__proto__'], dictionary([...names, 'constructor', '__proto__'], value));

function write(cells: Y.Map<unknown>, made: Record<string, Record<string, Make>>): void {
  for (const [id, members] of Object.entries(made))
    cells.set(id, new Y.Map(Object.entries(members).map(([key, make]) => [key, make()])));
}

function logOf(document: Y.Doc): LogPart {
  return { head: 1, snapshot: null, rows: [{ seq: 1, bytes: joinUpdates([Y.encodeStateAsUpdate(document)]) }] };
}

const cellsOf = (part: LogPart) => JSON.parse(Buffer.from(work.cells(part)).toString()) as StoredCell[];

/** What a log says after an edit that makes its content equal to something. */
function replaced(part: LogPart, form: 'state' | 'body', wanted: Uint8Array): LogPart {
  const outcome = work.replacement('edit', part, form, wanted, 1, 1e9);
  if (outcome.kind !== 'edit') return part;
  const rows = outcome.rows.map((bytes, index) => ({ seq: part.head + 1 + index, bytes }));
  return { head: part.head + rows.length, snapshot: null, rows: [...part.rows, ...rows] };
}

const withoutOrder = (cells: readonly StoredCell[]) => new Map(cells.map((cell) => [cell.id, cell]));

describe('whatever a client stores', () => {
  it('CS13 DO5 DO6 is read, compacted, replaced and restored', () => {
    fc.assert(
      fc.property(content, (made) => {
        const document = new Y.Doc();
        document.transact(() => write(document.getMap('cells'), made));
        const [part, state] = [logOf(document), Y.encodeStateAsUpdate(document)];
        const cells = cellsOf(part);
        expect(cells.map(({ id }) => id).toSorted()).toEqual([...document.getMap('cells').keys()].toSorted());
        const [snapshot = null] = work.compaction(part).snapshots.slice(-1);
        expect(cellsOf({ head: 1, snapshot, rows: [] })).toEqual(cells);
        const wanted = [{ id: '1', label: 'new' }];
        const emptied = replaced(part, 'body', Buffer.from(JSON.stringify({ cells: wanted })));
        expect(cellsOf(emptied)).toEqual(wanted);
        expect(withoutOrder(cellsOf(replaced(emptied, 'state', state)))).toEqual(withoutOrder(cells));
        expect(work.cellsOfState(state)).toEqual(work.cells(part));
      }),
      { numRuns: 300 },
    );
  });

  it('CS13 is JSON: numbers, Base64, the characters of a text, and nothing of XML', () => {
    const document = new Y.Doc();
    const text = filled(new Y.Text('bold'), (bold) => bold.format(0, 2, { b: true }));
    const xml = filled(new Y.XmlElement<Record<string, never>>('p'), (element) =>
      element.setAttribute('title', { toString: 1 } as never),
    );
    const cell = new Y.Map<unknown>(
      Object.entries({ big: [10n], bytes: new Uint8Array([1, 2, 3]), text, xml, not: NaN }),
    );
    document.getMap('cells').set('a', cell);
    expect(cellsOf(logOf(document))).toEqual([
      { id: 'a', big: [10], bytes: 'AQID', text: 'bold', xml: null, not: null },
    ]);
  });

  it('DO6 is restored as far as Yjs writes it', () => {
    const document = new Y.Doc();
    const data = { kept: 1 };
    document.transact(() => {
      document.getMap('cells').set('a', new Y.Map([['data', data]]));
      Object.assign(data, { constructor: 1 }); // as in an update made by hand
    });
    const [part, state] = [logOf(document), Y.encodeStateAsUpdate(document)];
    expect(cellsOf(part)).toEqual([{ id: 'a', data }]);
    const empty = replaced(part, 'body', Buffer.from('{"cells":[]}'));
    expect(cellsOf(replaced(empty, 'state', state))).toEqual([{ id: 'a', data: { kept: 1 } }]);
  });
});
