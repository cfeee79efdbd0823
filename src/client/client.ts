/** The whole SDK for one person: the REST calls, live rooms, and diagrams that are open. */
import { apiOf, baseOf, languageOf, type Api, type ApiOptions } from './api.ts';
import { systemClock, type Clock } from './clock.ts';
import { joinDiagram } from './live/diagram.ts';
import type { JoinOptions, LiveDiagram } from './live/live-diagram.ts';
import type { ConversationMessage, MembershipMessage } from './live/messages.ts';
import type { OfflineStore } from './live/offline-copy.ts';
import type { LiveParts } from './live/parts.ts';
import { createRooms, type Room } from './live/rooms.ts';
import type { WebSocketConstructor } from './live/stock-socket.ts';
import { createTokens } from './tokens.ts';
import type { CallOptions } from './transport.ts';

export interface ClientOptions extends ApiOptions {
  /** In place of the global one. */
  WebSocket?: WebSocketConstructor | undefined;
  /** Where open diagrams are kept on this device, so that edits outlive a page without a connection; else nowhere. */
  offline?: OfflineStore | undefined;
}

interface Listens<Id, Message> {
  /** What happens there, as it happens. Close it when it is not wanted any more. */
  listen(id: Id, options?: CallOptions): Room<Message>;
}

export interface Client extends Omit<Api, 'conversations' | 'workspaces' | 'groups'> {
  conversations: Api['conversations'] & Listens<number, ConversationMessage>;
  workspaces: Api['workspaces'] & Listens<string, MembershipMessage<'workspace'>>;
  groups: Api['groups'] & Listens<string, MembershipMessage<'group'>>;
  /** Opens a diagram: creates or finds its session, and connects. It can be used at once. */
  joinDiagram(options: JoinOptions): LiveDiagram;
  /** The token, for a provider of the caller's own. */
  token(): Promise<string>;
}

/** A client of one person; for another person make another one. */
export function createClient(options: ClientOptions): Client {
  return clientOf(options, systemClock);
}

export function clientOf(options: ClientOptions, clock: Clock): Client {
  const tokens = createTokens(options.token);
  const api = apiOf(options, tokens, clock);
  const parts: LiveParts = {
    api,
    url: baseOf(options.url),
    tokens,
    WebSocket: options.WebSocket ?? WebSocket,
    language: () => languageOf(options) ?? 'en',
    offline: options.offline,
    clock,
  };
  const rooms = createRooms(parts);
  return {
    ...api,
    conversations: { ...api.conversations, listen: (id, { signal } = {}) => rooms.open(`conversation:${id}`, signal) },
    workspaces: {
      ...api.workspaces,
      listen: (id, { signal } = {}) => rooms.open(`workspace:${id.toLowerCase()}`, signal),
    },
    groups: { ...api.groups, listen: (id, { signal } = {}) => rooms.open(`group:${id.toUpperCase()}`, signal) },
    joinDiagram: (join) => joinDiagram(parts, join),
    token: async () => (await tokens.current()) ?? '',
  };
}
