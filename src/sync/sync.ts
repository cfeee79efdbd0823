/**
 * The WebSocket side, put together: sockets and their channels, the intake of edits, the documents that are open, and
 * Hocuspocus between them.
 *
 * An edit goes frame -> socket -> channel -> intake -> update log -> commit -> replica -> document, and to everybody who
 * has it open; other nodes hear of the row on the bus, or find it by the poll.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Bus } from '../cluster/bus.ts';
import type { SessionService } from '../collaboration/sessions.ts';
import type { Leases } from '../cluster/leases.ts';
import type { Poll } from '../cluster/poll.ts';
import type { Database } from '../database/database.ts';
import { createBudget, type Budget } from '../budget.ts';
import { bytesOf, type CommittedRow } from '../documents/row.ts';
import type { UpdateLog } from '../documents/update-log.ts';
import type { Upkeep } from '../documents/upkeep.ts';
import type { Workshop } from '../documents/workshop.ts';
import { createAdmission, diagramOf, type Authenticator } from './admission.ts';
import type { AwarenessGuard } from './presence/awareness.ts';
import { createChannel, identityOf, type Channel } from './channel.ts';
import { closings, countedAs, type Closing } from './closing.ts';
import { createDirectory } from './directory.ts';
import { guarded } from './guarded.ts';
import { createHocuspocus } from './hocuspocus.ts';
import { createIntake } from './intake/intake.ts';
import type { SyncLimits } from './limits.ts';
import type { Live } from './sessions/live.ts';
import { openDocuments } from './replicas/open-documents.ts';
import { createTurnEnd } from './socket/outbox.ts';
import { createReplicas } from './replicas/replicas.ts';
import type { Rooms } from './rooms/rooms.ts';
import { createRounds } from './socket/rounds.ts';
import { createSocket, type Socket } from './socket/socket.ts';
import { createStatelessFrames } from './sessions/stateless-frames.ts';
import { asWebRequest, placeOf, refuseUpgrade, type Place } from './socket/upgrade.ts';

export interface Sync {
  /** For the HTTP server's `upgrade` event. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** A row that this node committed: into memory, before anybody is told that it is saved. */
  committed(row: CommittedRow): void;
  /** AC3, AC4: decides the open connections of a diagram anew. Never rejects. */
  redecide(diagram: string): Promise<void>;
  /** Closes every socket with 1012: this node was stalled and swept (NO1), its clients connect again. */
  restart(): void;
  start(): void;
  /** NO1: refuses upgrades, flushes the log, closes the sockets with 1012 in slices. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

export interface SyncDependencies {
  database: Database;
  bus: Bus;
  log: UpdateLog;
  workshop: Pick<Workshop, 'run'>;
  budget: Budget;
  upkeep?: Pick<Upkeep, 'loaded'>;
  authenticator: Authenticator;
  sessions: Pick<SessionService, 'join' | 'leave' | 'redecide'>;
  live: Live;
  guard: Pick<AwarenessGuard, 'receive' | 'isShownByAnother'>;
  rooms: Rooms | null;
  lease: Pick<Leases, 'held' | 'whenHeld'>;
  poll: Pick<Poll, 'watch'>;
  limits: SyncLimits;
  /** Whether a page of this origin may open sockets. */
  originAllowed(origin: string, request: IncomingMessage): boolean;
  newId(): string;
  logger: Logger;
  metrics: SyncMetrics;
  /** Intervals and deadlines, ms. */
  pace?: Partial<Pace>;
  /** The time of day, ms: tokens expire by it. Everything else is measured by the monotonic clock. */
  timeOfDay?(): number;
}

/** What is counted: the open sockets and documents, and how sockets closed. */
export interface SyncMetrics {
  sockets: { set(value: number): void };
  documents: { set(value: number): void };
  closes: { inc(labels: { code: string }): void };
}

interface Pace {
  round: number;
  /** How long a draining node waits for the log, before and after it closes its sockets, and over how long it does that. */
  flushDeadline: number;
  closeOver: number;
}

const PACE: Pace = { round: 500, flushDeadline: 2000, closeOver: 2000 };
const SLICES = 20;
/** How long a stopping node waits for the answers to its closes, ms. */
const LAST_WORDS = 500;

