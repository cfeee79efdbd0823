/** What everything that is live shares: the client's own parts. */
import type { Api } from '../api.ts';
import type { Clock } from '../clock.ts';
import type { Tokens } from '../tokens.ts';
import type { Language } from '../transport.ts';
import type { OfflineStore } from './offline-copy.ts';
import type { WebSocketConstructor } from './stock-socket.ts';

export interface LiveParts {
  api: Api;
  /** Where the server is, without a slash at the end. */
  url: string;
  tokens: Tokens;
  WebSocket: WebSocketConstructor;
  /** What sentences of the SDK's own are in. */
  language(): Language;
  offline: OfflineStore | undefined;
  clock: Clock;
}
