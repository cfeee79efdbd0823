/**
 * A conversation as a page shows it: what was said and who takes part, kept up to date by its live room.
 *
 * The list is read whenever the room is entered, because something may have been missed before; if there is a gap
 * between what is read then and what was known, what was known is read again when somebody asks for older messages. A
 * message that is heard before a reading succeeds does not close the gap, nor does one of my own.
 */
import type { ConversationsApi } from '../apis/conversations.ts';
import { createEmitter, type Listening } from '../emitter.ts';
import { RoundtableError } from '../error.ts';
import type { ConversationParticipant, Message } from '../shapes.ts';
import type { CallOptions } from '../transport.ts';
import type { ConversationMessage } from './messages.ts';
import type { Room, RoomStatus } from './rooms.ts';

export interface FeedState {
  readonly status: RoomStatus;
  /** Whether the lists have been read. Until then they tell nothing. */
  readonly isRead: boolean;
  /** Oldest first. */
  readonly messages: readonly Message[];
  /** Whether there are older ones than these. */
  readonly hasOlder: boolean;
  /** In order of `joined_at`. */
  readonly participants: readonly ConversationParticipant[];
  /** Why the lists could not be read, if they could not. */
  readonly error: RoundtableError | null;
}

export interface Feed extends Listening<{ change: FeedState }> {
  readonly state: FeedState;
  /** Says something. @throws RoundtableError */
  send(body: string): Promise<Message>;
  /** Reads the lists anew, as when they could not be read; what goes wrong is told in `error`. */
  read(): Promise<void>;
  /** Reads one more page of older messages. @throws RoundtableError */
  loadOlder(): Promise<void>;
  close(): void;
}

export const emptyFeed: FeedState = {
  status: { kind: 'connecting' },
  isRead: false,
  messages: [],
  hasOlder: false,
  participants: [],
  error: null,
};

type Conversations = Pick<ConversationsApi, 'messages' | 'participants' | 'send'> & {
  listen(id: number, options?: CallOptions): Room<ConversationMessage>;
};

export function openFeed(conversations: Conversations, id: number): Feed {
  const events = createEmitter<{ change: FeedState }>();
  const room = conversations.listen(id);
  const closing = new AbortController();
  const { signal } = closing;
  let state: FeedState = { ...emptyFeed, status: room.status };
  let older: string | null = null;
  /** The newest message up to which all are known. One of my own is no sign of that: others may have been missed. */
  let known = 0;
  /** Whether a reading has succeeded since the room was entered: what the room tells then follows what is known. */
  let isComplete = false;
  /** What comes while the lists are read, which may be older than that. Each reading has its own: only the last counts. */
  let meanwhile: ConversationMessage[] | null = null;

  const update = (changes: Partial<FeedState>) => {
    state = { ...state, ...changes };
    events.emit('change', state);
  };

  async function read(): Promise<void> {
    isComplete = false;
    const came: ConversationMessage[] = (meanwhile = []);
    try {
      const [page, members] = await Promise.all([
        conversations.messages(id, { signal }),
        conversations.participants(id, { signal }),
      ]);
      if (meanwhile !== came) return;
      const reaches = page.data.some((message) => message.id <= known);
      const kept = reaches ? state.messages : state.messages.filter((message) => message.id > (page.data[0]?.id ?? 0));
      if (!reaches) older = page.next_cursor;
      known = Math.max(known, ...page.data.map((message) => message.id));
      isComplete = true;
      const participants = came.reduce(changed, members.data as readonly ConversationParticipant[]);
      update({ isRead: true, messages: merged(kept, page.data), participants, hasOlder: older !== null, error: null });
    } catch (error) {
      if (signal.aborted || meanwhile !== came) return;
      update({ error: error instanceof RoundtableError ? error : unreachable(error) });
    }
    meanwhile = null;
  }

  room.on('status', (status) => {
    isComplete &&= status.kind === 'live';
    update({ status });
  });
  room.on('live', () => void read());
  room.on('message', (message) => {
    meanwhile?.push(message);
    if (message.type === 'message_created') {
      if (isComplete) known = message.message.id;
      update({ messages: merged(state.messages, [message.message]) });
    } else update({ participants: changed(state.participants, message) });
  });

  return {
    on: events.on,
    get state() {
      return state;
    },
    read,
    async send(body) {
      const message = await conversations.send(id, body);
      update({ messages: merged(state.messages, [message]) });
      return message;
    },
    async loadOlder() {
      const cursor = older;
      if (cursor === null) return;
      const page = await conversations.messages(id, { cursor, signal });
      if (older !== cursor) return; // the list was read anew, and there may be a gap before this page
      older = page.next_cursor;
      update({ messages: merged(state.messages, page.data), hasOlder: older !== null });
    },
    close() {
      closing.abort();
      room.close();
      events.clear();
    },
  };
}

/** Without a token, for instance, nobody could be asked. */
function unreachable(cause: unknown): RoundtableError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new RoundtableError({ code: 'unreachable', status: 0, message, cause });
}

/** Each message once, oldest first. */
function merged(known: readonly Message[], more: readonly Message[]): Message[] {
  const all = new Map([...known, ...more].map((message) => [message.id, message]));
  return [...all.values()].sort((one, other) => one.id - other.id);
}

function changed(
  participants: readonly ConversationParticipant[],
  message: ConversationMessage,
): readonly ConversationParticipant[] {
  if (message.type === 'message_created' || message.type === 'error') return participants;
  const { type, participant } = message;
  const others = participants.filter(({ user_id }) => user_id !== participant.user_id);
  if (type === 'participant_removed') return others;
  if (type === 'participant_added') return [...others, participant];
  return participants.map((known) => (known.user_id === participant.user_id ? participant : known));
}
