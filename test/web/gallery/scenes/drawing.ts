/** A diagram: empty, drawn, with others in it, and what one draws with. */
import type { LiveDiagram } from '../../../../src/client/index.ts';
import { choose, drawn, opened, press, seen, type Scene } from '../scene.ts';
import type { Studio } from '../studio.ts';

/** Where somebody points, and what they have selected. */
function points(diagram: LiveDiagram, x: number, y: number, ...selected: string[]): void {
  diagram.setCursor({ x, y });
  diagram.setSelection(selected);
}

/** Others come to a diagram that Ada has open. */
export async function othersCome(studio: Studio, place: Parameters<Studio['joins']>[1]) {
  const grace = await studio.joins('grace', place);
  const katherine = await studio.joins('katherine', place);
  points(grace, 660, 215, 'pay');
  points(katherine, 1000, 345, 'courier');
  points(await studio.joins('alan', place), 250, 250);
  return { grace, katherine };
}

export const drawing: readonly Scene[] = [
  {
    name: 'diagram-empty',
    async take(studio) {
      const { path } = await studio.diagram(studio.story.checkout, []);
      const page = await studio.window('ada', path);
      await seen(page, studio.say('editor:empty'));
      await drawn(page);
      return page;
    },
  },
  {
    name: 'diagram',
    async take(studio) {
      return opened(studio, 'ada', (await studio.diagram()).path);
    },
  },
  {
    name: 'together',
    async take(studio) {
      const place = await studio.diagram();
      const page = await opened(studio, 'ada', place.path);
      await othersCome(studio, place);
      await page.getByText('Katherine Johnson').first().waitFor();
      return page;
    },
  },
  {
    name: 'selected',
    async take(studio) {
      const page = await opened(studio, 'ada', (await studio.diagram()).path);
      if (studio.look.device === 'desktop') await press(page, studio.say('editor:minimap'));
      await page.getByText(studio.story.orders, { exact: true }).last().click();
      await page.getByRole('toolbar', { name: studio.say('editor:selected') }).waitFor();
      return page;
    },
  },
  {
    name: 'renaming',
    async take(studio) {
      const page = await opened(studio, 'ada', (await studio.diagram()).path);
      await page.getByText(studio.story.cards, { exact: true }).click();
      await press(page, studio.say('editor:rename'));
      await page.getByRole('textbox', { name: studio.say('editor:label') }).waitFor();
      return page;
    },
  },
  {
    name: 'naming',
    async take(studio) {
      const page = await opened(studio, 'ada', (await studio.diagram()).path);
      await press(page, studio.story.checkout);
      await page.getByRole('textbox', { name: studio.say('room:nameOfDiagram') }).waitFor();
      return page;
    },
  },
  {
    name: 'keys',
    async take(studio) {
      const page = await opened(studio, 'ada', (await studio.diagram()).path);
      await page.locator('[data-canvas]').focus();
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      return page;
    },
  },
  {
    name: 'menu',
    async take(studio) {
      const page = await opened(studio, 'ada', (await studio.diagram()).path);
      await press(page, studio.say('room:more'));
      await page.getByRole('menuitem', { name: studio.say('room:exportSvg') }).waitFor();
      return page;
    },
  },
  {
    name: 'imported',
    async take(studio) {
      const page = await opened(studio, 'ada', (await studio.diagram()).path);
      const file = { cells: [{ id: 'cloud', shape: 'cloud', x: 40, y: 480, width: 120, height: 60, label: 'CDN' }] };
      await page.locator('input[type="file"]').setInputFiles({
        name: 'more.json',
        mimeType: 'application/json',
        buffer: Buffer.from(JSON.stringify(file)),
      });
      await seen(page, studio.say('editor:imported', { count: 1 }));
      return page;
    },
  },
  {
    name: 'sharing',
    async take(studio) {
      const page = await opened(studio, 'ada', (await studio.diagram()).path);
      if (studio.look.device === 'phone') await choose(page, studio.say('room:more'), studio.say('room:share'));
      else await press(page, studio.say('room:share'));
      await page.getByRole('dialog').getByText('barbara@example.com').waitFor();
      return page;
    },
  },
  {
    name: 'sharing-removing',
    async take(studio) {
      const place = await studio.diagram();
      const page = await opened(studio, 'ada', place.path);
      await studio.joins('grace', place);
      if (studio.look.device === 'phone') await choose(page, studio.say('room:more'), studio.say('room:share'));
      else await press(page, studio.say('room:share'));
      await press(page, studio.say('people:removeName', { name: 'Grace Hopper' }));
      await seen(page, studio.say('people:removeAccessTitle', { name: 'Grace Hopper' }));
      return page;
    },
  },
];
