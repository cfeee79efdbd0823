/** Files out of the menu and into it, in a real browser against a real server. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { button, isSaved, seen } from '../diagram/hands.ts';
import { stage } from '../stage.ts';
import { SOON } from '../visitor.ts';

const shop = { id: 'shop', shape: 'process', x: 0, y: 0, width: 120, height: 60, label: 'Shop', z: 1 };
const bank = { ...shop, id: 'bank', shape: 'actor', x: 300, label: 'Bank <b>', z: 2 };
const pay = { id: 'pay', shape: 'flow', source: { cell: 'shop' }, target: { cell: 'bank' }, label: 'pay', z: 3 };

/** As AntV X6 writes it. */
const x6 = {
  cells: [
    {
      id: 'a',
      shape: 'rect',
      position: { x: 10, y: 20 },
      size: { width: 80, height: 40 },
      attrs: { label: { text: 'User' } },
    },
    {
      id: 'b',
      shape: 'process',
      position: { x: 300, y: 20 },
      size: { width: 80, height: 40 },
      attrs: { text: { text: 'Service' } },
    },
    { id: 'c', shape: 'edge', source: { cell: 'a' }, target: { cell: 'b' }, labels: ['calls'] },
    { id: 'd', shape: 'edge', source: { cell: 'a' }, target: { cell: 'gone' } },
  ],
};

describe('files of a diagram', () => {
  const on = stage();

  async function exported(page: Page, item: string): Promise<{ name: string; bytes: Buffer }> {
    const [download] = await Promise.all([page.waitForEvent('download', SOON), chosen(page, item)]);
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  }

  async function imported(page: Page, name: string, content: string): Promise<void> {
    const [chooser] = await Promise.all([page.waitForEvent('filechooser', SOON), chosen(page, 'Import JSON')]);
    await chooser.setFiles({ name, mimeType: 'application/json', buffer: Buffer.from(content) });
  }

  async function chosen(page: Page, item: string): Promise<void> {
    await button(page, 'More').click();
    await page.getByRole('menuitem', { name: item }).click();
  }

  it('WE6 JSON, SVG and PNG come out of the menu, each with what is drawn, and JSON goes in again', async () => {
    const diagram = await on.newDiagram('Payments: v1/2');
    await on.asAda('PUT', `${diagram.replace('threat-models', 'threat_models')}/content`, { cells: [shop, bank, pay] });
    const [ada] = (await on.together(diagram, 'Ada Lovelace')) as [Page];
    await seen(ada, 'Bank <b>');

    const json = await exported(ada, 'Export JSON');
    expect(json.name).toMatch(/^[^:/]+\.json$/);
    expect(JSON.parse(json.bytes.toString())).toEqual({ cells: [shop, bank, pay] });

    const svg = await exported(ada, 'Export SVG');
    expect(svg.name).toMatch(/\.svg$/);
    const text = svg.bytes.toString();
    for (const label of ['Shop', 'Bank &lt;b&gt;', 'pay']) expect(text).toContain(label);

    const png = await exported(ada, 'Export PNG');
    expect(png.name).toMatch(/\.png$/);
    const picture = await ada.evaluate(pixelsOf, png.bytes.toString('base64'));
    expect(picture.width).toBeGreaterThan(2 * 420);
    expect(picture.colours).toBeGreaterThan(2);

    const other = await on.newDiagram('Copy');
    await ada.goto(on.url + other);
    await isSaved(ada);
    await imported(ada, json.name, json.bytes.toString());
    await seen(ada, '3 cells were added.');
    await isSaved(ada);
    const labels = (await on.cellsAt(other)).map(({ shape, label }) => `${shape} ${label}`);
    expect(labels.sort()).toEqual(['actor Bank <b>', 'flow pay', 'process Shop']);
  });

  it('WE6 a picture that the browser does not make is told', async () => {
    const [ada] = (await on.together(await on.newDiagram('Too large'), 'Ada Lovelace')) as [Page];
    await isSaved(ada);
    await ada.evaluate(() => {
      HTMLCanvasElement.prototype.toBlob = (take) => take(null);
    });
    await chosen(ada, 'Export PNG');
    await seen(ada, 'The export did not work. Try another format.');
  });

  it('WE6 a file that cannot be read is told', async () => {
    const [ada] = (await on.together(await on.newDiagram('Unreadable'), 'Ada Lovelace')) as [Page];
    await isSaved(ada);
    await ada.evaluate(() => {
      Blob.prototype.text = () => Promise.reject(new DOMException('it has changed', 'NotReadableError'));
    });
    await imported(ada, 'changed.json', '[]');
    await seen(ada, 'That file could not be read.');
  });

  it('WE6 cells of AntV X6 go in, what cannot be drawn is told, and one undo takes all of it back', async () => {
    const diagram = await on.newDiagram('From X6');
    const [ada] = (await on.together(diagram, 'Ada Lovelace')) as [Page];
    await isSaved(ada);
    await imported(ada, 'x6.json', JSON.stringify(x6));
    await seen(ada, '3 cells were added. 1 edge has a loose end and was left out.');
    await ada.getByText('Service').waitFor(SOON);
    await expect.poll(async () => (await on.cellsAt(diagram)).length, SOON).toBe(3);
    await imported(ada, 'notes.txt', 'no JSON');
    await seen(ada, 'That file is not JSON.');
    await button(ada, 'Undo').click();
    await expect.poll(async () => (await on.cellsAt(diagram)).length, SOON).toBe(0);
  });
});

/** What a PNG holds: its width, and how many colours. Runs in the page. */
async function pixelsOf(base64: string): Promise<{ width: number; colours: number }> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.codePointAt(0)!);
  const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  const context = new OffscreenCanvas(image.width, image.height).getContext('2d')!;
  context.drawImage(image, 0, 0);
  const pixels = new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer);
  return { width: image.width, colours: new Set(pixels).size };
}
