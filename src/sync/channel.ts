/**
 * A channel is one document on one socket: an address. Each has a Hocuspocus connection of its own, so that it begins
 * and ends by itself; what carries content goes to the intake, awareness to the guard, the rest to Hocuspocus. What
 * Hocuspocus sends passes through here, and tells when it has refused or ended the connection.
 *
 * A channel waits until somebody is admitted, is joined until the document is there, then open, and ended once: by the
 * client, by its socket, or by us with a close code. Of what it has kept until then nothing is left.
 */
import type { Connection, Hocuspocus, WebSocketLike } from '@hocuspocus/server';
import type { Logger } from 'pino';
import type { Permissions } from '../access/roles.ts';
import type { Actor } from '../identity/person.ts';
import type { AwarenessGuard } from './presence/awareness.ts';
import { createPresence, type Presence } from './presence/presence.ts';
import { closings, concernsOneDocument, type Closing } from './closing.ts';
import { closeFrame, documentName, outgoingKind, type Frame } from './frames.ts';
import { answerInPortions, isHonest } from './replicas/handshake.ts';
import type { Opened } from './intake/hearing.ts';
import type { Intake, IntakeDependencies } from './intake/intake.ts';
import type { LiveConnection } from './sessions/live-connection.ts';
import type { RoomConnection } from './rooms/rooms.ts';
import type { StatelessFrames } from './sessions/stateless-frames.ts';
import { createTokenBucket } from './socket/token-bucket.ts';
import type { Place } from './socket/upgrade.ts';

/** Somebody who may be here, as it was decided and is decided anew. */
export type Admission =
  | { kind: 'diagram'; actor: Actor; session: string; epoch: number; permissions: Permissions; live: LiveConnection }
  | { kind: 'room'; actor: Actor; room: RoomConnection };

/** What the log says of somebody who is connected (NO4). */
export function identityOf(admission: Admission): { person: string; session: string | null } {
  return { person: admission.actor.id, session: admission.kind === 'diagram' ? admission.session : null };
}

type State =
  | { kind: 'waiting' }
  | { kind: 'joined'; admission: Admission }
  | { kind: 'open'; admission: Admission; connection: Connection }
  | { kind: 'ended' };

/** The socket, as far as its channels need it. */
export interface Carrier {
  readonly place: Place;
  /** Whether it carries several documents. */
  readonly shared: boolean;
  /** Whether the answer to our ping has come. */
  ponged(): boolean;
  /** The people who were admitted on it. */
  readonly people: Set<string>;
  send(bytes: Uint8Array): void;
  /** Sends what answers a step 1. It does not count against a client that reads slowly, so it is to wait while that is full. */
  answer(bytes: Uint8Array): void;
  isFull(): boolean;
  /** Resolves when the client has read something, or the socket has ended. */
  drained(): Promise<void>;
  /** @param messages WebSocket messages, as they go over the wire */
  write(messages: Buffer): void;
  /** The channel of an address has ended. */
  left(address: string): void;
  /** Ends it, with all its channels. */
  close(closing: Closing): void;
}

export interface Channel {
  readonly address: string;
  /** The document's name. */
  readonly name: string;
  readonly socket: Carrier;
  readonly state: State;
  readonly intake: Intake;
  readonly presence: Pick<Presence, 'welcome'>;
  /** Why the attempt to get in is going to be refused: how the channel closes when Hocuspocus says so. */
  refusal: Closing | null;
  /** The expiry of the token that another one was asked for in place of, ms; 0: not asked yet. */
  askedForToken: number;
  receive(frame: Exclude<Frame, { kind: 'pong' }>, bytes: Uint8Array): void;
  joined(admission: Admission): void;
  /** The document is loaded. @param opened what content goes to */
  opened(connection: Connection, opened: Opened): void;
  sendStateless(payload: string): void;
  /** Content for its client. @param messages WebSocket messages, as they go over the wire */
  write(messages: Buffer): void;
  /** Ends the channel with a close code: with its whole socket, unless the code concerns one document of several. */
  close(closing: Closing): void;
  /** Ends the channel, saying nothing. */
  end(closing: Closing): void;
}

/** What Hocuspocus keeps for us with each of its connections. */
export interface Context {
  channel: Channel;
}

export interface ChannelDependencies {
  socket: Carrier;
  address: string;
  connect(channel: Channel, wire: WebSocketLike): ReturnType<Hocuspocus['handleConnection']>;
  createIntake(wiring: Pick<IntakeDependencies, 'address' | 'send' | 'write' | 'close' | 'disputed'>): Intake;
  /** The log does not agree with what the person was decided to be. */
  disputed(channel: Channel): void;
  guard: Pick<AwarenessGuard, 'receive'>;
  writeStateless: StatelessFrames;
  logger: Logger;
  /** Told once, with the state it was in. */
  ended(channel: Channel, before: State, closing: Closing): void;
}

