/** The conversation beside a diagram, by two people in browser windows of their own. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { stage } from '../stage.ts';
import { SOON } from '../visitor.ts';
import { button, gone, seen } from './hands.ts';

const [ADA, GRACE] = ['Ada Lovelace', 'Grace Hopper'] as const;

describe('a conversation beside a diagram', () => {
  const on = stage();

  async function saying(page: Page, text: string): Promise<void> {
    await page.getByRole('textbox', { name: 'Write a message' }).fill(text);
    await page.getByRole('textbox', { name: 'Write a message' }).press('Enter');
  }

  it('MB7 WE8 begins for everybody who is here, is seen by the others at once, and is led by its admins', async () => {
    const diagram = await on.newDiagram('Talked about');
    const [ada, grace] = (await on.together(diagram, ADA, GRACE)) as [Page, Page];
    await button(ada, '2 people here').waitFor(SOON);
    await button(grace, 'Chat').click();
    await seen(grace, 'No conversation yet');
    await button(ada, 'Chat').click();
    await button(ada, 'Start a conversation').click();
    await saying(ada, 'Is the queue trusted?');
    await seen(grace, 'Is the queue trusted?');
    await saying(grace, 'Not yet.');
    await seen(ada, 'Not yet.');

    // A member adds nobody; an admin does.
    await button(grace, '2 in this conversation').click();
    await seen(grace, 'Admin');
    expect(await grace.getByRole('textbox', { name: 'Email' }).count()).toBe(0);
    await button(ada, '2 in this conversation').click();
    const role = ada.getByRole('combobox', { name: 'Role of Grace Hopper' });
    await role.click();
    await ada.getByRole('option', { name: 'Admin' }).click();
    await grace.getByRole('textbox', { name: 'Email' }).fill('alan@example.com');
    await button(grace, 'Add').click();
    // Who was never here has a name all the same.
    await seen(ada, 'Alan Turing');
    const leaving = async (page: Page, told: RegExp) => {
      await button(page, 'Leave the conversation').click();
      await page.getByRole('dialog').getByText(told).waitFor(SOON);
      await button(page, 'Cancel').click();
      await page.getByRole('dialog').waitFor({ ...SOON, state: 'detached' });
    };
    await leaving(ada, /One of its admins can add you again\.$/);
    await role.click();
    await ada.getByRole('option', { name: 'Moderator' }).click();
    await expect.poll(() => grace.getByRole('textbox', { name: 'Email' }).count(), SOON).toBe(0);
    await leaving(grace, /One of its admins can add you again\.$/);
    await leaving(ada, /You are its only admin: once you leave, nobody in it can add people, or you again\./);

    await button(ada, 'Remove Grace Hopper').click();
    await button(ada, 'Remove').click();
    await seen(grace, /No conversation yet|You are not in this conversation any more/);
  });

  it('WE8 the first words of a conversation are news to those who do not look, and what is written meanwhile stays', async () => {
    const diagram = await on.newDiagram('Begun');
    const [ada, grace] = (await on.together(diagram, ADA, GRACE)) as [Page, Page];
    await button(ada, '2 people here').waitFor(SOON);
    await button(ada, 'Chat').click();
    await button(ada, 'Start a conversation').click();
    const field = ada.getByRole('textbox', { name: 'Write a message' });
    await field.waitFor(SOON);
    const sent = Promise.withResolvers<void>();
    let failing = true;
    await ada.route(/messages$/, async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      await sent.promise;
      return failing ? route.abort() : route.continue();
    });
    await saying(ada, 'Is it');
    await field.pressSequentially('trusted?');
    sent.resolve();
    await seen(ada, 'It could not be sent.');
    expect(await field.inputValue()).toBe('Is it\ntrusted?');
    failing = false;
    await field.press('Enter');
    await button(grace, 'Chat, new messages').waitFor(SOON);
    expect(await field.inputValue()).toBe('');
  });

  it('WE8 whoever is removed and added again at once is in it again', async () => {
    const diagram = await on.newDiagram('Come back');
    const list = '/v1/messaging/conversations';
    const { id } = await on.asAda('POST', list, { title: 'Come back', diagram_id: diagram.split('/').at(-1) });
    const [grace] = (await on.together(diagram, GRACE)) as [Page];
    const participants = `${list}/${id}/participants`;
    const { number } = await on.asAda('GET', '/people?email=grace@example.com');
    await on.asAda('POST', participants, { user_id: number });
    await grace.reload();
    await button(grace, 'Chat').click();
    await seen(grace, 'Nothing has been said yet.');
    const [asked, added] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await grace.route(
      ({ pathname }) => pathname === list,
      async (route) => {
        asked.resolve();
        await added.promise;
        await route.continue();
      },
    );
    await on.asAda('DELETE', `${participants}/${number}`);
    await asked.promise;
    await on.asAda('POST', participants, { user_id: number });
    added.resolve();
    await on.asAda('POST', `${list}/${id}/messages`, { body: 'Welcome back' });
    await seen(grace, 'Welcome back');
  });

  it('what was said long ago is read when somebody asks for it, and nothing is missing between', async () => {
    const diagram = await on.newDiagram('Long talk');
    const [, , model, , id] = diagram.split('/');
    expect(model).toBe(await on.demoModel());
    const conversation = await on.asAda('POST', '/v1/messaging/conversations', { title: 'Long', diagram_id: id });
    const messages = `/v1/messaging/conversations/${conversation.id}/messages`;
    for (let count = 1; count <= 120; count += 1) await on.asAda('POST', messages, { body: `word ${count}` });
    const [ada] = (await on.together(diagram, ADA)) as [Page];
    await button(ada, 'Chat').click();
    await seen(ada, 'word 120');
    const said = () => ada.getByRole('list', { name: 'Chat' }).getByText(/^word/).allTextContents();
    const from = (first: number) => Array.from({ length: 121 - first }, (_, at) => `word ${first + at}`);
    expect(await said()).toEqual(from(71));
    await button(ada, 'Older messages').click();
    await expect.poll(said, SOON).toEqual(from(21));
    await button(ada, 'Older messages').click();
    await expect.poll(said, SOON).toEqual(from(1));
    expect(await button(ada, 'Older messages').count()).toBe(0);
    // Whoever reads at the top stays there when something is said.
    const body = ada.getByRole('list', { name: 'Chat' }).locator('..');
    await body.evaluate((element) => (element.scrollTop = 0));
    await on.asAda('POST', messages, { body: 'word 121' });
    await seen(ada, 'word 121');
    expect(await body.evaluate((element) => element.scrollTop)).toBe(0);
  });

  it('WE5 one that cannot be read is read when somebody tries again', async () => {
    const diagram = await on.newDiagram('Unread');
    const id = diagram.split('/').at(-1);
    const conversation = await on.asAda('POST', '/v1/messaging/conversations', { title: 'Unread', diagram_id: id });
    const messages = `/v1/messaging/conversations/${conversation.id}/messages`;
    await on.asAda('POST', messages, { body: 'Is it there?' });
    const { page } = await on.somebody(ADA);
    const isAsked = (url: URL) => url.pathname === messages;
    await page.route(isAsked, (route) => route.fulfill({ status: 500, json: { code: 'internal', message: '' } }));
    await page.goto(on.url + diagram);
    await button(page, 'Chat').click();
    await seen(page, 'The conversation could not be read.');
    await page.unroute(isAsked);
    await button(page, 'Try again').click();
    await seen(page, 'Is it there?');
    await gone(page, 'The conversation could not be read.');
  });

  it('WE5 Esc closes what is open in a panel, and then the panel', async () => {
    const diagram = await on.newDiagram('Closed');
    const [ada] = (await on.together(diagram, ADA, GRACE)) as [Page, Page];
    await button(ada, '2 people here').click();
    const panel = ada.getByRole('complementary', { name: 'People' });
    await button(ada, 'What to do with Grace Hopper').click();
    const menu = ada.getByRole('menu');
    await menu.waitFor(SOON);
    await ada.keyboard.press('Escape');
    await menu.waitFor({ ...SOON, state: 'detached' });
    await button(ada, 'What to do with Grace Hopper').click();
    await ada.getByRole('menuitem', { name: 'Remove' }).click();
    await ada.getByRole('dialog').waitFor(SOON);
    await ada.keyboard.press('Escape');
    await ada.getByRole('dialog').waitFor({ ...SOON, state: 'detached' });
    await panel.waitFor(SOON);

    await button(ada, 'Chat').click();
    await button(ada, 'Start a conversation').click();
    await button(ada, '2 in this conversation').click();
    const role = ada.getByRole('combobox', { name: 'Role of Grace Hopper' });
    await role.click();
    await ada.getByRole('option', { name: 'Admin' }).waitFor(SOON);
    await ada.keyboard.press('Escape');
    await ada.getByRole('option', { name: 'Admin' }).waitFor({ ...SOON, state: 'hidden' });
    await role.waitFor(SOON);
    await ada.keyboard.press('Escape');
    await role.waitFor({ ...SOON, state: 'detached' });
  });
});
