/** Files in and out: our own cells, those of AntV X6, and drawings. */
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { cellsOf, type StoredCell } from '../../../src/client/index.ts';
import { readCells } from '../../../src/web/editor/model/cell.ts';
import { drawSvg } from '../../../src/web/editor/transfer/export-svg.ts';
import { importFile } from '../../../src/web/editor/transfer/files.ts';
import { LONGEST_TEXT, readImport } from '../../../src/web/editor/transfer/read-import.ts';

const shop = { id: 'shop', shape: 'process', x: 0, y: 0, width: 120, height: 60, label: 'Shop', z: 1 };
const bank = { ...shop, id: 'bank', shape: 'actor', x: 300, label: 'Bank', z: 2 };
const pay = { id: 'pay', shape: 'flow', source: { cell: 'shop' }, target: { cell: 'bank' }, label: 'pay', z: 3 };

describe('WE6 an import', () => {
  it('takes what an export gave', () => {
    expect(readImport(JSON.stringify({ cells: [shop, bank, pay] }))).toEqual({
      ok: true,
      cells: [shop, bank, pay],
      notes: [],
    });
  });

  it('reads cells of AntV X6: place, size, texts, ends, ports and bends', () => {
    const x6 = {
      cells: [
        {
          id: 'a',
          shape: 'rect',
          position: { x: 10, y: 20 },
          size: { width: 80, height: 40 },
          attrs: { label: { text: 'User' } },
          zIndex: 1,
          ports: { groups: { out: { position: 'right' } }, items: [{ id: 'p', group: 'out' }] },
        },
        {
          id: 'b',
          shape: 'process',
          position: { x: 300, y: 20 },
          size: { width: 80, height: 40 },
          attrs: { text: { text: 'Service' } },
          zIndex: 2,
        },
        {
          id: 'c',
          shape: 'edge',
          source: { cell: 'a', port: 'p' },
          target: 'b',
          vertices: [{ x: 150, y: 90 }],
          labels: ['calls'],
          zIndex: 3,
        },
      ],
    };
    const read = readImport(JSON.stringify(x6));
    expect(read).toMatchObject({ ok: true, notes: [] });
    expect(read.ok && read.cells).toEqual([
      { id: 'a', shape: 'actor', x: 10, y: 20, width: 80, height: 40, label: 'User', z: 1 },
      { id: 'b', shape: 'process', x: 300, y: 20, width: 80, height: 40, label: 'Service', z: 2 },
      {
        id: 'c',
        shape: 'flow',
        source: { cell: 'a', port: 'right' },
        target: { cell: 'b' },
        vertices: [{ x: 150, y: 90 }],
        label: 'calls',
        z: 3,
      },
    ]);
  });

  it.each([
    ['what is not JSON', 'cells', 'not_json'],
    ['what is no diagram', '{"people":[]}', 'not_a_diagram'],
    ['too much', JSON.stringify(Array.from({ length: 10_001 }, () => ({}))), 'too_many'],
    ['a text that is too long', ' '.repeat(LONGEST_TEXT + 1), 'too_many'],
    [
      'cells that are more than one change may hold',
      JSON.stringify([{ ...shop, data: 'ż'.repeat(1_000_000) }]),
      'too_many',
    ],
    ['nothing that can be drawn', '[{"id":"a"}]', 'nothing'],
  ])('refuses %s', (_, text, fault) => {
    expect(readImport(text)).toMatchObject({ ok: false, fault });
  });

  it('leaves out what it does not understand, and says so', () => {
    const read = readImport(JSON.stringify([shop, shop, pay, { id: 'x', shape: 'cloud', x: 1, y: 1 }, 7]));
    expect(read.ok && read.cells.map(({ id }) => id)).toEqual(['shop', 'x']);
    expect(read.notes.map(({ kind, count }) => `${kind} ${count}`).sort()).toEqual([
      'loose_end 1',
      'not_a_cell 1',
      'twice 1',
      'unknown_shape 1',
    ]);
  });
});

