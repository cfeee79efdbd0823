/**
 * One WebSocket: its channels, and what it may take. It is sent a ping first (`acknowledgements.ts` says why). It ends
 * with a close code of the contract when it sends what is not a frame, too much at a time or too many documents, when it
 * does not read what it is sent (NO3, `pace.ts`), or does not answer.
 */
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Budget } from '../../budget.ts';
import { closings, type Closing } from '../closing.ts';
import type { Carrier, Channel } from '../channel.ts';
import { decodeFrame, documentName, PING } from '../frames.ts';
import { guarded } from '../guarded.ts';
import type { SyncLimits } from '../limits.ts';
import { createEarly } from './early.ts';
import { inMessages } from './messages.ts';
import { createOutbox, type AtTurnEnd } from './outbox.ts';
import { createPace } from './pace.ts';
import { createTokenBucket } from './token-bucket.ts';
import type { Place } from './upgrade.ts';

export interface Socket extends Carrier {
  /** Those that have not ended. */
  readonly channels: ReadonlyMap<string, Channel>;
  /** Whether anybody ever wanted a document on it. */
  wanted(): boolean;
  /** Pings it if it is silent, and ends it if it has been for too long or nobody was admitted in time. @param now ms */
  check(now: number): void;
}

export interface SocketDependencies {
  ws: WebSocket;
  /** The connection itself. Messages are written to it here, since they are in one piece; all else is for `ws`. */
  stream: Duplex;
  atTurnEnd: AtTurnEnd;
  place: Place;
  limits: SyncLimits;
  /** What all sockets together may have kept for documents that nobody is let into yet. */
  strangers: Budget;
  createChannel(socket: Socket, address: string): Channel;
  /** NO1: nothing is taken in or sent while this node is not sure of its lease. */
  lease: { held(): boolean; whenHeld(): Promise<void> };
  now(): number;
  logger: Logger;
  /** Told once. @param by who closed it; the code and the reason of a client are what it likes */
  closed(socket: Socket, closing: Closing, by: 'node' | 'client'): void;
}

/** Of channels that have ended the address is kept, so that what is still on its way to it is not taken for a new one. */
const MOST_ADDRESSES = 500;
/**
 * Frames that a client may have queued while it was offline: it sends them all at once, before its pong. What is edits
 * among them comes once more in its step 2, so what goes beyond the bytes that a stranger may send can be dropped.
 */
const MOST_QUEUED = 20_000;
/** A frame with a token is no larger than the headers of a request may be, bytes. */
const MOST_TOKEN = 16_384;
const LAST_WORDS = 2000;
/** What a frame that waits costs besides its bytes. */
const HELD_COST = 200;

