/** Rooms: documents on `/ws` that hold no content and only carry notices (conversations, workspaces, groups). */
import type { Actor } from '../../identity/person.ts';
import type { Closing } from '../closing.ts';

/** What somebody was to a room's container when they were admitted, and how far its notices had come then. */
export interface RoomStanding {
  /** They are told what is newer. */
  revision: number;
  /** Their role in the container; null: none (a platform admin in a conversation). */
  role: string | null;
}

/** A connection to a room, once it is admitted. */
export interface RoomConnection {
  /** The document's name, `conversation:<id>` for instance. */
  readonly name: string;
  /** As their newest token says. */
  person: Actor;
  readonly admitted: RoomStanding;
  /** Sends a stateless message, already written as JSON, to this connection only. */
  sendStateless(payload: string): void;
  /** Ends the connection with a close code of the contract. */
  close(closing: Closing): void;
}

export interface Rooms {
  /** Whether somebody may be there. @throws Refusal `not_found` (also for a name that is not canonical), `forbidden` */
  admit(name: string, actor: Actor): Promise<RoomStanding>;
  connected(connection: RoomConnection): void;
  disconnected(connection: RoomConnection): void;
  /** A stateless message of a client: a room takes none, and says so. */
  stateless(connection: RoomConnection, payload: string): void;
}