/** What Hocuspocus takes a channel for: a WebSocket in these states. */
const OPEN = 1;
const CLOSED = 3;
/** A step 1 makes the server write what the client lacks; a client asks when it connects. */
const HANDSHAKES = { perSecond: 1, burst: 20 };

export function createChannel(dependencies: ChannelDependencies): Channel {
  const { socket, address, connect, createIntake, disputed, guard, writeStateless, logger, ended } = dependencies;
  const handshakes = createTokenBucket(HANDSHAKES.perSecond, HANDSHAKES.burst);
  const { promise: whenOpened, resolve: open } = Promise.withResolvers<Opened | null>();
  /** Step 1s are answered one after the other, when the document is there, or let go of, when it never will be. Never rejects. */
  let answers: Promise<unknown> = whenOpened;

  const send = (bytes: Uint8Array): void => {
    if (channel.state.kind === 'ended') return;
    const kind = outgoingKind(bytes);
    if (kind === 'step1') intake.acknowledgements.asked();
    if (kind === 'step2') socket.answer(bytes);
    else socket.send(bytes);
    if (kind === 'denied') close(channel.refusal ?? closings.unavailable);
    if (kind === 'close') close(closings.badFrame); // what Hocuspocus could not read
  };

  function close(closing: Closing): void {
    if (channel.state.kind === 'ended') return;
    if (!socket.shared || !concernsOneDocument(closing)) return socket.close(closing);
    socket.send(closeFrame(address, `${closing.code} ${closing.reason}`));
    end(closing);
  }

  function end(closing: Closing): void {
    if (channel.state.kind === 'ended') return;
    const before = channel.state;
    channel.state = { kind: 'ended' };
    wire.readyState = CLOSED;
    intake.end();
    open(null);
    presence.end();
    socket.left(address);
    client.handleClose(closing);
    ended(channel, before, closing);
  }

  /** NO5, also for what nobody waits for. */
  function failed(err: unknown): void {
    logger.error({ err, document: channel.name }, 'a connection could not go on');
    close(closings.unavailable);
  }

  async function answer(stateVector: Uint8Array, bytes: Uint8Array): Promise<void> {
    const target = await whenOpened;
    const wanted = () => channel.state.kind === 'open';
    if (!target || !wanted()) return;
    const { document, replica } = target;
    if (!isHonest(stateVector, document)) return close(closings.badFrame);
    try {
      const portions = await replica.portionsFor(stateVector);
      if (!wanted()) return;
      if (portions) return await answerInPortions({ address, document, portions, ask: send, socket, wanted });
      while (wanted() && socket.isFull()) await socket.drained();
      replica.settle();
      if (wanted()) client.handleMessage(bytes);
    } catch (error) {
      failed(error);
    }
  }

  const write = (messages: Buffer) => {
    if (channel.state.kind !== 'ended') socket.write(messages);
  };

  const presence = createPresence(guard, close, failed);
  const intake = createIntake({ address, send, write, close, disputed: () => disputed(channel) });
  const channel: Channel & { state: State } = {
    address,
    name: documentName(address),
    socket,
    state: { kind: 'waiting' },
    intake,
    presence,
    refusal: null,
    askedForToken: 0,
    receive(frame, bytes) {
      if (frame.kind === 'step2' || frame.kind === 'update')
        return intake.receive(frame.kind, frame.update, socket.ponged());
      if (frame.kind === 'awareness') return presence.receive(frame.update);
      // Here and now, and not in its turn: the client may come back with its next frame.
      if (frame.kind === 'close') return end({ code: 1000, reason: 'closed by the client' });
      if (frame.kind === 'step1') {
        if (!handshakes.take(performance.now())) return close(closings.tooMany);
        intake.acknowledgements.clientAsked();
        answers = answers.then(() => answer(frame.stateVector, bytes));
        return;
      }
      if (frame.kind === 'query') return; // Hocuspocus would write all that is shown, at a stretch, and send it to nobody
      client.handleMessage(bytes);
    },
    joined(admission) {
      channel.state = { kind: 'joined', admission };
    },
    opened(connection, opened) {
      if (channel.state.kind !== 'joined') return;
      const { admission } = channel.state;
      channel.state = { kind: 'open', admission, connection };
      intake.open(opened);
      open(opened);
      if (admission.kind === 'diagram') presence.open(connection, opened);
      else presence.end(); // nobody is shown in a room
    },
    sendStateless(payload) {
      if (channel.state.kind === 'open') send(writeStateless(address, payload));
    },
    write,
    close,
    end,
  };
  const wire: WebSocketLike = {
    send: (data) => send(data as Uint8Array),
    close: () => close(closings.badFrame),
    readyState: OPEN,
  };
  const client = connect(channel, wire);
  return channel;
}
