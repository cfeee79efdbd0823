/**
 * The SDK of Roundtable, for browsers and Node:
 *
 *     const client = createClient({ url: 'https://roundtable.example.com', token: () => auth.token() });
 *     const diagram = client.joinDiagram({ threatModelId, diagramId });
 *     await diagram.whenLive();
 *     putCell(diagram.cells, { id: 'shop', shape: 'process', x: 0, y: 0, width: 120, height: 60, label: 'Shop', z: 1 });
 *     await diagram.whenSaved();
 */
export { createApi, type Api, type ApiOptions } from './api.ts';
export type { GroupChanges } from './apis/groups.ts';
export type { AuditFilter } from './apis/people.ts';
export type { Place } from './apis/diagrams.ts';
export {
  cellsOf,
  getCell,
  isEdge,
  isNode,
  listCells,
  putCell,
  removeCell,
  removeCells,
  type Cell,
  type Cells,
  type EdgeCell,
  type NodeCell,
} from './cells.ts';
export { createClient, type Client, type ClientOptions } from './client.ts';
export type { Listening } from './emitter.ts';
export { RoundtableError, type ErrorCode } from './error.ts';
export type { Listing, PageOptions } from './listing.ts';
export { afterClose, type AfterClose, type StopReason, type WaitReason } from './live/closing.ts';
export type { Commands, Refused } from './live/commands.ts';
export { openFeed, type Feed, type FeedState } from './live/feed.ts';
export type { DiagramEvents, JoinOptions, LiveDiagram } from './live/live-diagram.ts';
export {
  readMessage,
  type ConversationMessage,
  type ErrorMessage,
  type MembershipMessage,
  type Point,
  type Roster,
  type SessionCommand,
  type SessionEnd,
  type SessionMessage,
  type ShownView,
  type Viewport,
} from './live/messages.ts';
export type { OfflineCopy, OfflineStore } from './live/offline-copy.ts';
export type { OwnPresence, Presence } from './live/presence.ts';
export type { Room, RoomEvents, RoomStatus } from './live/rooms.ts';
export type { WebSocketConstructor } from './live/stock-socket.ts';
export type { DiagramState, DiagramStatus, PresenterView } from './live/state.ts';
export type { EndReason } from './live/words.ts';
export type * from './shapes.ts';
export type { TokenAnswer, TokenSource } from './tokens.ts';
export type { CallOptions, Language } from './transport.ts';
