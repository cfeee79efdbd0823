/**
 * The live rooms of this node: who is let in, and which rooms are open. A room is open as long as somebody is in it.
 *
 * Hints of the bus may be lost: the poll finds the rooms that have moved, that are gone, or in which somebody is
 * something else than they were, and those are read (MB7, AC3). After an outage that may be thousands: they are read a few
 * at a time, so that requests, which share the connections, need not wait for all of them.
 */
import type { Logger } from 'pino';
import type { Bus } from '../../cluster/bus.ts';
import type { Poll } from '../../cluster/poll.ts';
import type { Database } from '../../database/database.ts';
import { Refusal } from '../../refusal.ts';
import { createGate } from '../../waiting/gate.ts';
import { errorMessage } from '../error-message.ts';
import { placeOfRoom } from './room-name.ts';
import { AFTER_ALL, differingRooms, openRooms, readRoom } from './room-rows.ts';
import { createRoom, mayHear, type Room } from './room.ts';
import type { Rooms } from './rooms.ts';

export interface RoomDesk extends Rooms {
  /** Lets go of what is still open. */
  stop(): Promise<void>;
}

export interface RoomDeskDependencies {
  database: Pick<Database, 'queries'>;
  bus: Pick<Bus, 'subscribe'>;
  poll: Pick<Poll, 'watch'>;
  lease: { held(): boolean };
  logger: Logger;
}

/** How many open rooms are read at a time. */
const AT_A_TIME = 3;
/** Of what a client sends, no more is read than tells what it wanted, characters. */
const LONGEST_READ = 4096;

export function createRooms({ database, bus, poll, lease, logger }: RoomDeskDependencies): RoomDesk {
  const rooms = new Map<string, Room>();
  const { queries } = database;
  const gate = createGate(AT_A_TIME);

  const open = (name: string): Room => {
    const place = placeOfRoom(name)!; // it was admitted
    const room = createRoom({
      name,
      place,
      bus,
      lease,
      read: (asked) => gate(() => readRoom(queries(), place, asked)),
      onError: (err) => logger.warn({ err, room: name }, 'a room could not be read; the poll will try again'),
    });
    rooms.set(name, room);
    return room;
  };

  const close = (name: string): void => {
    rooms.get(name)?.stop();
    rooms.delete(name);
  };

  poll.watch({
    known() {
      for (const room of rooms.values()) room.decide();
      const known = [...rooms.values()].flatMap((room) => room.known);
      return known.length === 0 ? null : openRooms(known);
    },
    query: differingRooms,
    differ: (differences) => Promise.all(differences.map(({ key }) => rooms.get(key)?.refresh())),
  });

  return {
    async admit(name, actor) {
      const place = placeOfRoom(name);
      const moment = place && (await readRoom(queries(), place, { people: [actor.id], after: AFTER_ALL }));
      if (!moment) throw new Refusal('not_found');
      const role = moment.roles.get(actor.id) ?? null;
      if (!mayHear(place.kind, { role, platformAdmin: actor.platformAdmin }, 'roster')) throw new Refusal('forbidden');
      return { revision: moment.revision, role };
    },

    connected(connection) {
      (rooms.get(connection.name) ?? open(connection.name)).add(connection);
    },

    disconnected(connection) {
      const room = rooms.get(connection.name);
      room?.remove(connection);
      if (room?.size === 0) close(connection.name);
    },

    stateless(connection, payload) {
      connection.sendStateless(JSON.stringify(errorMessage('forbidden', new Date(), typeIn(payload))));
    },

    async stop() {
      for (const name of rooms.keys()) close(name);
    },
  };
}

/** What a client wanted, if it can be told. */
function typeIn(payload: string): unknown {
  if (payload.length > LONGEST_READ) return undefined;
  try {
    return (JSON.parse(payload) as { type?: unknown } | null)?.type;
  } catch {
    return undefined;
  }
}
