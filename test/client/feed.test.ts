/** A conversation as a page shows it: read when the room is entered, kept up to date, without gaps, each message once. */
import { describe, expect, it } from 'vitest';
import type {
  ConversationMessage,
  ConversationParticipant,
  Message,
  Room,
  RoomStatus,
} from '../../src/client/index.ts';
import { openFeed, RoundtableError } from '../../src/client/index.ts';
import { createEmitter } from '../../src/client/emitter.ts';
import { listing } from '../../src/client/listing.ts';
import type { RoomEvents } from '../../src/client/live/rooms.ts';

const message = (id: number): Message => ({ id, conversation_id: 7, user_id: 1, body: String(id), created_at: '' });
const participant = (user_id: number, role: ConversationParticipant['role'] = 'member'): ConversationParticipant => ({
  participant_id: user_id,
  user_id,
  email: '',
  username: '',
  role,
  joined_at: '',
});

const settle = () => new Promise<void>((resolve) => setTimeout(resolve));

/** A server with messages 1 to `last`, two on a page, and a room that the test plays. */
function play(last: number) {
  const server = {
    last,
    participants: [participant(1)],
    failing: null as Error | null,
    answers: Promise.resolve() as Promise<unknown>,
    older: Promise.resolve() as Promise<unknown>,
  };
  const events = createEmitter<RoomEvents<ConversationMessage>>();
  let status: RoomStatus = { kind: 'connecting' };
  let closed = false;
  const room: Room<ConversationMessage> = {
    on: events.on,
    get status() {
      return status;
    },
    close: () => (closed = true),
  };
  const feed = openFeed(
    {
      listen: () => room,
      messages: (_id, { cursor } = {}) =>
        listing(async () => {
          if (server.failing) throw server.failing;
          if (cursor !== undefined) await server.older;
          const newest = cursor === undefined ? server.last : Number(cursor);
          const data = [newest, newest - 1].filter((id) => id > 0).map(message);
          return { data, next_cursor: newest > 2 ? String(newest - 2) : null };
        }),
      participants: () => {
        const { participants, answers } = server;
        return listing(async () => (await answers, { data: participants, next_cursor: null }));
      },
      async send(_id, body) {
        server.last += 1;
        return { ...message(server.last), body };
      },
    },
    7,
  );
  return {
    feed,
    server,
    closed: () => closed,
    ids: () => feed.state.messages.map(({ id }) => id),
    lose() {
      status = { kind: 'reconnecting', reason: 'unreachable', nextAttemptAt: null };
      events.emit('status', status);
    },
    async enter() {
      status = { kind: 'live' };
      events.emit('status', status);
      events.emit('live', undefined);
      await settle();
    },
    tell: (told: ConversationMessage) => events.emit('message', told),
    hear(id: number) {
      events.emit('message', { type: 'message_created', timestamp: '', conversation_id: 7, message: message(id) });
    },
  };
}

