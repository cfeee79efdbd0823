/** A host who goes to another page while others are here, in real browsers. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { stage } from '../stage.ts';
import { SOON } from '../visitor.ts';
import { button, gone, seen } from './hands.ts';

const LONG = 120_000;
const [ADA, GRACE] = ['Ada Lovelace', 'Grace Hopper'] as const;

describe('a host who goes', () => {
  const on = stage();

  it('CS7 a host who leaves is asked, and the session ends with them', { timeout: LONG }, async () => {
    const diagram = await on.newDiagram('Left');
    const [ada, grace] = (await on.together(diagram, ADA, GRACE)) as [Page, Page];
    await button(ada, '2 people here').waitFor(SOON);
    await ada.getByRole('link', { name: 'Back to all diagrams' }).click();
    await seen(ada, 'Leave and end the session?');
    await button(ada, 'Leave').click();
    await grace.getByText(/^Ada Lovelace left, and the session ended/).waitFor({ timeout: 60_000 });
    await button(grace, 'Start a new session').click();
    await button(grace, '1 person here').waitFor(SOON);
  });

  it('CS7 a host who goes by the Back button is asked once, and stays or goes', { timeout: LONG }, async () => {
    const diagram = await on.newDiagram('Gone back');
    const { page: ada } = await on.somebody(ADA);
    await ada.getByRole('link', { name: /Gone back/ }).click();
    await button(ada, '1 person here').waitFor(SOON);
    await on.together(diagram, GRACE);
    await button(ada, '2 people here').waitFor(SOON);
    const back = () => ada.evaluate(() => history.back());
    await back();
    await seen(ada, 'Leave and end the session?');
    await button(ada, 'Cancel').click();
    await gone(ada, 'Leave and end the session?');
    expect(new URL(ada.url()).pathname).toBe(diagram);
    await back();
    await seen(ada, 'Leave and end the session?');
    await button(ada, 'Leave').click();
    await expect.poll(() => new URL(ada.url()).pathname, SOON).toBe('/');
    await gone(ada, 'Leave and end the session?');
  });
});
