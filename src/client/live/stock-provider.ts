/**
 * The stock provider, with edits that go out together, and an unsaved counter that stays exact with that.
 *
 * The handshake, which begins when the socket opens, starts the counter at one and holds everything that was made until
 * then; the server pays nothing for an update that comes before the answer to its first message, because it takes it for
 * one of those. So what waits to go out when the socket opens goes out at once, uncounted, and what is made after it
 * waits until the server has spoken and has its answer.
 */
import { HocuspocusProvider, type HocuspocusProviderConfiguration } from '@hocuspocus/provider';
import type { StockSocket } from './stock-socket.ts';

/** Changes go out together that are made within this time, ms: a loop of edits is one frame. */
const TOGETHER = 30;

export class StockProvider extends HocuspocusProvider {
  readonly #socket: StockSocket;

  constructor(socket: StockSocket, configuration: Omit<HocuspocusProviderConfiguration, 'url'>) {
    super({ flushDelay: TOGETHER, ...configuration, websocketProvider: socket });
    this.#socket = socket;
    this.on('open', () => super.flushPendingUpdates());
    this.on('connect', () => queueMicrotask(() => this.flushPendingUpdates()));
  }

  override flushPendingUpdates(): void {
    if (!this.#socket.silent) super.flushPendingUpdates();
  }
}