export function createSync(dependencies: SyncDependencies): Sync {
  const { database, bus, log, workshop, budget, upkeep, sessions, live, guard, rooms, lease, limits, logger, metrics } =
    dependencies;
  const pace = { ...PACE, ...dependencies.pace };
  const now = () => performance.now();
  const sockets = new Set<Socket>();
  const strangers = createBudget(limits.strangerBytes);
  const atTurnEnd = createTurnEnd();
  const directory = createDirectory();
  const admission = createAdmission({ ...dependencies, directory });
  const replicas = createReplicas({
    executor: database.log,
    content: database.content,
    workshop,
    bus,
    lease,
    logger,
    loaded(diagram, { snapshot, rows }) {
      const bytes = bytesOf(rows.map((row) => row.bytes));
      upkeep?.loaded(diagram, { rows: rows.length, bytes, size: bytes + (snapshot?.bytes.byteLength ?? 0) });
    },
    lost(diagram, document, loss) {
      const closing = { missing: closings.notFound, restored: closings.reload, unreadable: closings.unavailable }[loss];
      for (const channel of directory.of(`diagram:${diagram}`)) {
        if (channel.state.kind === 'open' && channel.state.connection.document === document) channel.close(closing);
      }
    },
  });
  const hocuspocus = createHocuspocus({ admission, replicas, live, guard, rooms, logger });
  // A frame that is too large ends in 1009 by `ws` itself.
  const server = new WebSocketServer({ noServer: true, maxPayload: limits.maxFrameBytes, perMessageDeflate: false });
  const writeStateless = createStatelessFrames();
  let draining = false;
  const failed = (error: unknown) => logger.error({ err: error }, 'a connection could not be ended as it should');
  dependencies.poll.watch(openDocuments({ replicas, directory, admission, lease }));
  const rounds = createRounds({
    sockets,
    interval: pace.round,
    now,
    timeOfDay: dependencies.timeOfDay ?? Date.now,
    measure: () => metrics.documents.set(hocuspocus.getDocumentsCount()),
    logger,
  });

  function open(ws: WebSocket, stream: Duplex, request: IncomingMessage, place: Place): void {
    const webRequest = asWebRequest(request);
    const socket = createSocket({
      ws,
      stream,
      atTurnEnd,
      place,
      limits,
      strangers,
      lease,
      now,
      logger,
      closed: guarded((gone, { code, reason }, by) => {
        sockets.delete(gone);
        directory.release(gone);
        if (!gone.wanted()) logger.info({ code, reason }, 'a socket closed on which nobody wanted anything');
        metrics.sockets.set(sockets.size);
        metrics.closes.inc({ code: countedAs(code, by) });
      }, failed),
      createChannel: (owner, address) =>
        createChannel({
          socket: owner,
          address,
          guard,
          writeStateless,
          logger,
          createIntake: (wiring) => createIntake({ ...wiring, log, workshop, budget, limits, now, logger }),
          connect: (channel, wire) => hocuspocus.handleConnection(wire, webRequest, { channel }),
          disputed: ({ name }) => void admission.redecide(diagramOf(name)!),
          ended: guarded(ended, failed),
        }),
    });
    sockets.add(socket);
    metrics.sockets.set(sockets.size);
  }

  function ended(channel: Channel, before: Channel['state'], { code, reason }: Closing): void {
    directory.remove(channel);
    if (before.kind !== 'joined' && before.kind !== 'open') {
      logger.info({ document: channel.name, code, reason }, 'a connection ended before it was admitted');
      return;
    }
    const { admission: admitted } = before;
    logger.info({ document: channel.name, ...identityOf(admitted), code, reason }, 'disconnected');
    if (admitted.kind === 'room') return void (before.kind === 'open' && rooms?.disconnected(admitted.room));
    if (before.kind !== 'open') return void sessions.leave(admitted.live.id);
    replicas.keepFor(before.connection.document, channel.intake.drained);
    live.disconnected(admitted.live);
  }

  /** Waits until every document is unloaded, which is when nothing is on its way to the log. @param deadline ms */
  async function settled(deadline: number): Promise<void> {
    const until = now() + deadline;
    while (hocuspocus.getDocumentsCount() > 0 && now() < until) await pause(10);
    await log.drain(Math.max(0, until - now()));
  }

  return {
    upgrade(request, socket, head) {
      try {
        const place = placeOf(request.url ?? '');
        const { origin } = request.headers;
        const refuse = (status: 403 | 404 | 503) => refuseUpgrade(request, socket, status);
        if (origin !== undefined && !dependencies.originAllowed(origin, request)) return refuse(403);
        if (!place) return refuse(404);
        if (draining) return refuse(503);
        // In one piece with our ping, so that nobody types between them: `acknowledgements.ts` says what that would cost.
        socket.cork();
        server.handleUpgrade(request, socket, head, (ws) => open(ws, socket, request, place));
        socket.uncork();
      } catch (error) {
        logger.error({ err: error }, 'a socket could not be opened');
        socket.destroy();
      }
    },
    committed: replicas.deliver,
    redecide: admission.redecide,
    restart() {
      for (const socket of sockets) socket.close(closings.reload);
    },
    start: rounds.start,
    async drain() {
      draining = true;
      await log.drain(pace.flushDeadline);
      const all = [...sockets];
      const slice = Math.ceil(all.length / SLICES);
      for (let first = 0; first < all.length; first += slice) {
        for (const socket of all.slice(first, first + slice)) socket.close(closings.stopping);
        await pause(pace.closeOver / SLICES);
      }
      await settled(pace.flushDeadline);
    },
    async stop() {
      draining = true;
      for (const socket of sockets) socket.close(closings.stopping);
      rounds.stop();
      const until = now() + LAST_WORDS;
      while (server.clients.size > 0 && now() < until) await pause(10);
      for (const ws of server.clients) ws.terminate();
      server.close();
    },
  };
}
