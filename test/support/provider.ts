/** Real Hocuspocus providers on real sockets, as a browser would use them. */
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import WebSocket from 'ws';
import * as Y from 'yjs';

export interface Client {
  document: Y.Doc;
  provider: HocuspocusProvider;
  websocket: HocuspocusProviderWebsocket;
  cells: Y.Map<unknown>;
  /** Close codes of the socket, in order. */
  closes: { code: number; reason: string }[];
  /** Stateless messages, in order. */
  messages: { type: string; [key: string]: unknown }[];
  /** Reasons of permission-denied. */
  denials: string[];
  /** Every value that the unsaved counter took. */
  unsaved: number[];
}

export interface ClientOptions {
  url: string;
  name: string;
  token: string | (() => string);
  document?: Y.Doc;
  /** Whether the document may be open several times on one socket. */
  sessionAwareness?: boolean;
  websocket?: HocuspocusProviderWebsocket;
  /** Whether it is somebody whom others see. */
  shown?: boolean;
}

/** A socket that is given up while it connects says so; nobody has to hear it. */
class QuietWebSocket extends WebSocket {
  constructor(url: string) {
    super(url);
    this.on('error', () => {});
  }
}

const clients = new Set<Client>();

export function connect({
  url,
  name,
  token,
  document = new Y.Doc(),
  sessionAwareness = false,
  shown = true,
  ...options
}: ClientOptions): Client {
  const awareness = shown ? {} : { awareness: null };
  const websocket =
    options.websocket ??
    new HocuspocusProviderWebsocket({ url, WebSocketPolyfill: QuietWebSocket, delay: 50, minDelay: 50, maxDelay: 200 });
  const client: Client = {
    document,
    websocket,
    cells: document.getMap('cells'),
    closes: [],
    messages: [],
    denials: [],
    unsaved: [],
    provider: new HocuspocusProvider({
      name,
      document,
      token,
      websocketProvider: websocket,
      sessionAwareness,
      ...awareness,
    }),
  };
  client.provider.on('stateless', ({ payload }: { payload: string }) => client.messages.push(JSON.parse(payload)));
  client.provider.on('authenticationFailed', ({ reason }: { reason: string }) => client.denials.push(reason));
  client.provider.on('unsyncedChanges', ({ number }: { number: number }) => client.unsaved.push(number));
  client.provider.on('close', ({ event }: { event: { code: number; reason: string } }) =>
    client.closes.push({ code: event.code, reason: event.reason }),
  );
  client.provider.attach();
  clients.add(client);
  return client;
}

export function disconnect(client: Client): void {
  clients.delete(client);
  client.provider.destroy();
  client.websocket.destroy();
}

/** To be called after each test. */
export function disconnectAll(): void {
  for (const client of clients) disconnect(client);
}
