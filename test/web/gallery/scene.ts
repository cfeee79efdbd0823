/** A page in a state, and how one gets there. */
import type { Page } from 'playwright-core';
import type { Studio } from './studio.ts';

export interface Scene {
  /** The name of its pictures. */
  name: string;
  /** Leads to the page as it is to be seen. */
  take(studio: Studio): Promise<Page>;
}

type Panel = 'people' | 'chat' | 'history';

/** Opens a panel of a diagram as a hand would: on a phone the bar has room for one, the others are in the menu. */
export async function openPanel({ look, say }: Studio, page: Page, panel: Panel): Promise<void> {
  if (look.device === 'phone' && panel !== 'people') await choose(page, say('room:more'), say(`room:${panel}`));
  else await page.locator(`button[data-panel="${panel}"]`).click();
  await page.getByRole('heading', { name: say(`room:${panel}`), exact: true }).waitFor();
}

/** Chooses from a menu. @param menu what its button is called */
export async function choose(page: Page, menu: string, item: string): Promise<void> {
  await press(page, menu);
  await page.getByRole('menuitem', { name: item, exact: true }).click();
  await page.getByRole('menu').waitFor({ state: 'detached' });
}

export const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).first().click();

export const seen = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor();

/** That a diagram is there, drawn and saved. */
export const drawn = (page: Page) => page.locator('[data-saved="saved"]').waitFor();

/** The page of a diagram, open for somebody, once all is drawn. */
export async function opened(studio: Studio, name: Parameters<Studio['window']>[0], path: string): Promise<Page> {
  const page = await studio.window(name, path);
  await drawn(page);
  return page;
}

/** The page of a diagram that is Ada's, open for Grace while Ada is there. */
export async function visiting(studio: Studio) {
  const place = await studio.diagram();
  const ada = await studio.joins('ada', place);
  return { ada, page: await opened(studio, 'grace', place.path) };
}

/** Adds a shape from the palette, which is on the desktop and on a phone alike. */
export async function drawShape({ say }: Studio, page: Page, shape: 'process' | 'store' | 'actor'): Promise<void> {
  await page
    .getByRole('toolbar', { name: say('editor:palette') })
    .getByRole('button', { name: say(`editor:${shape}`) })
    .click();
}
