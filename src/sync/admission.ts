/**
 * Who is let in, and who stays. A token becomes a person, the person's standing and the access epoch that it belongs to
 * are read in one statement, and the session is joined. Whoever is in is decided anew when access to the diagram has
 * changed (AC3, AC4): somebody who may only read now is made a reader; somebody who may nothing is closed with 4403;
 * somebody who may write again is asked for the edits that were refused. Then the session decides its own anew, and tells
 * (CS12). One change may concern thousands of diagrams: those of many are decided in one statement, and one such statement
 * is made after the other, so that nobody else waits for all of them.
 */
import type { Logger } from 'pino';
import { permissionsOf } from '../access/roles.ts';
import { standingInDiagram, standingsInDiagrams, type DiagramStanding } from '../access/standing.ts';
import type { SessionService } from '../collaboration/sessions.ts';
import type { Database } from '../database/database.ts';
import type { Actor } from '../identity/person.ts';
import { UUID } from '../identity/spelling.ts';
import { Refusal } from '../refusal.ts';
import { oneAtATime } from '../waiting/one-at-a-time.ts';
import { identityOf, type Admission, type Channel } from './channel.ts';
import { closings, closingOf } from './closing.ts';
import type { Directory } from './directory.ts';
import type { SyncLimits } from './limits.ts';
import type { LiveConnection } from './sessions/live-connection.ts';
import type { RoomConnection, Rooms } from './rooms/rooms.ts';

/** Verifies a token. @throws Refusal `unauthenticated`, `unavailable` */
export interface Authenticator {
  authenticate(token: string): Promise<Actor>;
}

type DiagramAdmission = Extract<Admission, { kind: 'diagram' }>;

export interface AdmissionDesk {
  /** @throws Refusal; @returns whether Hocuspocus should take the connection for a reader's */
  admit(channel: Channel, token: string): Promise<{ readOnly: boolean }>;
  /** AC5: a client sent another token. One is verified at a time, and what is found counts if no other came meanwhile. */
  refresh(channel: Channel, token: string): Promise<void>;
  /** Decides everybody on a diagram anew whose epoch is not the diagram's. Never rejects. */
  redecide(diagram: string): Promise<void>;
}

export interface AdmissionDependencies {
  authenticator: Authenticator;
  database: Database;
  sessions: Pick<SessionService, 'join' | 'leave' | 'redecide'>;
  rooms: Rooms | null;
  directory: Directory;
  limits: Pick<SyncLimits, 'maxSocketsPerUser'>;
  newId(): string;
  logger: Logger;
}

/** Of so many diagrams everybody is decided anew in one statement. */
const TOGETHER = 50;

/** The diagram that a document's name stands for, null if it is no diagram's canonical name. */
export function diagramOf(name: string): string | null {
  const id = name.startsWith('diagram:') ? name.slice('diagram:'.length) : '';
  return UUID.test(id) && id === id.toLowerCase() ? id : null;
}

