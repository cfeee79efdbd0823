/**
 * The bus between nodes: Redis sharded publish and subscribe, one connection for each of the two, binary payloads.
 *
 * Channels carry the deployment's id, so that two deployments that share a Redis never mix. A message carries a
 * checksum, because anybody who shares the Redis may speak on our channels: what is not ours is dropped and counted, and
 * for a second after it the bus does not do well (NO2). Nor does it for a second after Redis refused to carry a message, or
 * as long as it refuses to let us hear a channel: a user under access rules may lack either. While Redis is away, messages are dropped and counted, not kept:
 * whoever missed one finds the change in the database. What was subscribed, or wanted to be meanwhile, is subscribed
 * again when Redis is back, and before anybody is told so.
 */
import { crc32 } from 'node:zlib';
import { ErrorReply } from 'redis';
import { atMost } from '../waiting/at-most.ts';
import { persistently } from '../waiting/persistently.ts';
import { createTurns } from '../waiting/turns.ts';
import type { Bus } from './bus.ts';
import { pauseBefore, type RedisClient, type RedisConnection } from './redis-connection.ts';

export interface RedisBusDependencies {
  publisher: RedisConnection;
  subscriber: RedisConnection;
  /** The deployment's id. */
  deployment: string;
  /** Told what a handler threw. */
  onError(error: unknown): void;
  /** Told of each message that could not be sent. */
  onDropped(): void;
  /** Told of each message that is none of ours. */
  onMalformed(): void;
  /** Told what Redis answers when it begins to refuse to let us hear channels. */
  onRefused(error: unknown): void;
}

/** How long a subscriber waits to be heard by Redis, ms: what it misses after that it reads. */
const SUBSCRIBE_PATIENCE = 100;
/** How long nonsense on our channels, and a message that was refused, count as a trouble, ms. */
const TROUBLED = 1000;
/** Bytes on their way to a Redis that may be stuck. */
const MOST_BYTES = 33_554_432;
const CHECKSUM = 4;

/** One that somebody wants to hear. */
interface Channel {
  handlers: Set<(payload: Uint8Array) => void>;
  listener(message: Buffer): void;
  /** Settles when Redis has taken the subscription, or is asked for it no more. */
  held: Promise<void>;
}

export function redisBus({
  publisher,
  subscriber,
  deployment,
  onError,
  onDropped,
  onMalformed,
  onRefused,
}: RedisBusDependencies): Bus {
  const channels = new Map<string, Channel>();
  const channelOf = (name: string) => `roundtable:${deployment}:${name}`;
  const resumptions: (() => void)[] = [];
  let underWay = 0;
  /** When the last message came that is none of ours, or was refused. */
  let troubledAt = -Infinity;
  /** What Redis does not let us hear. */
  const refused = new Set<string>();

  const call = (work: () => void) => {
    try {
      work();
    } catch (error) {
      onError(error);
    }
  };
  const deliver = ({ handlers }: Channel, message: Buffer) => {
    const payload = unwrap(message);
    if (!payload) {
      troubledAt = performance.now();
      return onMalformed();
    }
    for (const handler of handlers) call(() => handler(payload));
  };

  /**
   * A client is asked about a channel one thing after the other. It would take one that was given up while it was being
   * subscribed for one that it has, and not ask Redis for it again.
   */
  let inTurn = createTurns();

  /** Tried until Redis has taken it, nobody wants it any more, or another client is there to try. */
  const take = (name: string, channel: Channel, client: RedisClient): Promise<void> => {
    const wanted = () => channels.get(name) === channel && client.isOpen;
    const subscribe = async () => {
      await client.sSubscribe(channelOf(name), channel.listener, true);
      if (refused.delete(name) && refused.size === 0) resumptions.forEach(call);
    };
    const failed = (error: unknown) => {
      if (!(error instanceof ErrorReply) || !wanted()) return;
      if (refused.size === 0) onRefused(error);
      refused.add(name);
    };
    return persistently(subscribe, wanted, failed, pauseBefore);
  };

  /** Tried until Redis has answered: the library would subscribe it again on the next connection. */
  const giveUp = (name: string, { listener }: Channel, client: RedisClient): Promise<void> => {
    const unsubscribe = async () => {
      try {
        await client.sUnsubscribe(channelOf(name), listener, true);
      } catch (error) {
        if (!(error instanceof ErrorReply)) throw error;
      }
    };
    return persistently(
      unsubscribe,
      () => client.isOpen,
      () => {},
      pauseBefore,
    );
  };

  const hold = (name: string, channel: Channel): void => {
    const { client } = subscriber;
    channel.held = inTurn(name, () => take(name, channel, client));
  };
  subscriber.onReplaced(() => {
    inTurn = createTurns();
    for (const [name, channel] of channels) hold(name, channel);
  });

  for (const connection of [publisher, subscriber]) {
    connection.onReady(() => {
      if (publisher.condition !== 'away' && subscriber.condition !== 'away') resumptions.forEach(call);
    });
  }

  const send = async (name: string, message: Buffer): Promise<void> => {
    underWay += message.byteLength;
    try {
      await publisher.client.sPublish(channelOf(name), message);
    } catch (error) {
      if (error instanceof ErrorReply) troubledAt = performance.now();
      onDropped();
    }
    underWay -= message.byteLength;
  };

  const open = (name: string): Channel => {
    const channel: Channel = {
      handlers: new Set(),
      listener: (message) => deliver(channel, message),
      held: Promise.resolve(),
    };
    channels.set(name, channel);
    hold(name, channel);
    return channel;
  };

  const close = (name: string, channel: Channel): void => {
    const { client } = subscriber;
    channels.delete(name);
    refused.delete(name);
    void inTurn(name, () => giveUp(name, channel, client));
  };

  return {
    get healthy() {
      const troubled = refused.size > 0 || performance.now() - troubledAt < TROUBLED;
      return !troubled && publisher.condition === 'well' && subscriber.condition === 'well';
    },
    publish(name, payload) {
      const message = wrap(payload);
      if (underWay + message.byteLength > MOST_BYTES) return onDropped();
      void send(name, message);
    },
    async subscribe(name, handler) {
      const channel = channels.get(name) ?? open(name);
      channel.handlers.add(handler);
      await atMost(SUBSCRIBE_PATIENCE, channel.held);
      return () => {
        if (channel.handlers.delete(handler) && channel.handlers.size === 0) close(name, channel);
      };
    },
    onResumed: (callback) => void resumptions.push(callback),
    async start() {
      await Promise.all([publisher.start(), subscriber.start()]);
    },
    async stop() {
      publisher.stop();
      subscriber.stop();
    },
  };
}

function wrap(payload: Uint8Array): Buffer {
  const message = Buffer.allocUnsafe(CHECKSUM + payload.byteLength);
  message.writeUInt32BE(crc32(payload));
  message.set(payload, CHECKSUM);
  return message;
}

/** @returns null for anything that `wrap` did not make */
function unwrap(message: Buffer): Uint8Array | null {
  if (message.byteLength < CHECKSUM) return null;
  const payload = message.subarray(CHECKSUM);
  return crc32(payload) === message.readUInt32BE() ? payload : null;
}
