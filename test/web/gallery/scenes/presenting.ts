/** Presenting, following, asking for it; reading. */
import { drawShape, opened, press, seen, visiting, type Scene } from '../scene.ts';
import { cast } from '../story.ts';
import { othersCome } from './drawing.ts';

export const presenting: readonly Scene[] = [
  {
    name: 'asked-to-present',
    async take(studio) {
      const place = await studio.diagram();
      const page = await opened(studio, 'ada', place.path);
      (await studio.joins('grace', place)).requestPresenter();
      await seen(page, studio.say('room:asksToPresent', cast.grace));
      return page;
    },
  },
  {
    name: 'presenting',
    async take(studio) {
      const { ada, page } = await visiting(studio);
      ada.givePresenter(cast.grace.email);
      await page.getByRole('status').getByText(studio.say('room:youPresent')).waitFor();
      return page;
    },
  },
  {
    name: 'someone-presents',
    async take(studio) {
      const { ada, page } = await visiting(studio);
      ada.setCursor({ x: 600, y: 250 });
      await seen(page, studio.say('room:presents', cast.ada));
      return page;
    },
  },
  {
    name: 'following',
    async take(studio) {
      const place = await studio.diagram();
      const page = await opened(studio, 'ada', place.path);
      const { grace } = await othersCome(studio, place);
      (await studio.joins('ada', place)).givePresenter(cast.grace.email);
      await press(page, studio.say('room:follow'));
      grace.showView({ viewport: { x: 640, y: 200, zoom: 1.4 }, cursor: { x: 660, y: 215 }, selected_cells: ['pay'] });
      await seen(page, studio.say('room:following', cast.grace));
      return page;
    },
  },
  {
    name: 'read-only',
    async take(studio) {
      const place = await studio.diagram();
      await studio.joins('ada', place);
      const page = await opened(studio, 'alan', place.path);
      await press(page, studio.say('room:readOnly'));
      await seen(page, studio.say('room:askToEdit'));
      return page;
    },
  },
  {
    name: 'turned-read-only',
    async take(studio) {
      const place = await studio.diagram();
      await studio.joins('ada', place);
      const page = await opened(studio, 'grace', place.path);
      await studio.graceIs(place, 'reader');
      await seen(page, studio.say('room:toldReaderSaved'));
      return page;
    },
  },
  {
    name: 'turned-read-only-kept',
    async take(studio) {
      const place = await studio.diagram();
      await studio.joins('ada', place);
      const page = await opened(studio, 'grace', place.path);
      await page.context().setOffline(true);
      await seen(page, studio.say('room:deviceOffline'));
      await drawShape(studio, page, 'store');
      await page.keyboard.press('Escape');
      await studio.graceIs(place, 'reader');
      await page.context().setOffline(false);
      await seen(page, studio.say('room:copyUnsaved'));
      return page;
    },
  },
];