describe('WE6 a cell that anybody may have written is drawn as far as it goes', () => {
  const bare = { ...shop, width: undefined, height: undefined };
  it.each([
    ['without a size, as large as a new one', bare, shop.id, { width: 140, height: 60 }],
    ['as large as no screen', { ...shop, width: 1e9, height: Infinity }, shop.id, { width: 140, height: 60 }],
    ['smaller than nothing', { ...shop, width: -5, height: 0 }, shop.id, { width: 1, height: 1 }],
    ['with a label like a book', { ...shop, label: 'ż'.repeat(501) }, shop.id, { label: 'ż'.repeat(500) }],
    [
      'with bends that are none',
      { ...pay, vertices: [null, 7, { x: 1 }, { x: 1, y: 2 }] },
      pay.id,
      { vertices: [{ x: 1, y: 2 }] },
    ],
  ])('%s', (_, stored, id, expected) => {
    expect(readCells([stored as StoredCell]).get(id)).toMatchObject(expected);
  });

  it.each([
    ['farther away than anything', { ...shop, x: 2e6 }],
    ['from nowhere', { ...pay, source: null }],
    ['to nowhere', { ...pay, target: { cell: 7 } }],
    ['without a shape', { ...shop, shape: '' }],
  ])('and not at all %s', (_, stored) => {
    expect(readCells([stored as unknown as StoredCell]).size).toBe(0);
  });
});

describe('WE6 of AntV X6', () => {
  const [from, to] = ['from', 'to'].map((id) => ({ id, shape: 'rect', position: { x: 0, y: 0 } })) as [object, object];
  const first = (...cells: object[]) => {
    const read = readImport(JSON.stringify({ cells: [...cells, from, to] }));
    return read.ok ? read.cells[0] : null;
  };
  const line = (more: object) => first({ id: 'line', source: { cell: 'from' }, target: { cell: 'to' }, ...more });

  it.each([
    ['as X6 draws it by itself', {}, 'flow'],
    ['as X6 draws it in another colour', { attrs: { line: { stroke: 'red' } } }, 'flow'],
    ['that was told to have none', { attrs: { line: { targetMarker: null } } }, 'edge'],
    ['that was told to have none, but is a flow', { shape: 'flow', attrs: { line: { targetMarker: '' } } }, 'flow'],
  ])('an edge has an arrow %s', (_, more, shape) => {
    expect(line(more)).toMatchObject({ shape });
  });

  it.each([
    ['its group is called by', { items: [{ id: 'p', group: 'bottom' }] }],
    ['it is called by', { items: [{ id: 'bottom' }] }],
    [
      'its group has as a place',
      { groups: { out: { position: { name: 'bottom' } } }, items: [{ id: 'p', group: 'out' }] },
    ],
    ['it has in a bare list', [{ id: 'p', group: 'bottom' }]],
  ])('a port is the side that %s', (_, ports) => {
    const [port] = (Array.isArray(ports) ? ports : ports.items).map(({ id }) => id);
    const source = { cell: 'node', port };
    const node = { id: 'node', shape: 'rect', position: { x: 0, y: 0 }, ports };
    expect(first({ id: 'line', source, target: { cell: 'to' } }, node)).toMatchObject({ source: { port: 'bottom' } });
  });

  it('a node keeps the boundary that it is in, its order, its data and the text that is not empty', () => {
    const zone = { id: 'zone', shape: 'trust-boundary', position: { x: 0, y: 0 } };
    const attrs = { label: { text: '' }, text: { text: 'Shop' } };
    const node = { id: 'node', shape: 'circle', position: { x: 0, y: 0 }, parent: 'zone', z: 7, data: { a: 1 }, attrs };
    expect(first(node, zone)).toMatchObject({ shape: 'process', parent: 'zone', z: 7, data: { a: 1 }, label: 'Shop' });
  });
});

