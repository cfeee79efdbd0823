/**
 * What is looked after twice a second: sockets that are silent, tokens that expire (AC5), and by the poll what the bus
 * has lost.
 */
import type { Logger } from 'pino';
import type { SqlExecutor } from '../database/database.ts';
import type { AdmissionDesk } from './admission.ts';
import type { Channel } from './channel.ts';
import { closings } from './closing.ts';
import type { Directory } from './directory.ts';
import { guarded } from './guarded.ts';
import type { SyncLimits } from './limits.ts';
import { poll, type Known } from './poll.ts';
import type { Replicas } from './replicas.ts';
import type { Socket } from './socket.ts';

export interface Rounds {
  start(): void;
  /** Waits for a poll that is under way. */
  stop(): Promise<void>;
}

export interface RoundsDependencies {
  sockets: Iterable<Socket>;
  directory: Directory;
  replicas: Replicas;
  admission: AdmissionDesk;
  executor: SqlExecutor;
  lease: { held(): boolean };
  limits: Pick<SyncLimits, 'pingInterval'>;
  /** ms between two rounds. */
  interval: number;
  /** The monotonic clock, ms. */
  now(): number;
  /** The time of day, ms. */
  timeOfDay(): number;
  /** Called in each round. */
  measure(): void;
  logger: Logger;
}

/** A token is asked for anew when it expires within so many ms. */
const REFRESH_AHEAD = 30_000;

export function createRounds(dependencies: RoundsDependencies): Rounds {
  const { sockets, directory, replicas, admission, executor, lease, limits, logger } = dependencies;
  let timer: NodeJS.Timeout | undefined;
  let polling: Promise<void> | null = null;
  let pingedAt = 0;

  function round(): void {
    timer = setTimeout(round, dependencies.interval);
    for (const part of [checkSockets, dependencies.measure, look]) guarded(part, failed)();
  }

  function failed(error: unknown): void {
    logger.error({ err: error }, 'a round could not be made');
  }

  /** Asks the database, unless it has not answered yet. */
  function look(): void {
    if (polling || !lease.held()) return;
    const moved = (diagram: string) => {
      for (const replica of replicas.ofDiagram(diagram)) void replica.catchUp();
    };
    const accessChanged = (diagram: string) => void admission.redecide(diagram);
    polling = poll({ executor, known, moved, accessChanged, logger })
      .catch(failed)
      .finally(() => (polling = null));
  }

  function checkSockets(): void {
    const now = dependencies.now();
    const ping = now - pingedAt >= limits.pingInterval;
    if (ping) pingedAt = now;
    for (const socket of sockets) guarded(checkSocket, failed)(socket, now, ping);
  }

  function checkSocket(socket: Socket, now: number, ping: boolean): void {
    socket.check(now, ping);
    for (const channel of socket.channels.values()) checkToken(channel);
  }

  function checkToken(channel: Channel): void {
    if (channel.state.kind !== 'open') return;
    const { expiresAt } = channel.state.admission.actor;
    const time = dependencies.timeOfDay();
    if (time >= expiresAt) return channel.close(closings.expired);
    if (time < expiresAt - REFRESH_AHEAD || channel.askedForToken === expiresAt) return;
    channel.askedForToken = expiresAt;
    channel.state.connection.requestToken();
  }

  /** What is open, with what this node has of it. */
  function known(): Known[] {
    return [...replicas.all].flatMap(({ diagram, have }) => {
      const epochs = directory.of(`diagram:${diagram}`).flatMap(({ state }) => {
        if ((state.kind !== 'joined' && state.kind !== 'open') || state.admission.kind !== 'diagram') return [];
        return [state.admission.epoch];
      });
      return have === null || epochs.length === 0 ? [] : [{ diagram, head: have, epoch: Math.min(...epochs) }];
    });
  }

  return {
    start() {
      timer ??= setTimeout(round, dependencies.interval);
    },
    async stop() {
      clearTimeout(timer);
      await polling;
    },
  };
}
