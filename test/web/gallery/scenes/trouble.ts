/** A diagram that is being saved, has lost its connection, or finds no room. */
import type { Page } from 'playwright-core';
import { drawShape, opened, seen, type Scene } from '../scene.ts';
import type { Studio } from '../studio.ts';

const SOCKET = /\/ws$/;
const SESSION = '**/collaborate';

/** The way to the server, with somebody in between who can shut it. */
interface Way {
  /** Nothing comes from the server any more. */
  silent: boolean;
  /** Shuts what is open, and whatever is opened from now on, with this code. */
  shut(code: number): void;
}

async function between(page: Page): Promise<Way> {
  const shutters = new Set<() => void>();
  let code: number | null = null;
  const way: Way = {
    silent: false,
    shut(next) {
      code = next;
      for (const shut of shutters) shut();
    },
  };
  await page.routeWebSocket(SOCKET, (socket) => {
    const server = socket.connectToServer();
    const shut = () => {
      if (code !== null) void socket.close({ code });
    };
    shutters.add(shut);
    server.onMessage((message) => {
      if (!way.silent) socket.send(message);
    });
    shut();
  });
  return way;
}

async function drawingOver(studio: Studio): Promise<{ page: Page; way: Way }> {
  const { path } = await studio.diagram();
  let way!: Way;
  const page = await studio.window('ada', path, async (fresh) => {
    way = await between(fresh);
  });
  await page.locator('[data-saved="saved"]').waitFor();
  return { page, way };
}

/** A page that has not been in yet, and is answered something else than a session. */
async function kept(studio: Studio, answer: { status: number; code: string } | null): Promise<Page> {
  const { path } = await studio.diagram();
  return studio.window('grace', path, (page) =>
    page.route(SESSION, (route) =>
      answer ? route.fulfill({ status: answer.status, json: { code: answer.code, message: '' } }) : route.abort(),
    ),
  );
}

export const trouble: readonly Scene[] = [
  {
    name: 'saving',
    async take(studio) {
      const { page, way } = await drawingOver(studio);
      way.silent = true;
      await drawShape(studio, page, 'process');
      await page.locator('[data-saved="saving"]').waitFor();
      return page;
    },
  },
  {
    name: 'offline',
    async take(studio) {
      const page = await opened(studio, 'ada', (await studio.diagram()).path);
      await page.context().setOffline(true);
      await seen(page, studio.say('room:deviceOffline'));
      await drawShape(studio, page, 'process');
      await page.keyboard.press('Escape');
      await page.locator('[data-saved="offline"]').waitFor();
      return page;
    },
  },
  {
    name: 'reconnecting',
    async take(studio) {
      const { page, way } = await drawingOver(studio);
      way.shut(1006);
      await page.route(SESSION, (route) => route.abort());
      await seen(page, studio.say('room:reconnecting'));
      return page;
    },
  },
  {
    name: 'busy-while-drawing',
    async take(studio) {
      const { page, way } = await drawingOver(studio);
      way.shut(1013);
      await seen(page, studio.say('room:busyBar'));
      return page;
    },
  },
  {
    name: 'busy',
    async take(studio) {
      const page = await kept(studio, { status: 503, code: 'unavailable' });
      await seen(page, studio.say('room:busyTitle'));
      await seen(page, new RegExp(studio.say('room:tryingIn', { seconds: '\\d+' })));
      return page;
    },
  },
  {
    name: 'full',
    async take(studio) {
      const page = await kept(studio, { status: 429, code: 'rate_limited' });
      await seen(page, studio.say('room:fullTitle'));
      await seen(page, new RegExp(studio.say('room:tryingIn', { seconds: '\\d+' })));
      return page;
    },
  },
  {
    name: 'unreachable',
    async take(studio) {
      const page = await kept(studio, null);
      await seen(page, studio.say('room:unreachableTitle'));
      return page;
    },
  },
  {
    name: 'refused-edit',
    async take(studio) {
      const { page, way } = await drawingOver(studio);
      way.shut(4400);
      await seen(page, studio.say('room:refusedEditTitle'));
      return page;
    },
  },
];
