/** Signing in at an issuer, and staying so, in a real browser against a real issuer and a real server. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { within } from '../../support/patience.ts';
import { button, draw, gone, isSaved, nodes, seen } from '../diagram/hands.ts';
import { SOON } from '../visitor.ts';
import { issuerStage } from './stage.ts';

const LONG = 120_000;
const GRACE = 'grace.hopper@example.com';
const pathOf = (page: Page) => new URL(page.url()).pathname;

describe('signing in at an issuer', () => {
  const on = issuerStage();

  /** What somebody says to the issuer. */
  async function say(page: Page, email: string): Promise<void> {
    await page.getByLabel('Email').fill(email);
    await button(page, 'Continue').click();
  }

  it(
    'WE9 a link to a diagram leads through the issuer to the diagram; signing out leads out there too',
    { timeout: LONG },
    async () => {
      const diagram = await on.newDiagram(GRACE);
      const { page, complaints } = await on.stranger(diagram);
      await button(page, 'Sign in').click();
      await page.waitForURL(`${on.issuer.url}/**`);
      await say(page, GRACE);
      await isSaved(page);
      expect(page.url()).toBe(on.url + diagram);
      expect(on.issuer.granted.at(-1)).toMatchObject({
        grant_type: 'authorization_code',
        code_verifier: expect.stringMatching(/^.{43,}$/),
      });
      await page.reload();
      await isSaved(page);
      expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('eyJ');
      expect(complaints).toEqual([]);

      await page.goto(on.url);
      await button(page, 'Account of Grace Hopper').click();
      await page.getByRole('menuitem', { name: 'Sign out' }).click();
      await button(page, 'Sign me out').click();
      await expect.poll(() => page.url(), SOON).toBe(`${on.url}/sign-in`);
      await button(page, 'Sign in').click();
      await page.getByLabel('Email').waitFor(SOON); // nobody is known there any more
    },
  );

  it('WE9 an answer that this window did not ask for is refused', { timeout: LONG }, async () => {
    const before = on.issuer.granted.length;
    const { page } = await on.stranger('/signed-in?code=stolen&state=forged');
    await seen(page, 'This sign-in was begun elsewhere, or took too long. Begin anew.');
    expect(page.url()).toBe(`${on.url}/sign-in`);

    // A real one, of another window.
    const other = await on.stranger();
    await button(other.page, 'Sign in').click();
    await other.page.getByLabel('Email').waitFor(SOON);
    const answered = other.page.waitForRequest(/signed-in\?.*code=/);
    await say(other.page, GRACE);
    const answer = (await answered).url();
    await button(other.page, 'Account of Grace Hopper').waitFor(SOON);
    await page.goto(answer);
    await seen(page, 'This sign-in was begun elsewhere, or took too long. Begin anew.');
    expect(on.issuer.granted.length).toBe(before + 1);
  });

  it('WE9 who turns it down at the issuer is told so, and may think again', { timeout: LONG }, async () => {
    const diagram = await on.newDiagram(GRACE);
    const { page } = await on.stranger(diagram);
    await button(page, 'Sign in').click();
    await button(page, 'Cancel').click();
    await seen(page, 'The sign-in was turned down, by you or by your identity provider.');
    await button(page, 'Sign in').click();
    await say(page, GRACE);
    await expect.poll(() => pathOf(page), SOON).toBe(diagram);
  });

  it('WE9 an issuer that does not answer is told as such, before and after', { timeout: LONG }, async () => {
    const { page } = await on.stranger();
    on.issuer.down = true;
    await button(page, 'Sign in').click();
    await seen(page, 'Your identity provider does not answer. Try again in a moment.');
    on.issuer.down = false;
    await button(page, 'Sign in').click();
    await page.getByLabel('Email').waitFor(SOON);
    await page.route(`${on.issuer.url}/token`, (route) => route.abort());
    await say(page, GRACE);
    await seen(page, 'Your identity provider does not answer. Try again in a moment.');
    await page.unroute(`${on.issuer.url}/token`);
    await button(page, 'Sign in').click(); // the issuer knows them by now
    await button(page, 'Account of Grace Hopper').waitFor(SOON);
  });

  it('WE10 a token that expires is renewed, and nothing of it is to be seen', { timeout: LONG }, async () => {
    const diagram = await on.newDiagram(GRACE);
    const { page, complaints } = await on.stranger(diagram);
    const sockets: string[] = [];
    page.on('websocket', (socket) => sockets.push(socket.url()));
    on.issuer.lifetime = 12;
    await button(page, 'Sign in').click();
    await say(page, GRACE);
    await isSaved(page);
    const expires = Date.now() + 12_000;
    await page.evaluate(() => {
      new MutationObserver(() => {
        if (/Reconnecting|Sign in again/.test(document.body.innerText)) document.body.dataset.broken = 'yes';
      }).observe(document.body, { childList: true, subtree: true, characterData: true });
    });
    await draw(page, 'Process');
    await expect.poll(() => Date.now(), { timeout: within(20_000) }).toBeGreaterThan(expires + 1000);
    await draw(page, 'Store');
    await isSaved(page);
    await expect.poll(() => on.stored(GRACE, diagram), SOON).toEqual(['process', 'store']);
    expect(on.issuer.granted.at(-1)).toMatchObject({ grant_type: 'refresh_token' });
    expect(await page.evaluate(() => document.body.dataset.broken)).toBeUndefined();
    expect([sockets.length, complaints]).toEqual([1, []]);
  });

  it(
    'WE10 where it cannot be renewed they sign in again over the diagram, as themselves, and what they drew is saved',
    { timeout: LONG },
    async () => {
      const diagram = await on.newDiagram(GRACE);
      const { page } = await on.stranger(diagram);
      Object.assign(on.issuer, { lifetime: 12, renews: false });
      await button(page, 'Sign in').click();
      await say(page, GRACE);
      await isSaved(page);
      await draw(page, 'Process');
      await page.evaluate(() => (document.body.dataset.same = 'page'));
      await seen(page, 'Sign in again to go on');
      await page.getByText('Reconnecting. What you draw is kept here.').waitFor({ timeout: within(30_000) });
      await draw(page, 'Store');
      await seen(page, /^Offline, \d changes? kept here$/);

      // Somebody else at the same desk: not their edits.
      await page.context().clearCookies();
      const [first] = await Promise.all([page.waitForEvent('popup'), button(page, 'Sign in again').click()]);
      expect(await first.getByLabel('Email').inputValue()).toBe(GRACE);
      await Promise.all([first.waitForEvent('close'), say(first, 'alan.turing@example.com')]);
      await seen(page, 'That was Alan Turing. On this page you are Grace Hopper.');
      expect(await on.stored(GRACE, diagram)).toEqual(['process']);

      await page.context().clearCookies();
      const [second] = await Promise.all([page.waitForEvent('popup'), button(page, 'Sign in again').click()]);
      await Promise.all([second.waitForEvent('close'), say(second, GRACE)]);
      await gone(page, 'Sign in again to go on');
      await isSaved(page);
      await nodes(page, 2);
      await expect.poll(() => on.stored(GRACE, diagram), SOON).toEqual(['process', 'store']);
      expect(await page.evaluate(() => document.body.dataset.same)).toBe('page');
    },
  );

  it(
    'WE10 where the issuer renews nothing for this page they are asked to sign in again',
    { timeout: LONG },
    async () => {
      const { page } = await on.stranger(await on.newDiagram(GRACE));
      // Before they sign in: where the page is slow, it renews as soon as it is there.
      await page.route(`${on.issuer.url}/token`, (route) => {
        if (!route.request().postData()?.includes('grant_type=refresh_token')) return route.continue();
        return route.fulfill({
          status: 400,
          headers: { 'access-control-allow-origin': '*' },
          json: { error: 'unauthorized_client' },
        });
      });
      on.issuer.lifetime = 12;
      await button(page, 'Sign in').click();
      await say(page, GRACE);
      await isSaved(page);
      await page.getByText('Sign in again to go on').waitFor({ timeout: within(30_000) });
      // What renews is there from the start: a later version of the page would not have it.
      const loaded = page.waitForResponse(/protocol-[^/]*\.js/, SOON);
      await page.reload();
      await loaded;
    },
  );

  it('WE9 our own server that does not answer is not taken for the issuer', { timeout: LONG }, async () => {
    const { page } = await on.stranger();
    await button(page, 'Sign in').click();
    await page.getByLabel('Email').waitFor(SOON);
    let asked = 0;
    await page.route('**/sign-in-ways', (route) => ((asked += 1) === 1 ? route.abort() : route.continue()));
    await say(page, GRACE);
    await seen(page, 'The server does not answer. Try again in a moment.');
    expect(pathOf(page)).toBe('/sign-in');
  });

  it('WE10 who came with a token goes on with another one of theirs', { timeout: LONG }, async () => {
    const diagram = await on.newDiagram(GRACE);
    const { page } = await on.stranger(diagram);
    const bring = async (token: string) => {
      await page.getByLabel('Token').fill(token);
      await button(page, 'Sign in').last().click();
    };
    await button(page, 'More ways').click();
    await bring(on.issuer.tokenOf(GRACE, 12));
    await isSaved(page);
    await page.evaluate(() => (document.body.dataset.same = 'page'));
    await page.getByText('Sign in again to go on').waitFor({ timeout: within(30_000) });
    await draw(page, 'Process');
    await bring('not a token');
    await seen(page, 'The server does not take this token.');
    await bring(on.issuer.tokenOf(GRACE));
    await gone(page, 'Sign in again to go on');
    await isSaved(page);
    await expect.poll(() => on.stored(GRACE, diagram), SOON).toEqual(['process']);
    expect(await page.evaluate(() => document.body.dataset.same)).toBe('page');
  });
});
