/** Who is connected to what on this node: the channels of each document on which somebody is admitted, and the sockets of each person. */
import type { Carrier, Channel } from './channel.ts';

export interface Directory {
  readonly names: Iterable<string>;
  /** The admitted channels of a document, by its name. */
  of(name: string): readonly Channel[];
  add(channel: Channel): void;
  remove(channel: Channel): void;
  /** Counts a socket as a person's. @returns how many they have with it */
  claim(person: string, socket: Carrier): number;
  /** A socket is gone. */
  release(socket: Carrier): void;
}

export function createDirectory(): Directory {
  const channels = new Map<string, Set<Channel>>();
  const sockets = new Map<string, Set<Carrier>>();
  const put = <T>(map: Map<string, Set<T>>, key: string, value: T) =>
    map.set(key, (map.get(key) ?? new Set()).add(value));
  const take = <T>(map: Map<string, Set<T>>, key: string, value: T) => {
    map.get(key)?.delete(value);
    if (map.get(key)?.size === 0) map.delete(key);
  };
  return {
    get names() {
      return channels.keys();
    },
    of: (name) => [...(channels.get(name) ?? [])],
    add: (channel) => put(channels, channel.name, channel),
    remove: (channel) => take(channels, channel.name, channel),
    claim(person, socket) {
      put(sockets, person, socket);
      socket.people.add(person);
      return sockets.get(person)!.size;
    },
    release(socket) {
      for (const person of socket.people) take(sockets, person, socket);
    },
  };
}
