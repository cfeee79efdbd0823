/** The panels beside a diagram: people, chat, history; and what is asked before something that others feel. */
import type { Page } from 'playwright-core';
import { choose, openPanel, opened, press, seen, type Scene } from '../scene.ts';
import { cast } from '../story.ts';
import type { Studio } from '../studio.ts';
import { othersCome } from './drawing.ts';

/** A conversation about a diagram, with a few words in it. */
async function talk({ client, story }: Studio, diagram_id: string): Promise<void> {
  const { id } = await client('ada').conversations.create({ title: story.checkout, diagram_id });
  for (const name of ['grace', 'alan'] as const)
    await client('ada').conversations.addParticipant(id, { user_id: (await client(name).me()).number });
  await client('grace').conversations.send(id, story.asked);
  await client('ada').conversations.send(id, story.answered);
  await client('grace').conversations.send(id, story.agreed);
}

/** A diagram with others in it, and beside it what they have said. */
async function chatting(studio: Studio): Promise<Page> {
  const place = await studio.diagram();
  await talk(studio, place.diagramId);
  const page = await opened(studio, 'ada', place.path);
  await othersCome(studio, place);
  await openPanel(studio, page, 'chat');
  return page;
}

export const panels: readonly Scene[] = [
  {
    name: 'people',
    async take(studio) {
      const place = await studio.diagram();
      const page = await opened(studio, 'ada', place.path);
      const { katherine } = await othersCome(studio, place);
      await openPanel(studio, page, 'people');
      katherine.requestPresenter();
      await seen(page, studio.say('room:asksToPresent', cast.katherine));
      return page;
    },
  },
  {
    name: 'people-alone',
    async take(studio) {
      const page = await opened(studio, 'ada', (await studio.diagram()).path);
      await openPanel(studio, page, 'people');
      return page;
    },
  },
  {
    name: 'person',
    async take(studio) {
      const place = await studio.diagram();
      const page = await opened(studio, 'ada', place.path);
      await othersCome(studio, place);
      await openPanel(studio, page, 'people');
      await press(page, studio.say('room:manage', cast.grace));
      await page.getByRole('menuitem', { name: studio.say('room:makeHost') }).waitFor();
      return page;
    },
  },
  {
    name: 'removing',
    async take(studio) {
      const place = await studio.diagram();
      const page = await opened(studio, 'ada', place.path);
      await othersCome(studio, place);
      await openPanel(studio, page, 'people');
      await choose(page, studio.say('room:manage', cast.grace), studio.say('room:remove'));
      await seen(page, studio.say('room:removeTitle', cast.grace));
      return page;
    },
  },
  {
    name: 'leaving',
    async take(studio) {
      const place = await studio.diagram();
      const page = await opened(studio, 'ada', place.path);
      await othersCome(studio, place);
      await page.getByRole('link', { name: studio.say('room:back') }).click();
      await seen(page, studio.say('room:leaveTitle'));
      return page;
    },
  },
  {
    name: 'chat-empty',
    async take(studio) {
      const page = await opened(studio, 'ada', (await studio.diagram()).path);
      await openPanel(studio, page, 'chat');
      await seen(page, studio.say('room:startChat'));
      return page;
    },
  },
  {
    name: 'chat',
    async take(studio) {
      const page = await chatting(studio);
      await seen(page, studio.story.agreed);
      return page;
    },
  },
  {
    name: 'chat-people',
    async take(studio) {
      const page = await chatting(studio);
      await press(page, studio.say('room:inChat', { count: 3 }));
      await seen(page, studio.say('room:notInChat', cast.katherine));
      return page;
    },
  },
  {
    name: 'history-empty',
    async take(studio) {
      const page = await opened(studio, 'ada', (await studio.diagram(studio.story.checkout, [])).path);
      await openPanel(studio, page, 'history');
      await seen(page, studio.say('room:noVersions'));
      return page;
    },
  },
  {
    name: 'history-preview',
    async take(studio) {
      const { client, story, say } = studio;
      const place = await studio.diagram(story.checkout, story.cells.slice(0, 7));
      await client('grace').diagrams.versions.keep(place, story.version);
      await client('ada').diagrams.replaceContent(place, story.cells);
      await client('ada').diagrams.versions.keep(place, story.reviewers);
      const page = await opened(studio, 'ada', place.path);
      await openPanel(studio, page, 'history');
      await page.getByRole('button', { name: story.version }).click();
      await page.getByRole('button', { name: say('room:backToNow') }).waitFor();
      await page.getByText(story.web).last().waitFor();
      return page;
    },
  },
];
