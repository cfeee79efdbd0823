/** The provider's own socket, made to do one attempt when it is told to, and to let go when it is told to. */
import { HocuspocusProviderWebsocket, type HocuspocusProviderWebsocketConfiguration } from '@hocuspocus/provider';

/** As browsers, Node and `ws` have it; only what is used here. */
export type WebSocketConstructor = new (url: string) => { addEventListener(name: 'error', listener: () => void): void };

export class StockSocket extends HocuspocusProviderWebsocket {
  constructor(WebSocket: WebSocketConstructor, configuration: HocuspocusProviderWebsocketConfiguration) {
    super({ autoConnect: false, maxAttempts: 1, WebSocketPolyfill: quiet(WebSocket), ...configuration });
  }

  /** Closes the connection, and does not wait for the other side to agree. */
  hangUp(reason: string): void {
    this.emit('close', { event: { code: 1006, reason } });
  }

  /** Whether the server has taken the connection, or is about to, and has not spoken yet. */
  get silent(): boolean {
    return this.connectionAttempt !== null;
  }

  /** What was queued without a connection is in the handshake too, and may be more than the server takes at once. */
  forgetQueued(): void {
    Reflect.set(this, 'messageQueue', []);
  }
}

/** A socket that is given up while it connects says so; `ws` would end the process if nobody heard it. */
function quiet(WebSocket: WebSocketConstructor): WebSocketConstructor {
  return class extends WebSocket {
    constructor(url: string) {
      super(url);
      this.addEventListener('error', () => {});
    }
  };
}
