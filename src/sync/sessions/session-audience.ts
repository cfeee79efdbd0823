/**
 * The connections of this node that take part in one session, and what they are told.
 *
 * A connection is greeted once: the session is read, unless it is known with them in it, what was new in it is told to those
 * who were there, and then the newcomer gets `join` and `participants_update`; from then on they are told what is newer,
 * never before (CS3).
 * Notices go out in their order as they come. `participants_update` is built from the session that the last notice led
 * to; in a storm there is one in 20 ms, and always one at the end. The awareness entry goes with it.
 *
 * Who is put out follows from the session itself, not from a notice, so that it cannot be missed: everybody when it has
 * ended (CS7), and anybody who is connected here but not there any more (CS9, AC3).
 */
import type { Follower, Following, News, Notices } from '../../collaboration/notices.ts';
import type { PlacedNotice, SessionMoment } from '../../collaboration/session-rows.ts';
import { viewOf, type SessionView } from '../../collaboration/session-view.ts';
import { noticeOnWire, participantsUpdate, presenterViewOnWire } from '../../collaboration/wire.ts';
import { closingOf, closings, type Closing } from '../closing.ts';
import { guarded } from '../guarded.ts';
import type { LiveConnection } from './live-connection.ts';

export interface SessionAudience {
  readonly session: string;
  readonly diagram: string;
  /** The session as the audience knows it; null before it was read. */
  readonly view: SessionView | null;
  readonly size: number;
  /** Never rejects: a connection that cannot be greeted is closed. @param revision which the session had when they joined */
  greet(connection: LiveConnection, revision: number): Promise<void>;
  remove(connection: LiveConnection): void;
  /** Shows the others what the presenter shows, on all nodes. */
  show(presenter: string, view: Record<string, unknown>): void;
  stop(): void;
}

interface AudienceOptions {
  session: string;
  diagram: string;
  notices: Pick<Notices, 'follow' | 'show'>;
  /** Told when others see another session than `before` (null: none yet). */
  onView: (view: SessionView, before: SessionView | null) => void;
  onError: (error: unknown) => void;
}

/** At most one `participants_update` in so many ms. */
const PAUSE = 20;

const SESSION_ENDED: Closing = { code: 4410, reason: 'session ended' };

export function createSessionAudience({
  session,
  diagram,
  notices,
  onView,
  onError,
}: AudienceOptions): SessionAudience {
  const waiting = new Set<LiveConnection>();
  /** Those who were greeted, with the revision of the last update that they got. */
  const greeted = new Map<LiveConnection, number>();
  let moment: SessionMoment | null = null;
  let view: SessionView | null = null;
  /** The one that was last told and projected. */
  let shown: SessionView | null = null;
  let written: { view: SessionView; payload: string } | null = null;
  let pause: NodeJS.Timeout | null = null;
  let stopped = false;

  const remove = (connection: LiveConnection) => {
    waiting.delete(connection);
    greeted.delete(connection);
  };
  /** Nothing is told to a connection after it was put out. */
  const putOut = (connection: LiveConnection, closing: Closing) => {
    remove(connection);
    connection.close(closing);
  };
  const putOutAll = (closing: Closing) =>
    [...waiting, ...greeted.keys()].forEach((connection) => putOut(connection, closing));

  /** The list as it is told: written once, for all who get it. */
  const updateFor = (current: SessionView): string => {
    if (written?.view !== current)
      written = { view: current, payload: JSON.stringify(participantsUpdate(current, new Date())) };
    return written.payload;
  };

  const sendUpdate = () => {
    if (stopped || !view || view.revision === shown?.revision) return;
    const payload = updateFor(view);
    for (const [connection, revision] of greeted) {
      if (revision >= view.revision) continue;
      greeted.set(connection, view.revision);
      connection.sendStateless(payload);
    }
    onView(view, shown);
    shown = view;
    pause = setTimeout(resume, PAUSE);
  };
  const resume = guarded(() => {
    pause = null;
    sendUpdate();
  }, onError);

  const tell = (placed: PlacedNotice, current: SessionMoment) => {
    const { notice } = placed;
    const concerned = [...greeted.keys()].filter(({ person }) => !('to' in notice) || notice.to === person.id);
    if (notice.type === 'access_lost') return concerned.forEach((connection) => putOut(connection, closings.forbidden));
    const payload = JSON.stringify(noticeOnWire({ ...placed, notice }, current));
    for (const connection of concerned) {
      connection.sendStateless(payload);
      if (notice.type === 'removed_from_session') putOut(connection, closingOf('removed_from_session'));
    }
  };

  const follower: Follower = {
    news(news: News | null) {
      if (!news) return putOutAll(closings.notFound);
      moment = news.moment;
      for (const notice of news.notices) tell(notice, moment);
      if (moment.value.kind === 'ended') return putOutAll(SESSION_ENDED);
      view = viewOf(moment);
      for (const connection of [...greeted.keys()]) {
        const closing = closingFor(connection, moment);
        if (closing) putOut(connection, closing);
      }
      if (!pause) sendUpdate();
    },
    shown({ presenter, view: part }) {
      if (!view || view.presenter.id !== presenter) return;
      const payload = JSON.stringify(presenterViewOnWire(part, view, new Date()));
      for (const connection of greeted.keys())
        if (connection.person.id !== presenter) connection.sendStateless(payload);
    },
  };
  const following: Following = notices.follow({ session, diagram }, follower);

  const welcome = (connection: LiveConnection) => {
    const closing = moment ? closingFor(connection, moment) : closings.notFound;
    if (!moment || !view || closing) return putOut(connection, closing ?? closings.notFound);
    greeted.set(connection, view.revision);
    const join = {
      notice: { type: 'join' as const, user: connection.person.id },
      revision: view.revision,
      ordinal: 0,
      at: Date.now(),
    };
    connection.sendStateless(JSON.stringify(noticeOnWire(join, moment)));
    connection.sendStateless(updateFor(view));
  };

  return {
    session,
    diagram,
    get view() {
      return view;
    },
    get size() {
      return waiting.size + greeted.size;
    },
    async greet(connection, revision) {
      // A host who returns is in the list all the time, so that the revision alone does not tell.
      if (moment && moment.value.revision >= revision && !closingFor(connection, moment)) return welcome(connection);
      waiting.add(connection);
      try {
        await following.refresh();
      } catch (error) {
        onError(error);
        if (waiting.has(connection)) putOut(connection, closings.unavailable);
        return;
      }
      if (waiting.delete(connection)) welcome(connection);
    },
    remove,
    show: (presenter, part) => notices.show({ session, diagram }, { presenter, view: part }),
    stop() {
      stopped = true;
      following.stop();
      if (pause) clearTimeout(pause);
    },
  };
}

/** Why a connection may not be here, if it may not. One whose node was swept is to connect again. */
function closingFor({ person }: LiveConnection, { value }: SessionMoment): Closing | null {
  if (value.kind === 'ended') return SESSION_ENDED;
  const presence = value.attendance.find(({ user }) => user === person.id)?.presence.kind;
  if (presence === 'connected') return null;
  return presence === 'removed' ? closingOf('removed_from_session') : closings.reload;
}
