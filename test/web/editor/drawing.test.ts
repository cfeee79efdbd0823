/** Drawing, by one and by two people, in real browsers against a real server. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { stage } from '../stage.ts';
import { SOON } from '../visitor.ts';

describe('WE2 drawing', () => {
  const on = stage();
  const { cellsAt } = on;
  const saved = (page: Page) => page.locator('[data-saved="saved"]').waitFor();
  async function draw(page: Page, key: string, label: string, at: { x: number; y: number }): Promise<void> {
    await page.mouse.move(at.x, at.y);
    await page.keyboard.press(key);
    await page.getByRole('textbox', { name: 'Label' }).fill(label);
    await page.keyboard.press('Enter');
    await page.getByText(label, { exact: true }).waitFor();
  }
  /** Of an edge. */
  const lineIsSeen = (page: Page) =>
    expect
      .poll(async () => (await page.locator('.react-flow__edge-path').first().boundingBox())?.width ?? 0, SOON)
      .toBeGreaterThan(20);
  async function cellsOnce(path: string, count: number): Promise<any[]> {
    await expect.poll(async () => (await cellsAt(path)).length, SOON).toBe(count);
    return cellsAt(path);
  }
  async function opened(name: string, ...people: string[]): Promise<{ path: string; pages: Page[] }> {
    const path = await on.newDiagram(name);
    const pages = await on.together(path, ...people);
    for (const page of pages) await page.locator('[data-canvas]').focus();
    return { path, pages };
  }

  it('keys draw also when a button was clicked last, and write where something is written', async () => {
    const { pages } = await opened('Keys', 'Ada Lovelace');
    const [ada] = pages as [Page];
    await ada.getByRole('button', { name: '1 person here' }).click();
    await ada.getByRole('complementary').waitFor();
    await ada.keyboard.press('1');
    await ada.getByRole('textbox', { name: 'Label' }).fill('By a key');
    await ada.keyboard.press('Enter');
    await ada.getByRole('button', { name: 'Show everything' }).click();
    await ada.keyboard.press('Control+z');
    await expect.poll(() => ada.locator('.react-flow__node').count(), SOON).toBe(1);
    await ada.keyboard.press('Control+z');
    await expect.poll(() => ada.locator('.react-flow__node').count(), SOON).toBe(0);
    await ada.getByRole('button', { name: 'History' }).click();
    await ada.getByRole('textbox', { name: 'Name of the version' }).pressSequentially('Version 2');
    expect(await ada.getByRole('textbox', { name: 'Name of the version' }).inputValue()).toBe('Version 2');
    expect(await ada.locator('.react-flow__node').count()).toBe(0);
  });

  it('DO3 two people draw, drag, connect, rename and delete; each sees it, and undo takes back only what is mine', async () => {
    const { path, pages } = await opened('Together', 'Ada Lovelace', 'Grace Hopper');
    const [ada, grace] = pages as [Page, Page];
    await draw(ada, '1', 'Checkout', { x: 400, y: 300 });
    await draw(grace, '2', 'Orders', { x: 700, y: 300 });
    await ada.getByText('Orders').waitFor();
    await saved(ada);
    const yOf = async (label: string) => (await cellsAt(path)).find((cell) => cell.label === label).y;
    const before = await yOf('Checkout');
    const box = (await ada.getByText('Checkout').boundingBox())!;
    await ada.mouse.move(box.x + 5, box.y + 5);
    await ada.mouse.down();
    await ada.mouse.move(box.x + 5, box.y + 105, { steps: 50 });
    await ada.mouse.up();
    await expect.poll(() => yOf('Checkout'), SOON).toBe(before + 100);
    await grace.keyboard.press('Control+a');
    await grace.keyboard.press('c');
    await expect.poll(async () => (await cellsAt(path)).filter(({ shape }) => shape === 'flow').length, SOON).toBe(1);
    await Promise.all([ada, grace].map(lineIsSeen));
    await grace.reload();
    await lineIsSeen(grace);
    // One drag is one undo, and Grace's flow is not Ada's to undo.
    await ada.keyboard.press('Control+z');
    await expect.poll(() => yOf('Checkout'), SOON).toBe(before);
    expect(await cellsAt(path)).toHaveLength(3);
    await ada.getByText('Checkout', { exact: true }).dblclick();
    await ada.getByRole('textbox', { name: 'Label' }).fill('Payment');
    await ada.keyboard.press('Enter');
    await grace.getByText('Payment').waitFor();
    await ada.keyboard.press('Delete');
    await grace.getByText('Payment').waitFor({ state: 'detached' });
    await expect.poll(async () => (await cellsAt(path)).map(({ label }) => label), SOON).toEqual(['Orders']);
  });

  it('the keyboard joins any two cells: S keeps one selected while Tab goes on', async () => {
    const { path, pages } = await opened('Chosen', 'Ada Lovelace');
    const [ada] = pages as [Page];
    for (const [key, label, x] of [
      ['1', 'Shop', 300],
      ['2', 'Orders', 600],
      ['3', 'Bank', 900],
    ] as const)
      await draw(ada, key, label, { x, y: 300 });
    const selected = () => ada.locator('.react-flow__node.selected').allInnerTexts();
    await ada.keyboard.press('Escape');
    for (const key of ['Tab', 's', 'Tab', 's', 's', 'Tab']) await ada.keyboard.press(key);
    await expect.poll(selected, SOON).toEqual(['Shop', 'Bank']);
    await ada.keyboard.press('c');
    await lineIsSeen(ada);
    const cells = await cellsOnce(path, 4);
    const idOf = new Map(cells.map(({ label, id }) => [label, id]));
    expect(cells.find(({ shape }) => shape === 'flow')).toMatchObject({
      source: { cell: idOf.get('Shop') },
      target: { cell: idOf.get('Bank') },
    });
    await ada.keyboard.press('Escape');
    await ada.keyboard.press('Tab');
    await ada.keyboard.press('Tab');
    await expect.poll(async () => (await selected()).length, SOON).toBeLessThan(2);
  });

  it('when the edge goes whose label I write the canvas has the keys again, and nothing is written when it is back', async () => {
    const { path, pages } = await opened('Gone', 'Ada Lovelace', 'Grace Hopper');
    const [ada, grace] = pages as [Page, Page];
    await draw(ada, '1', 'Shop', { x: 400, y: 300 });
    await draw(ada, '2', 'Orders', { x: 700, y: 300 });
    await ada.keyboard.press('Control+a');
    await ada.keyboard.press('c');
    await cellsOnce(path, 3);
    for (const key of ['Escape', 'Tab', 'Tab', 'Enter']) await ada.keyboard.press(key);
    await ada.getByRole('textbox', { name: 'Label' }).waitFor();
    await ada.keyboard.type('buys');
    await grace.getByText('Shop', { exact: true }).click();
    await grace.keyboard.press('Delete');
    await ada.getByText('Shop').waitFor({ state: 'detached' });
    await expect.poll(() => ada.evaluate(() => document.activeElement?.hasAttribute('data-canvas')), SOON).toBe(true);
    await ada.keyboard.press('Tab');
    await grace.keyboard.press('Control+z');
    await ada.getByText('Shop').waitFor();
    await lineIsSeen(ada);
    expect(await ada.getByRole('textbox', { name: 'Label' }).count()).toBe(0);
  });

  it('the mouse joins two cells from the side of one to the other', async () => {
    const { path, pages } = await opened('Joined', 'Ada Lovelace');
    const [ada] = pages as [Page];
    await draw(ada, '1', 'Shop', { x: 400, y: 300 });
    await draw(ada, '3', 'Bank', { x: 800, y: 300 });
    await ada.keyboard.press('Escape');
    const [shop, bank] = await Promise.all(
      ['Shop', 'Bank'].map((name) => ada.locator('.react-flow__node', { hasText: name }).boundingBox()),
    );
    await ada.mouse.move(shop!.x + shop!.width / 2, shop!.y + shop!.height / 2);
    await ada.locator('.react-flow__handle').nth(3).waitFor(SOON);
    await ada.mouse.move(shop!.x + shop!.width - 1, shop!.y + shop!.height / 2);
    await ada.mouse.down();
    await ada.mouse.move(bank!.x + bank!.width / 2, bank!.y + bank!.height / 2, { steps: 10 });
    await ada.mouse.up();
    await expect.poll(async () => (await cellsAt(path)).filter(({ shape }) => shape === 'flow').length, SOON).toBe(1);
  });

  it('an end of an edge is moved to another cell; the other end, and how many there are, stay as they are', async () => {
    const { path, pages } = await opened('Moved', 'Ada Lovelace');
    const [ada] = pages as [Page];
    for (const [key, label, x] of [
      ['1', 'Shop', 400],
      ['2', 'Orders', 700],
      ['3', 'Bank', 1000],
    ] as const)
      await draw(ada, key, label, { x, y: 300 });
    await ada.getByText('Shop', { exact: true }).click();
    await ada.keyboard.down('Shift');
    await ada.getByText('Orders', { exact: true }).click();
    await ada.keyboard.up('Shift');
    await ada.keyboard.press('c');
    await lineIsSeen(ada);
    const idOf = new Map((await cellsOnce(path, 4)).map(({ label, id }) => [label, id]));
    const flows = async () => (await cellsAt(path)).filter(({ shape }) => shape === 'flow');
    const boxOf = async (label: string) => (await ada.locator('.react-flow__node', { hasText: label }).boundingBox())!;
    const bank = await boxOf('Bank');
    const drag = async (to: { x: number; y: number }) => {
      await ada.keyboard.press('Escape');
      await ada.mouse.move(640, 600); // a cell that is pointed at has its own ends there
      const head = (await ada.locator('.react-flow__edgeupdater-target').boundingBox())!;
      await ada.mouse.move(head.x + head.width / 2, head.y + head.height / 2);
      await ada.mouse.down();
      await ada.mouse.move(to.x, to.y, { steps: 20 });
      await ada.mouse.up();
    };
    // Onto a side, where it stays.
    await drag({ x: bank.x + bank.width / 2, y: bank.y + 1 });
    await expect.poll(async () => (await flows())[0].target, SOON).toEqual({ cell: idOf.get('Bank'), port: 'top' });
    expect(await flows()).toMatchObject([{ source: { cell: idOf.get('Shop') } }]);
    expect((await flows())[0].source).toEqual({ cell: idOf.get('Shop') });
    // Beside everything: it stays where it was.
    await drag({ x: 700, y: 600 });
    // Into a cell, whose sides it goes round.
    const orders = await boxOf('Orders');
    await drag({ x: orders.x + orders.width / 2, y: orders.y + orders.height / 2 });
    await expect.poll(async () => (await flows())[0].target, SOON).toEqual({ cell: idOf.get('Orders') });
    await ada.keyboard.press('Control+z');
    await expect.poll(async () => (await flows())[0].target, SOON).toEqual({ cell: idOf.get('Bank'), port: 'top' });
    expect(await flows()).toHaveLength(1);
  });

  it('a drag that is abandoned stays so until the hand lets go', async () => {
    const { pages } = await opened('Abandoned', 'Ada Lovelace');
    const [ada] = pages as [Page];
    await draw(ada, '1', 'Shop', { x: 400, y: 300 });
    await saved(ada);
    const shop = ada.locator('.react-flow__node');
    const { x, y } = (await shop.boundingBox())!;
    await ada.mouse.move(x + 5, y + 5);
    await ada.mouse.down();
    await ada.mouse.move(x + 45, y + 5, { steps: 10 });
    await ada.keyboard.press('Escape');
    await ada.mouse.move(x + 45, y + 205, { steps: 10 });
    await ada.mouse.up();
    await saved(ada);
    await expect.poll(async () => (await shop.boundingBox())!.y, SOON).toBe(y);
  });

  it('Tab says what each cell is, and keys reach the canvas also when the cell that had the focus is gone', async () => {
    const { pages } = await opened('Said', 'Ada Lovelace', 'Grace Hopper');
    const [ada, grace] = pages as [Page, Page];
    await draw(ada, '1', 'Shop', { x: 400, y: 300 });
    await draw(ada, '2', 'Orders', { x: 700, y: 300 });
    await ada.keyboard.press('Control+a');
    await ada.keyboard.press('c');
    await lineIsSeen(ada);
    await ada.keyboard.press('Escape');
    const focused = () => ada.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    const said: unknown[] = [];
    for (let count = 0; count < 3; count += 1) {
      await ada.keyboard.press('Tab');
      said.push(await focused());
    }
    expect(said).toEqual(['Process Shop', 'Flow from Shop to Orders', 'Store Orders']);
    await ada.keyboard.press('Delete');
    await expect.poll(focused, SOON).toBe('Diagram');
    await ada.keyboard.press('Tab');
    expect(await focused()).toBe('Process Shop');
    // Also where somebody else removes it.
    await grace.getByText('Orders').waitFor({ state: 'detached' });
    await grace.keyboard.press('Control+a');
    await grace.keyboard.press('Delete');
    await expect.poll(focused, SOON).toBe('Diagram');
  });

  it('another language keeps what can be undone, what is selected, and the view', async () => {
    const { pages } = await opened('Translated', 'Ada Lovelace');
    const [ada] = pages as [Page];
    await draw(ada, '1', 'Shop', { x: 400, y: 300 });
    await ada.emulateMedia({ reducedMotion: 'reduce' });
    await ada.keyboard.press('+');
    const view = () => ada.locator('.react-flow__viewport').getAttribute('style');
    await expect.poll(view, SOON).not.toContain('scale(1)');
    const before = await view();
    await ada.getByRole('button', { name: 'More' }).click();
    await ada.getByRole('menuitem', { name: 'Polski' }).click();
    await ada.getByRole('group', { name: 'Proces Shop' }).waitFor(SOON);
    expect(await view()).toBe(before);
    expect(await ada.locator('.react-flow__node.selected').count()).toBe(1);
    await ada.locator('[data-canvas]').focus();
    for (const _ of ['the label', 'the cell']) await ada.keyboard.press('Control+z');
    await ada.locator('.react-flow__node').waitFor({ ...SOON, state: 'detached' });
  });

  it('the keyboard alone draws, moves, resizes, duplicates and goes through the cells; a boundary takes along what is in it', async () => {
    const { path, pages } = await opened('Keys', 'Ada Lovelace');
    const [ada] = pages as [Page];
    await draw(ada, '4', 'Internet', { x: 640, y: 400 });
    await draw(ada, '3', 'Bank', { x: 640, y: 400 });
    await ada.keyboard.press('Escape');
    await ada.keyboard.press('Tab');
    const [before] = await cellsAt(path);
    await ada.keyboard.press('Shift+ArrowRight');
    await ada.keyboard.press('Alt+ArrowDown');
    await ada.keyboard.press('Control+d');
    await saved(ada);
    await expect.poll(async () => (await cellsAt(path)).length, SOON).toBe(4);
    const cells = await cellsAt(path);
    const [boundary, bank] = [cells[0], cells[1]];
    expect(boundary).toMatchObject({ label: 'Internet', x: before.x + 10, height: before.height + 10 });
    expect(bank.parent).toBe(boundary.id);
    expect(cells[3].parent).toBe(cells[2].id);
    await ada.keyboard.press('?');
    await ada.getByRole('dialog').getByText('Duplicate').waitFor();
  });

  it('WE2 keys put one beside the other, and a text that nobody would see does not stay', async () => {
    const { path, pages } = await opened('Beside', 'Ada Lovelace');
    const [ada] = pages as [Page];
    for (const [key, label] of [
      ['1', 'Shop'],
      ['2', 'Orders'],
      ['3', 'Bank'],
      ['4', 'Internet'],
    ] as const)
      await draw(ada, key, label, { x: 640, y: 400 });
    await ada.keyboard.press('5');
    await ada.getByRole('textbox', { name: 'Label' }).waitFor();
    await ada.keyboard.press('Escape');
    await saved(ada);
    const places = (await cellsAt(path)).map(({ label, x, y }) => ({ label, x, y }));
    const [shop] = places;
    expect(places).toEqual([
      { label: 'Shop', x: shop!.x, y: shop!.y },
      { label: 'Orders', x: shop!.x, y: shop!.y + 80 },
      { label: 'Bank', x: shop!.x, y: shop!.y - 80 },
      { label: 'Internet', x: shop!.x - 130, y: shop!.y - 100 },
    ]);
  });

  it('WE2 a paste does not hide what was copied, nor the paste before, wherever the pointer is', async () => {
    const { path, pages } = await opened('Pasted', 'Ada Lovelace');
    const [ada] = pages as [Page];
    await draw(ada, '1', 'Shop', { x: 640, y: 400 });
    for (const key of ['c', 'v', 'v']) await ada.keyboard.press(`Control+${key}`);
    await expect.poll(async () => (await cellsAt(path)).length, SOON).toBe(3);
    const [shop, ...copies] = (await cellsAt(path)).map(({ x, y }) => ({ x, y }));
    expect(copies).toEqual([20, 40].map((by) => ({ x: shop!.x + by, y: shop!.y + by })));
  });

  it('WE2 an edge that is cut can be pasted where what it joined still is', async () => {
    const { path, pages } = await opened('Cut', 'Ada Lovelace');
    const [ada] = pages as [Page];
    await draw(ada, '1', 'Shop', { x: 400, y: 300 });
    await draw(ada, '3', 'Bank', { x: 800, y: 300 });
    await ada.keyboard.press('Control+a');
    await ada.keyboard.press('c');
    const [, , flow] = await cellsOnce(path, 3);
    await ada.keyboard.press('Control+x');
    await cellsOnce(path, 2);
    await ada.keyboard.press('Control+v');
    const [, , pasted] = await cellsOnce(path, 3);
    expect(pasted).toMatchObject({ shape: 'flow', source: flow.source, target: flow.target });
  });

  it('WE6 what is too much to be pasted again is not cut, and both are told', async () => {
    const path = await on.newDiagram('Too much');
    const cells = ['Shop', 'Bank'].map((label, index) => {
      const rect = { x: 300 * index, y: 0, width: 120, height: 60 };
      return { id: label, shape: 'process', ...rect, label, z: 1, data: 'n'.repeat(1_100_000) };
    });
    await on.asAda('PUT', `${path.replace('threat-models', 'threat_models')}/content`, { cells });
    const [ada] = (await on.together(path, 'Ada Lovelace')) as [Page];
    await ada.getByText('Bank').waitFor();
    await saved(ada);
    await ada.locator('[data-canvas]').focus();
    for (const key of ['a', 'c', 'v']) await ada.keyboard.press(`Control+${key}`);
    await ada.getByText('Nothing was pasted: at most 10,000 cells').waitFor(SOON);
    await ada.keyboard.press('Control+x');
    await ada.getByText('Nothing was cut: at most 10,000 cells').waitFor(SOON);
    expect(await ada.locator('.react-flow__node').count()).toBe(2);
  });

  it('whoever selects more than can be told is still seen by the others', async () => {
    const path = await on.newDiagram('All of many');
    const cells = Array.from({ length: 500 }, (_, index) => ({
      id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      shape: 'process',
      x: (index % 25) * 160,
      y: Math.floor(index / 25) * 90,
      width: 120,
      height: 60,
      label: '',
      z: 1,
    }));
    await on.asAda('PUT', `${path.replace('threat-models', 'threat_models')}/content`, { cells });
    const [ada, grace] = (await on.together(path, 'Ada Lovelace', 'Grace Hopper')) as [Page, Page];
    for (const page of [ada, grace])
      await expect.poll(() => page.locator('.react-flow__node').count(), SOON).toBe(cells.length);
    await ada.locator('[data-canvas]').focus();
    await ada.keyboard.press('Control+a');
    await expect.poll(() => grace.locator('[data-outlined="true"]').count(), SOON).toBe(200);
  });

  it('WE3 AC2 a reader changes nothing, and AC4 draws as soon as they may', async () => {
    const { path, pages } = await opened('Reading', 'Ada Lovelace', 'Alan Turing');
    const [, alan] = pages as [Page, Page];
    await alan.keyboard.press('1');
    await expect(alan.getByRole('toolbar', { name: 'Shapes' }).count()).resolves.toBe(0);
    const model = path.split('/')[2];
    const grants = await on.asAda('GET', `/threat_models/${model}/authorization`);
    const as = (role: string) =>
      grants.map((grant: any) => (grant.subject === 'alan@example.com' ? { ...grant, role } : grant));
    await on.asAda('PUT', `/threat_models/${model}/authorization`, as('writer'));
    await alan.getByRole('toolbar', { name: 'Shapes' }).waitFor();
    await alan.locator('[data-canvas]').focus();
    await draw(alan, '5', 'A note', { x: 500, y: 400 });
    await expect.poll(async () => (await cellsAt(path)).map(({ label }) => label), SOON).toEqual(['A note']);
    await on.asAda('PUT', `/threat_models/${model}/authorization`, as('reader'));
    await alan.getByRole('toolbar', { name: 'Shapes' }).waitFor({ state: 'detached' });
  });
});
