/**
 * What a session means to the open connections of this node: it greets them, tells them what is new, takes what they
 * ask, and projects the session into the awareness of its diagram's document. Each session that has connections here
 * has an audience; it goes with the last of them.
 */
import { z } from 'zod';
import type { Awareness } from 'y-protocols/awareness';
import type { Notices } from '../../collaboration/notices.ts';
import type { SessionService } from '../../collaboration/sessions.ts';
import type { SessionView } from '../../collaboration/session-view.ts';
import { nestsDeeperThan } from '../../json.ts';
import { Refusal } from '../../refusal.ts';
import type { AwarenessGuard } from '../presence/awareness.ts';
import type { AwarenessRelay } from '../presence/awareness-relay.ts';
import type { LiveConnection } from './live-connection.ts';
import { closings } from '../closing.ts';
import { errorMessage } from '../error-message.ts';
import { DEEPEST } from '../presence/own-state.ts';
import { createSessionAudience, type SessionAudience } from './session-audience.ts';
import { hideSession, removeLeft, showSession, stampsOf } from '../presence/session-entry.ts';

export interface Live {
  /** CS3: greets a connection that has joined and whose document is loaded. Never rejects. */
  connected(connection: LiveConnection): Promise<void>;
  /** CS5: the connection is gone. */
  disconnected(connection: LiveConnection): void;
  /** CS13: a stateless message of a client. Never rejects; what is not allowed is answered with `error`. */
  stateless(connection: LiveConnection, payload: string): Promise<void>;
  /** The awareness of a diagram's document that was loaded on this node: it gets the server's own entry, the stamps, and what other nodes show. */
  attach(diagram: string, awareness: Awareness): void;
  detach(diagram: string): void;
  stop(): void;
}

export interface LiveOptions {
  sessions: Pick<SessionService, 'leave' | 'command' | 'joined'>;
  notices: Pick<Notices, 'follow' | 'show'>;
  guard: Pick<AwarenessGuard, 'stamp' | 'renew'>;
  relay: AwarenessRelay;
  /** The largest stateless message of a client, bytes. */
  maxMessageBytes: number;
  onError: (error: unknown) => void;
}

const presenterView = z.strictObject({
  type: z.literal('presenter_view'),
  viewport: z.unknown().optional(),
  cursor: z.unknown().optional(),
  selected_cells: z.array(z.string()).optional(),
});

/** How many messages of one connection may wait for an answer. */
const WAITING_AT_MOST = 32;

export function createLive({ sessions, notices, guard, relay, maxMessageBytes, onError }: LiveOptions): Live {
  const audiences = new Map<string, SessionAudience>();
  const attached = new Map<string, Awareness>();
  /** The end of each connection's queue, and how many wait in it. */
  const queues = new WeakMap<LiveConnection, { last: Promise<void>; length: number }>();

  const project = (diagram: string, view: SessionView, before: SessionView | null = null) => {
    const awareness = attached.get(diagram);
    if (!awareness) return;
    showSession(awareness, view);
    guard.stamp(awareness, stampsOf(view));
    if (before) removeLeft(awareness, before, view);
  };

  const audienceOf = (session: string, diagram: string): SessionAudience => {
    const known = audiences.get(session);
    if (known) return known;
    const audience = createSessionAudience({
      session,
      diagram,
      notices,
      onView: (view, before) => project(diagram, view, before),
      onError,
    });
    audiences.set(session, audience);
    return audience;
  };

  /** @throws Refusal */
  const answer = async (connection: LiveConnection, message: unknown) => {
    if (!isMessage(message)) throw new Refusal('invalid');
    const joined = sessions.joined(connection.id);
    if (!joined) throw new Refusal('session_not_found');
    if (message.type !== 'presenter_view') return sessions.command(connection, message);
    const read = presenterView.safeParse(message);
    if (!read.success || nestsDeeperThan(DEEPEST, message)) throw new Refusal('invalid');
    const audience = audiences.get(joined.session);
    if (audience?.view?.presenter.id !== connection.person.id) throw new Refusal('forbidden');
    const { type: _, ...shown } = read.data;
    audience.show(connection.person.id, shown);
  };

  const answered = async (connection: LiveConnection, payload: string): Promise<void> => {
    // What is too large is not even parsed.
    const tooLarge = Buffer.byteLength(payload) > maxMessageBytes;
    const message = tooLarge ? null : parse(payload);
    try {
      if (tooLarge) throw new Refusal('payload_too_large');
      await answer(connection, message);
    } catch (error) {
      if (!(error instanceof Refusal)) onError(error);
      const code = error instanceof Refusal ? error.code : 'unavailable';
      connection.sendStateless(
        JSON.stringify(errorMessage(code, new Date(), isMessage(message) ? message.type : undefined)),
      );
    }
  };

  return {
    async connected(connection) {
      const joined = sessions.joined(connection.id);
      if (!joined) return connection.close(closings.reload);
      await audienceOf(joined.session, connection.diagram).greet(connection, joined.revision);
      relay.greeted(connection.diagram);
    },

    disconnected(connection) {
      const joined = sessions.joined(connection.id);
      const audience = joined ? audiences.get(joined.session) : undefined;
      audience?.remove(connection);
      if (audience?.size === 0) {
        audience.stop();
        audiences.delete(audience.session);
        const awareness = attached.get(audience.diagram);
        if (awareness) hideSession(awareness, audience.session);
      }
      void sessions.leave(connection.id);
    },

    async stateless(connection, payload) {
      const queue = queues.get(connection) ?? { last: Promise.resolve(), length: 0 };
      queues.set(connection, queue);
      if (queue.length >= WAITING_AT_MOST)
        return connection.sendStateless(JSON.stringify(errorMessage('rate_limited', new Date())));
      queue.length += 1;
      queue.last = queue.last.then(() => answered(connection, payload)).finally(() => (queue.length -= 1));
      await queue.last;
    },

    attach(diagram, awareness) {
      attached.set(diagram, awareness);
      relay.attach(diagram, awareness, () => {
        guard.renew(awareness);
        awareness.setLocalState(awareness.getLocalState());
      });
      for (const audience of audiences.values()) {
        if (audience.diagram === diagram && audience.view) project(diagram, audience.view);
      }
    },

    detach(diagram) {
      attached.delete(diagram);
      relay.detach(diagram);
    },

    stop() {
      relay.stop();
      for (const audience of audiences.values()) audience.stop();
      audiences.clear();
    },
  };
}

function isMessage(message: unknown): message is { type: string; [key: string]: unknown } {
  return typeof message === 'object' && message !== null && 'type' in message && typeof message.type === 'string';
}

function parse(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return null;
  }
}
