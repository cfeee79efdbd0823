/** A page's WebSockets, with a line that a test can cut and mend. */
import type { Page, WebSocketRoute } from 'playwright-core';

export interface Line {
  /** Closes what is open with a code of the contract, and everything that is opened until it is mended. */
  cut(code: number): Promise<void>;
  mend(): void;
}

/** Puts a line between a page and the server; the page starts again to use it. */
export async function lineOf(page: Page): Promise<Line> {
  let down: number | null = null;
  const open = new Set<{ page: WebSocketRoute; server: WebSocketRoute }>();
  await page.routeWebSocket(/\/ws$/, async (socket) => {
    if (down !== null) return socket.close({ code: down });
    open.add({ page: socket, server: socket.connectToServer() });
  });
  await page.reload();
  return {
    async cut(code) {
      down = code;
      const ends = [...open];
      open.clear();
      await Promise.all(ends.flatMap((pair) => [pair.page.close({ code }), pair.server.close()]));
    },
    mend: () => (down = null),
  };
}
