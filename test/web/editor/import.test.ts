/** Files in and out: our own cells, those of AntV X6, and drawings. */
import { describe, expect, it } from 'vitest';
import { readCells } from '../../../src/web/editor/model/cell.ts';
import { drawSvg } from '../../../src/web/editor/transfer/export-svg.ts';
import { readImport } from '../../../src/web/editor/transfer/read-import.ts';

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