export function createSocket(dependencies: SocketDependencies): Socket {
  const { ws, stream, atTurnEnd, place, limits, strangers, createChannel, lease, now, logger, closed } = dependencies;
  const openedAt = now();
  const bucket = createTokenBucket(limits.framesPerSecond, limits.frameBurst);
  const channels = new Map<string, Channel>();
  const ended = new Set<string>();
  let heardAt = openedAt;
  let pingedAt = openedAt;
  let ponged = false;
  let queued = 0;
  let ending: Closing | null = null;
  const stateOf = (address: string) => (ending ? 'ended' : channels.get(address)?.state.kind);
  const early = createEarly({ most: limits.maxFrameBytes, strangers, stateOf, now });
  let lastWords: NodeJS.Timeout | undefined;
  /** What waits for the lease, coming and going, in order; null: nothing does. */
  let held: (() => void)[] | null = null;
  let heldBytes = 0;

  function end(closing: Closing, by: 'node' | 'client'): void {
    if (ending) return;
    ending = closing;
    held &&= [];
    early.settle();
    pace.end();
    for (const channel of channels.values()) channel.end(closing);
    closed(socket, closing, by);
  }

  function close(closing: Closing): void {
    if (ending) return;
    end(closing, 'node');
    outbox.flush();
    ws.close(closing.code, closing.reason);
    lastWords = setTimeout(() => ws.terminate(), LAST_WORDS).unref();
  }

  function receive(bytes: Uint8Array): void {
    heardAt = now();
    if (!ending) whenHeld(bytes.byteLength, () => handle(bytes));
  }

  /**
   * Past the lease somebody else may have stepped these people out: then the socket ends, and what waits is never done.
   * @param size bytes that wait with the work; a client that has more waiting than a slow reader may is sent away
   */
  function whenHeld(size: number, work: () => void): void {
    if (!held && lease.held()) return work();
    if ((heldBytes += size + HELD_COST) > limits.slowConsumerBytes) return close(closings.unavailable);
    if (held) return void held.push(work);
    held = [work];
    void lease.whenHeld().then(() => {
      const waiting = held ?? [];
      held = null;
      heldBytes = 0;
      waiting.forEach((one) => one());
    });
  }

  /** NO5: nothing that a client does may end the process. */
  function failed(error: unknown): void {
    logger.error({ err: error, people: [...socket.people] }, 'a socket could not go on');
    close(closings.unavailable);
  }

  const handle = guarded((bytes: Uint8Array) => {
    if (!ending) take(bytes);
  }, failed);

  function take(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes);
    if (!frame) return close(closings.badFrame);
    const inTime = ponged ? bucket.take(now()) : (queued += 1) <= MOST_QUEUED;
    if (!inTime) return close(closings.tooMany);
    if (frame.kind === 'pong') {
      ponged = true;
      return;
    }
    if (frame.kind === 'auth' && bytes.byteLength > MOST_TOKEN) return close(closings.unauthenticated);
    let channel = channels.get(frame.address);
    if (ended.has(frame.address) && frame.kind !== 'auth') return;
    const isEarly = channel?.state.kind !== 'open' && frame.kind !== 'auth';
    if (isEarly && !early.take(frame.address, bytes.byteLength)) return ponged ? close(closings.tooMany) : undefined;
    if (!channel) {
      // Hocuspocus looks connections up in plain objects.
      if (documentName(frame.address) in Object.prototype) return close(closings.badFrame);
      if (!hasRoomFor(frame.address)) return close(closings.tooMany);
      ended.delete(frame.address);
      channel = createChannel(socket, frame.address);
      channels.set(frame.address, channel);
    }
    channel.receive(frame, bytes);
  }

  /** Whether nobody was let in in time: on the socket at all, or into a document for which something is kept. */
  function nobodyCame(time: number): boolean {
    if (socket.people.size === 0) return time - openedAt > limits.admissionTimeout;
    return time - early.unadmittedSince() > limits.admissionTimeout;
  }

  function hasRoomFor(address: string): boolean {
    if (channels.size >= limits.maxDocumentsPerSocket) return false;
    return ended.has(address) || channels.size + ended.size < MOST_ADDRESSES;
  }

  const checkPace = guarded(() => {
    pace.wrote();
    if (pace.unsent() > limits.slowConsumerBytes) close(closings.tooSlow);
  }, failed);

  const pace = createPace({ stream, now, read: () => (heardAt = now()) });
  const isOpen = () => ws.readyState === ws.OPEN;
  const outbox = createOutbox({ stream, atTurnEnd, open: isOpen, sent: checkPace, taken: pace.taken });

  function write(messages: Buffer): void {
    if (!ending) whenHeld(messages.byteLength, () => ending || outbox.put(messages));
  }

  function writeAnswer(messages: Buffer): void {
    outbox.flush();
    if (!ending && isOpen()) pace.writeAnswer(messages);
  }

  const socket: Socket = {
    place,
    shared: place.kind === 'shared',
    ponged: () => ponged,
    channels,
    people: new Set(),
    send: (bytes) => write(inMessages([bytes])),
    answer: (bytes) => whenHeld(bytes.byteLength, () => writeAnswer(inMessages([bytes]))),
    isFull: pace.isFull,
    drained: pace.drained,
    write,
    wanted: () => channels.size + ended.size > 0,
    left(address) {
      channels.delete(address);
      ended.add(address);
      early.settle();
    },
    close,
    check(time) {
      if (ending) return;
      early.settle();
      if (nobodyCame(time)) return close(closings.idle);
      if (time - (pace.stalledSince() ?? time) > limits.deadAfter) return close(closings.tooSlow);
      if (time - heardAt > limits.deadAfter) return close(closings.unresponsive);
      for (const channel of channels.values()) {
        if (channel.state.kind === 'open' && channel.intake.overdue(time)) return close(closings.unresponsive);
      }
      if (time - Math.max(heardAt, pingedAt) < limits.pingInterval) return;
      pingedAt = time;
      ws.ping();
    },
  };

  const hear = guarded((data: Buffer, isBinary: boolean) => {
    if (isBinary) receive(data);
    else close(closings.badFrame);
  }, failed);
  ws.on('message', hear);
  ws.on('pong', () => (heardAt = now()));
  const refused = guarded(({ code }: NodeJS.ErrnoException) => {
    if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') close(closings.tooLarge);
  }, failed);
  ws.on('error', refused); // always followed by a close, which would say that the connection broke
  const bury = guarded((code: number, reason: Buffer) => {
    clearTimeout(lastWords);
    end({ code, reason: reason.toString() }, 'client');
  }, failed);
  ws.on('close', bury);
  stream.write(inMessages([PING])); // together with the answer to the upgrade
  return socket;
}