describe('WE6 what cells refer to', () => {
  it('may be numbers, as ids may', () => {
    const read = readImport(
      JSON.stringify([
        { ...shop, id: 1, shape: 'boundary' },
        { ...bank, id: 2, parent: 1 },
        { ...pay, source: { cell: 1 }, target: { cell: 2 } },
      ]),
    );
    expect(read).toMatchObject({ ok: true, notes: [] });
    expect(read.ok && read.cells.slice(1)).toMatchObject([
      { id: '2', parent: '1' },
      { source: { cell: '1' }, target: { cell: '2' } },
    ]);
    const x6 = readImport(
      JSON.stringify({ nodes: [1, 2].map((id) => ({ id, x: 0, y: 0 })), edges: [{ id: 3, source: 1, target: 2 }] }),
    );
    expect(x6).toMatchObject({ ok: true, notes: [] });
  });

  it('is never the cell itself', () => {
    expect(readImport(JSON.stringify([{ ...shop, parent: 'shop' }]))).toEqual({ ok: true, cells: [shop], notes: [] });
  });

  it('is a node: what would hang on an edge, or lie in one, hangs on nothing', () => {
    const [ends, inner] = [{ cell: 'pay' }, { ...bank, id: 'inner', parent: 'pay' }];
    const onEdges = [
      { ...pay, id: 'from', source: ends },
      { ...pay, id: 'to', target: ends },
    ];
    const read = readImport(JSON.stringify([shop, bank, pay, inner, ...onEdges]));
    expect(read.ok && read.cells).toEqual([shop, bank, pay, { ...bank, id: 'inner' }]);
    expect(read.notes).toEqual([
      { kind: 'loose_end', count: 2 },
      { kind: 'no_parent', count: 1 },
    ]);
  });

  it('may be there already, where they are pasted', () => {
    const text = JSON.stringify([pay, { ...bank, id: 'inner', parent: 'shop' }]);
    const present = (id: string) => ['shop', 'bank'].includes(id);
    expect(readImport(text, present)).toMatchObject({ ok: true, cells: [pay, { parent: 'shop' }], notes: [] });
    expect(readImport(text).notes.map(({ kind }) => kind)).toEqual(['loose_end', 'no_parent']);
  });
});

describe('WE6 a file', () => {
  const words = ((key: string) => key) as never;
  const file = { size: 1, text: () => Promise.resolve(JSON.stringify([shop])) };

  it('is added only by those who may still edit when it has been read', async () => {
    const cells = cellsOf(new Y.Doc());
    expect(await importFile(cells, file, words, () => false)).toBeNull();
    expect(cells.size).toBe(0);
    expect(await importFile(cells, file, words, () => true)).toMatchObject({ ok: true });
    expect(cells.size).toBe(1);
  });

  it('that is too long is not even read', async () => {
    const text = () => Promise.reject(new Error('it was read'));
    const read = importFile(cellsOf(new Y.Doc()), { size: LONGEST_TEXT + 1, text }, words, () => true);
    expect(await read).toEqual({ ok: false, sentences: ['import_too_many'] });
  });

  it('of AntV X6 may list ports that are none', () => {
    const ports = { groups: { '': { position: 'top' } }, items: [null, 7, { id: 'p' }] };
    expect(readImport(JSON.stringify([{ id: 'a', shape: 'rect', position: { x: 1, y: 1 }, ports }]))).toMatchObject({
      ok: true,
    });
  });
});

describe('WE6 what the server would refuse, and end the diagram over, is left out and told', () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  it.each([
    ['nested deeper than it takes', nested(101)],
    ['nested so deep that a recursion would not come back', nested(100_000)],
    ['with a prototype', '{"a":[{"__proto__":{"b":1}}]}'],
    ['with a constructor, which Yjs does not write', '{"constructor":1}'],
  ])('data %s', (_, data) => {
    const read = readImport(JSON.stringify([{ ...shop, data: 0 }]).replace('"data":0', `"data":${data}`));
    expect(read).toEqual({ ok: true, cells: [shop], notes: [{ kind: 'no_data', count: 1 }] });
  });

  it.each([nested(100), '{"a":{"constructor":1}}', 'null'])('and other data is taken', (data) => {
    const read = readImport(JSON.stringify([{ ...shop, data: JSON.parse(data) as unknown }]));
    expect(read).toEqual({ ok: true, cells: [{ ...shop, data: JSON.parse(data) as unknown }], notes: [] });
  });
});

describe('an SVG', () => {
  it('WE6 has every cell, with its text escaped', () => {
    const { svg, width, height } = drawSvg(readCells([shop, { ...bank, label: '<b>&"' }, pay]));
    expect(svg).toContain('Shop');
    expect(svg).toContain('&lt;b&gt;&amp;&quot;');
    expect(svg).not.toContain('<b>');
    expect(svg).toContain('pay');
    expect(width).toBeGreaterThan(420);
    expect(height).toBeGreaterThan(60);
  });
});
