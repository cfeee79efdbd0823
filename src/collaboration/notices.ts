/**
 * How a session's news reaches the nodes that hold its connections.
 *
 * After a commit the node that made the step publishes a hint on `session:<diagram>`. Every node that follows the
 * session then reads, in one statement, the session as it is and the notices since its own position, and hands them
 * on: the notices in order of revision and ordinal, and with them the session that they led to. So nothing depends on
 * the hints: they may be lost, doubled or late. What they miss is found by the poll. One read at a time for each session: hints that come during it share the next.
 *
 * What a presenter shows is relayed on the same channel, as it is, and may be lost.
 */
import { z } from 'zod';
import type { Bus } from '../cluster/bus.ts';
import type { Poll } from '../cluster/poll.ts';
import { oneAtATime } from '../waiting/one-at-a-time.ts';
import { AFTER_ALL, differingSessions, type PlacedNotice, type Position, type SessionMoment } from './session-rows.ts';
import type { SessionStore } from './session-store.ts';

/** What a session has come to, with the notices since the last news. */
export interface News {
  moment: SessionMoment;
  notices: readonly PlacedNotice[];
}

/** Somebody on this node who follows a session. */
export interface Follower {
  /** Called in order; null: the session is gone with its diagram. */
  news(news: News | null): void;
  /** What the presenter shows, from any node. */
  shown(view: Shown): void;
}

export interface Following {
  /** Reads what is new, and hands it on before it resolves. Rejects if the database does. */
  refresh(): Promise<void>;
  stop(): void;
}

/** What a presenter shows: their person's id, and the members of `presenter_view`, bounded in size. */
export interface Shown {
  presenter: string;
  view: Record<string, unknown>;
}

export interface Notices {
  /** Tells all nodes that a session has news. To be called after the commit. */
  publish(of: { session: string; diagram: string }): void;
  /** Hands what a presenter shows to the session's followers on all nodes. */
  show(of: { session: string; diagram: string }, shown: Shown): void;
  /** Nothing is handed on before the first `refresh`. */
  follow(of: { session: string; diagram: string }, follower: Follower): Following;
}

const message = z.union([
  z.object({
    session: z.string(),
    shown: z.object({ presenter: z.string(), view: z.record(z.string(), z.unknown()) }),
  }),
  z.object({ session: z.string() }),
]);

interface Followed {
  position: Position;
  refresh(): Promise<void>;
}

export interface NoticesDependencies {
  store: Pick<SessionStore, 'since'>;
  bus: Bus;
  poll: Pick<Poll, 'watch'>;
  onError: (error: unknown) => void;
}

export function createNotices({ store, bus, poll, onError }: NoticesDependencies): Notices {
  const followed = new Map<string, Set<Followed>>();
  const send = (diagram: string, content: z.infer<typeof message>) =>
    bus.publish(`session:${diagram}`, Buffer.from(JSON.stringify(content)));

  poll.watch({
    known() {
      if (followed.size === 0) return null;
      const all = [...followed].flatMap(([session, followers]) =>
        [...followers].map(({ position }) => ({ session, ...position })),
      );
      return [
        all.map(({ session }) => session),
        all.map(({ revision }) => revision),
        all.map(({ ordinal }) => ordinal),
      ];
    },
    query: differingSessions,
    differ: (differences) =>
      Promise.all(differences.flatMap(({ key }) => [...(followed.get(key) ?? [])].map(({ refresh }) => refresh()))),
  });

  return {
    publish: ({ session, diagram }) => send(diagram, { session }),
    show: ({ session, diagram }, shown) => send(diagram, { session, shown }),

    follow({ session, diagram }, follower) {
      let stopped = false;
      let unsubscribe: (() => void) | null = null;
      const read = async () => {
        if (stopped) return;
        const moment = await store.since(session, self.position);
        if (stopped) return;
        if (moment) self.position = { revision: moment.value.revision, ordinal: moment.lastOrdinal };
        follower.news(moment && { moment, notices: moment.notices });
      };
      const self: Followed = { position: AFTER_ALL, refresh: oneAtATime(read) };
      const hear = (payload: Uint8Array) => {
        const heard = message.safeParse(parse(payload));
        if (stopped || !heard.success || heard.data.session !== session) return;
        if ('shown' in heard.data) follower.shown(heard.data.shown);
        else void self.refresh().catch(onError);
      };
      const others = followed.get(session) ?? new Set();
      followed.set(session, others.add(self));
      // Between the first read and the subscription something may fall: hence another read once it stands.
      void bus.subscribe(`session:${diagram}`, hear).then((stop) => {
        if (stopped) return stop();
        unsubscribe = stop;
        void self.refresh().catch(onError);
      });
      return {
        refresh: self.refresh,
        stop() {
          stopped = true;
          unsubscribe?.();
          others.delete(self);
          if (others.size === 0 && followed.get(session) === others) followed.delete(session);
        },
      };
    },
  };
}

/** NO2: nonsense on our channels is nothing. */
function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString());
  } catch {
    return null;
  }
}
