/**
 * What is looked after twice a second: sockets that are silent, and tokens that expire (AC5).
 */
import type { Logger } from 'pino';
import type { Channel } from '../channel.ts';
import { closings } from '../closing.ts';
import { guarded } from '../guarded.ts';
import type { Socket } from './socket.ts';

export interface Rounds {
  start(): void;
  stop(): void;
}

export interface RoundsDependencies {
  sockets: Iterable<Socket>;
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
  const { sockets, logger } = dependencies;
  let timer: NodeJS.Timeout | undefined;

  function round(): void {
    timer = setTimeout(round, dependencies.interval);
    for (const part of [checkSockets, dependencies.measure]) guarded(part, failed)();
  }

  function failed(error: unknown): void {
    logger.error({ err: error }, 'a round could not be made');
  }

  function checkSockets(): void {
    const now = dependencies.now();
    for (const socket of sockets) guarded(checkSocket, failed)(socket, now);
  }

  function checkSocket(socket: Socket, now: number): void {
    socket.check(now);
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

  return {
    start() {
      timer ??= setTimeout(round, dependencies.interval);
    },
    stop: () => clearTimeout(timer),
  };
}
