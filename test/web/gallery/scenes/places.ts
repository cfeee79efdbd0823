/** What stands in place of a diagram: a session that is over, a door that is shut. */
import { drawShape, seen, visiting, type Scene } from '../scene.ts';
import { cast } from '../story.ts';

export const places: readonly Scene[] = [
  {
    name: 'ended-by-host',
    async take(studio) {
      const { ada, page } = await visiting(studio);
      ada.end();
      await seen(page, studio.say('room:startNew'));
      return page;
    },
  },
  {
    name: 'host-left',
    async take(studio) {
      const { ada, page } = await visiting(studio);
      ada.leave();
      await seen(page, studio.say('room:startNew'));
      return page;
    },
  },
  {
    name: 'ended-while-away',
    async take(studio) {
      const { ada, page } = await visiting(studio);
      await page.context().setOffline(true);
      await seen(page, studio.say('room:deviceOffline'));
      await drawShape(studio, page, 'store');
      ada.end();
      await page.context().setOffline(false);
      await seen(page, studio.say('room:overAway'));
      return page;
    },
  },
  {
    name: 'removed',
    async take(studio) {
      const { ada, page } = await visiting(studio);
      ada.remove(cast.grace.email);
      await seen(page, studio.say('room:removedTitle'));
      return page;
    },
  },
  {
    name: 'no-access',
    async take(studio) {
      const page = await studio.window('noor', (await studio.diagram()).path);
      await seen(page, studio.say('room:closedTitle'));
      return page;
    },
  },
  {
    name: 'signed-out',
    async take(studio) {
      const { path } = await studio.diagram();
      const page = await studio.window('grace', path, (fresh) =>
        fresh.route('**/collaborate', (route) =>
          route.fulfill({ status: 401, json: { code: 'unauthenticated', message: '' } }),
        ),
      );
      await seen(page, studio.say('signingIn:againTitle'));
      return page;
    },
  },
];