export function createAdmission(dependencies: AdmissionDependencies): AdmissionDesk {
  const { authenticator, database, sessions, rooms, directory, limits, newId, logger } = dependencies;
  /** The token that each channel sent last, while one of its tokens is verified. */
  const sentLast = new WeakMap<Channel, string>();
  const standingOf = (diagram: string, person: string) => standingInDiagram(database.queries(), diagram, person);

  async function admitToDiagram(channel: Channel, actor: Actor, diagram: string): Promise<Admission> {
    const { place } = channel.socket;
    if (place.kind === 'diagram' && place.diagram !== diagram) throw new Refusal('not_found');
    const standing = await standingOf(diagram, actor.id);
    if (!standing.exists) throw new Refusal('not_found');
    if (place.kind === 'diagram' && place.threatModel !== standing.threatModel) throw new Refusal('not_found');
    const permissions = permissionsOf(standing.role);
    if (!permissions) throw new Refusal('forbidden');
    const live: LiveConnection = {
      id: newId(),
      diagram,
      person: actor,
      permissions,
      sendStateless: channel.sendStateless,
      close: channel.close,
    };
    const { session } = await sessions.join({ id: live.id, diagram, person: actor, permissions });
    return { kind: 'diagram', actor, session, epoch: standing.epoch, permissions, live };
  }

  async function admitToRoom(channel: Channel, actor: Actor): Promise<Admission> {
    if (!rooms || !channel.socket.shared) throw new Refusal('not_found');
    const admitted = await rooms.admit(channel.name, actor);
    const room: RoomConnection = {
      name: channel.name,
      person: actor,
      admitted,
      sendStateless: channel.sendStateless,
      close: channel.close,
    };
    return { kind: 'room', actor, room };
  }

  function apply(channel: Channel, admission: DiagramAdmission, standing: DiagramStanding): void {
    if (!standing.exists) return channel.close(closings.notFound);
    const permissions = permissionsOf(standing.role);
    admission.epoch = standing.epoch;
    admission.permissions = admission.live.permissions = permissions ?? 'reader';
    if (permissions === 'writer') {
      channel.intake.welcome(); // also who was a reader so briefly that only the log saw it
      channel.presence.welcome();
    }
    if (!permissions) channel.close(closings.forbidden);
  }

  /** AC5: a token that cannot be verified now is asked for once more. Never rejects. */
  async function renew(channel: Channel, token: string): Promise<void> {
    try {
      const actor = await authenticator.authenticate(token);
      if (sentLast.get(channel) !== token || !('admission' in channel.state)) return;
      const { admission } = channel.state;
      if (actor.id !== admission.actor.id) return channel.close(closings.unauthenticated);
      admission.actor = actor;
      if (admission.kind === 'room') admission.room.person = actor;
    } catch (error) {
      if (sentLast.get(channel) !== token) return;
      const known = error instanceof Refusal;
      if (known && error.code !== 'unavailable') return channel.close(closingOf(error.code));
      if (!known) logger.warn({ err: error, document: channel.name }, 'a token could not be verified');
      channel.askedForToken = 0;
    }
  }

  /** The connections to a diagram, with what was decided about each. */
  const admittedTo = (diagram: string) =>
    directory.of(`diagram:${diagram}`).flatMap((channel) => {
      const admission = 'admission' in channel.state ? channel.state.admission : null;
      return admission?.kind === 'diagram' ? [{ channel, admission }] : [];
    });

  const failed = (error: unknown) =>
    logger.warn({ err: error }, 'connections could not be decided anew; the poll will try again');

  async function decideAnew(diagrams: readonly string[]): Promise<void> {
    const connections = diagrams.flatMap((diagram) => admittedTo(diagram).map((one) => ({ diagram, ...one })));
    if (connections.length === 0) return;
    const asked = connections.map(({ diagram, admission }) => ({ diagram, person: admission.actor.id }));
    const changed = new Set<string>();
    for (const [index, standing] of (await standingsInDiagrams(database.queries(), asked)).entries()) {
      const { diagram, channel, admission } = connections[index]!;
      if (admission.epoch !== standing.epoch) changed.add(diagram);
      apply(channel, admission, standing);
    }
    for (const diagram of changed) void sessions.redecide(diagram).catch(failed);
  }

  const due = new Set<string>();
  const decideDue = oneAtATime(async () => {
    const diagrams = [...due];
    due.clear();
    for (let first = 0; first < diagrams.length; first += TOGETHER)
      await decideAnew(diagrams.slice(first, first + TOGETHER)).catch(failed);
  });

  return {
    async admit(channel, token) {
      const gone = () => channel.state.kind === 'ended';
      const actor = await authenticator.authenticate(token);
      if (gone()) throw new Refusal('unavailable'); // a socket that is gone would count for ever
      if (directory.claim(actor.id, channel.socket) > limits.maxSocketsPerUser) throw new Refusal('rate_limited');
      const diagram = diagramOf(channel.name);
      const admission = diagram ? await admitToDiagram(channel, actor, diagram) : await admitToRoom(channel, actor);
      if (gone()) {
        if (admission.kind === 'diagram') await sessions.leave(admission.live.id);
        throw new Refusal('unavailable');
      }
      channel.joined(admission);
      directory.add(channel);
      logger.info({ document: channel.name, ...identityOf(admission) }, 'connected');
      return { readOnly: admission.kind === 'room' || admission.permissions === 'reader' };
    },

    async refresh(channel, token) {
      if (channel.state.kind !== 'joined' && channel.state.kind !== 'open') return;
      const waits = sentLast.has(channel);
      sentLast.set(channel, token);
      if (waits) return;
      let verified: string | undefined;
      while (sentLast.get(channel) !== verified) {
        verified = sentLast.get(channel)!;
        await renew(channel, verified);
      }
      sentLast.delete(channel);
    },

    redecide(diagram) {
      due.add(diagram);
      return decideDue();
    },
  };
}