describe('SD6 the messages', () => {
  it('are read when the room is entered, and older ones when somebody asks', async () => {
    const { feed, enter, ids } = play(5);
    expect(feed.state).toMatchObject({ isRead: false, messages: [], hasOlder: false, status: { kind: 'connecting' } });
    await enter();
    expect(feed.state.isRead).toBe(true);
    expect([ids(), feed.state.hasOlder, feed.state.status.kind]).toEqual([[4, 5], true, 'live']);
    await feed.loadOlder();
    await feed.loadOlder();
    expect([ids(), feed.state.hasOlder]).toEqual([[1, 2, 3, 4, 5], false]);
    await feed.loadOlder();
    expect(ids()).toHaveLength(5);
  });

  it('are shown once, whoever tells of them', async () => {
    const { feed, enter, hear, ids } = play(1);
    await enter();
    hear(2);
    const sent = await feed.send('mine');
    expect(sent.id).toBe(2);
    hear(3);
    expect(ids()).toEqual([1, 2, 3]);
  });

  it('that were missed are there when the room is entered again', async () => {
    const { server, enter, ids, feed } = play(3);
    await enter();
    await feed.loadOlder();
    server.last = 4;
    await enter();
    expect([ids(), feed.state.hasOlder]).toEqual([[1, 2, 3, 4], false]);
  });

  it('have no gap: where too many were missed, the older ones are read anew', async () => {
    const { server, enter, ids, feed, hear } = play(3);
    await enter();
    server.last = 9;
    const entered = enter();
    hear(10);
    await entered;
    expect([ids(), feed.state.hasOlder]).toEqual([[8, 9, 10], true]);
    await feed.loadOlder();
    await feed.loadOlder();
    expect(ids()).toEqual([4, 5, 6, 7, 8, 9, 10]);
  });

  it('that cannot be read say why, until they can', async () => {
    const { feed, server, enter } = play(1);
    server.failing = new RoundtableError({ code: 'forbidden', status: 403, message: 'no' });
    await enter();
    expect(feed.state.error).toMatchObject({ code: 'forbidden' });
    server.failing = null;
    await enter();
    expect([feed.state.error, feed.state.messages.length]).toEqual([null, 1]);
  });

  it('are read when somebody asks for it, also where nobody could be asked before', async () => {
    const { feed, server, enter, ids } = play(1);
    server.failing = new Error('the sign-in service is away');
    await enter();
    expect(feed.state.error).toMatchObject({ code: 'unreachable', message: 'the sign-in service is away' });
    server.failing = null;
    await feed.read();
    expect([feed.state.error, ids()]).toEqual([null, [1]]);
  });

  it('before the first that is heard can be read, though it was heard before any was read', async () => {
    const { feed, server, enter, hear, ids } = play(5);
    server.failing = new RoundtableError({ code: 'unavailable', status: 503, message: 'busy' });
    await enter();
    hear(5);
    server.failing = null;
    await feed.read();
    expect([ids(), feed.state.hasOlder]).toEqual([[4, 5], true]);
    await feed.loadOlder();
    expect(ids()).toEqual([2, 3, 4, 5]);
  });

  it('have no gap either where one was heard after a reading that failed', async () => {
    const { feed, server, enter, hear, ids } = play(3);
    await enter();
    server.failing = new RoundtableError({ code: 'unavailable', status: 503, message: 'busy' });
    server.last = 9;
    await enter();
    hear(9);
    server.failing = null;
    await feed.read();
    expect([ids(), feed.state.hasOlder]).toEqual([[8, 9], true]);
  });

  it('have no gap either where one is heard before the room says that it was entered again', async () => {
    const { feed, server, enter, lose, hear, ids } = play(3);
    await enter();
    lose();
    server.last = 9;
    hear(9);
    await enter();
    expect([ids(), feed.state.hasOlder]).toEqual([[8, 9], true]);
  });

  it('have no gap either where I said something while others were missed', async () => {
    const { feed, server, enter, hear, ids } = play(3);
    await enter();
    server.last = 8;
    await feed.send('mine');
    expect(ids()).toEqual([2, 3, 9]);
    await enter();
    expect([ids(), feed.state.hasOlder]).toEqual([[8, 9], true]);
    hear(10);
    server.last = 11;
    await enter();
    expect(ids()).toEqual([8, 9, 10, 11]);
  });

  it('have no gap either where older ones come after the list was read anew', async () => {
    const { feed, server, enter, ids } = play(5);
    await enter();
    const { promise, resolve } = Promise.withResolvers<void>();
    server.older = promise;
    const late = feed.loadOlder();
    server.last = 9;
    await enter();
    resolve();
    await late;
    expect([ids(), feed.state.hasOlder]).toEqual([[8, 9], true]);
    await feed.loadOlder();
    expect(ids()).toEqual([6, 7, 8, 9]);
  });
});

it('SD6 the participants come, change and go', async () => {
  const { feed, enter, tell, closed } = play(0);
  await enter();
  const told = { timestamp: '', conversation_id: 7, by: 1 };
  const roles = () => feed.state.participants.map(({ user_id, role }) => `${user_id} ${role}`);
  tell({ type: 'participant_added', participant: participant(2), ...told });
  tell({ type: 'participant_changed', participant: participant(1, 'admin'), ...told });
  expect(roles()).toEqual(['1 admin', '2 member']);
  tell({ type: 'participant_removed', participant: participant(2), ...told });
  tell({ type: 'error', timestamp: '', code: 'invalid', message: '' });
  expect(roles()).toEqual(['1 admin']);
  // What is read may be older than what came while it was read.
  const entered = enter();
  tell({ type: 'participant_added', participant: participant(3), ...told });
  await entered;
  expect(roles()).toEqual(['1 member', '3 member']);
  feed.close();
  expect(closed()).toBe(true);
});

it('SD6 of two readings the one that began last counts, also if the other is answered later', async () => {
  const { feed, server, enter } = play(2);
  const { promise, resolve } = Promise.withResolvers<void>();
  server.answers = promise;
  await enter();
  server.answers = Promise.resolve();
  server.participants = [participant(1), participant(2)];
  await enter();
  resolve();
  await settle();
  expect(feed.state.participants.map(({ user_id }) => user_id)).toEqual([1, 2]);

  const failing = Promise.withResolvers<void>();
  server.answers = failing.promise;
  const late = feed.read();
  server.answers = Promise.resolve();
  await feed.read();
  failing.reject(new Error('no answer'));
  await late;
  expect(feed.state.error).toBeNull();
});
