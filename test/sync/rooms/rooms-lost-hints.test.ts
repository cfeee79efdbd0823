/** The rooms of a node by themselves: a bus that says nothing or nonsense, a database that is away or was set back. */
import { pino } from 'pino';
import { uuidv7 } from 'uuidv7';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPoll } from '../../../src/cluster/poll.ts';
import { memoryBus } from '../../../src/cluster/memory-bus.ts';
import { createSessionStore } from '../../../src/collaboration/session-store.ts';
import type { Database, SqlExecutor } from '../../../src/database/database.ts';
import type { Actor } from '../../../src/identity/person.ts';
import { createAnnounce } from '../../../src/membership/announce.ts';
import { createConversations } from '../../../src/membership/conversations.ts';
import { conversation as kind } from '../../../src/membership/kinds/conversation.ts';
import { createMessages } from '../../../src/membership/messages.ts';
import { createRoster } from '../../../src/membership/roster.ts';
import { byNumber } from '../../../src/membership/subjects.ts';
import { closings } from '../../../src/sync/closing.ts';
import { createRooms, type RoomDesk, type RoomDeskDependencies } from '../../../src/sync/rooms/room-desk.ts';
import type { RoomConnection } from '../../../src/sync/rooms/rooms.ts';
import { freshDatabase } from '../../support/database.ts';
import { eventually } from '../../support/patience.ts';
import { stageLimits } from '../../support/session-stage.ts';
import { addPerson } from '../stage.ts';

/** Connections that requests share with the rooms. */
const CONNECTIONS = 12;
/** Says nothing, and never says that it is ready either, so that only the poll makes anybody read. */
const SILENT = { subscribe: () => new Promise<never>(() => {}) };

let database: Database;
let ada: Actor;
let bob: Actor;
let id: number;
const desks: RoomDesk[] = [];

const announce = createAnnounce({ ...memoryBus(() => {}), publish: () => {} }, () => {});
const say = (body: string) => createMessages(database, announce).send(ada, id, body);
const roster = () => createRoster(database, announce);
const attempt = () => ({ kind, container: String(id), actor: ada });

beforeAll(async () => {
  database = await freshDatabase();
  [ada, bob] = [await addPerson(database, 'ada'), await addPerson(database, 'bob')];
});
beforeEach(async () => {
  const made = await createConversations(database, announce).create(ada, { title: 'Talk', diagram: null }, uuidv7());
  id = made.id;
  await roster().add(attempt(), byNumber(bob.number), 'member');
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const desk of desks.splice(0)) await desk.stop();
});
afterAll(() => database.close());

function node(options: Partial<RoomDeskDependencies> = {}) {
  const { lease = { held: () => true } } = options;
  const executor: SqlExecutor = { ...database.log, query: (...asked) => database.log.query(...asked) };
  const poll = createPoll({ executor, lease, onError: () => {}, interval: 60_000 }); // asked by hand, and waited for
  const desk = createRooms({ database, bus: SILENT, poll, lease, logger: pino({ level: 'silent' }), ...options });
  desks.push(desk);
  return { ...desk, poll: poll.run };
}

interface Heard extends RoomConnection {
  person: Actor;
  readonly messages: { type: string; message?: { body: string } }[];
  readonly closes: { code: number; reason: string }[];
}

interface Coming {
  /** What happens after the admission and before the greeting. */
  between?: () => Promise<unknown>;
  /** Whether its socket ends with the first thing that it is sent. */
  fragile?: boolean;
}

/** Somebody comes, as the socket does it. */
async function come(desk: RoomDesk, person: Actor, { between, fragile = false }: Coming = {}): Promise<Heard> {
  const name = `conversation:${id}`;
  const admitted = await desk.admit(name, person);
  await between?.();
  const connection: Heard = {
    name,
    person,
    admitted,
    messages: [],
    closes: [],
    sendStateless(payload) {
      connection.messages.push(JSON.parse(payload));
      if (fragile) connection.close(closings.tooSlow);
    },
    close(closing) {
      connection.closes.push(closing);
      desk.disconnected(connection);
    },
  };
  desk.connected(connection);
  return connection;
}

const bodies = ({ messages }: Heard) => messages.map(({ message }) => message?.body);

describe('without hints', () => {
  it('NO2 the poll finds what is new on every node, in order, each once', async () => {
    const nodes = [node(), node()];
    const heard = await Promise.all(nodes.flatMap((desk) => [come(desk, ada), come(desk, bob)]));
    for (const body of ['one', 'two', 'three']) await say(body);
    for (let round = 0; round < 3; round += 1) await Promise.all(nodes.map((desk) => desk.poll()));
    for (const connection of heard) expect(bodies(connection)).toEqual(['one', 'two', 'three']);
  });

  it('MB7 the poll finds who was removed, and they hear nothing from then on', async () => {
    const desk = node();
    const [one, other] = [await come(desk, ada), await come(desk, bob)];
    await say('before');
    await roster().remove(attempt(), byNumber(bob.number));
    await say('after');
    await desk.poll();
    expect(bodies(other)).toEqual(['before']);
    expect(other.closes).toEqual([{ code: 4403, reason: 'removed' }]);
    expect(one.messages.map(({ type }) => type)).toEqual(['message_created', 'participant_removed', 'message_created']);
  });

  it('who comes is told only what is newer, also when those who are there lag behind', async () => {
    const desk = node();
    const early = await come(desk, ada);
    await say('one');
    const late = await come(desk, bob);
    await say('two');
    await desk.poll();
    expect(bodies(early)).toEqual(['one', 'two']);
    expect(bodies(late)).toEqual(['two']);
  });

  it('what happens between admission and greeting is not lost', async () => {
    const desk = node({ bus: memoryBus(() => {}) }); // that stays silent
    vi.spyOn(database.log, 'query').mockRejectedValue(new Error('no poll'));
    const early = await come(desk, ada);
    const late = await come(desk, ada, { between: () => say('between') });
    const removed = await come(desk, bob, { between: () => roster().remove(attempt(), byNumber(bob.number)) });
    await eventually(() => expect(removed.closes).toEqual([{ code: 4403, reason: 'removed' }]));
    for (const connection of [early, late])
      expect(connection.messages.map(({ type }) => type)).toEqual(['message_created', 'participant_removed']);
    expect(removed.messages).toEqual([]);
  });

  it('AC1 a platform admin hears what is said from when they take part', async () => {
    const desk = node();
    const eve = { ...(await addPerson(database, 'eve')), platformAdmin: true };
    const connection = await come(desk, eve);
    const other = await addPerson(database, 'other');
    await roster().add(attempt(), byNumber(other.number), 'member');
    await say('among us');
    await roster().add(attempt(), byNumber(eve.number), 'member');
    await say('to all');
    await desk.poll();
    const added = { type: 'participant_added' };
    expect(connection.messages).toMatchObject([added, added, { message: { body: 'to all' } }]);
  });

  it('AC3 somebody whose standing is gone without a notice is put out by the read that finds it', async () => {
    const desk = node();
    const [kept, lost] = [await come(desk, ada), await come(desk, bob)];
    await database.log.query('delete from conversation_participant where conversation_id = $1 and profile_id = $2', [
      id,
      bob.id,
    ]);
    await desk.poll();
    expect(lost.closes).toEqual([{ code: 4403, reason: 'forbidden' }]);
    expect(kept.closes).toEqual([]);
  });

  it('AC3 a platform admin whose next token makes them none is put out', async () => {
    const desk = node();
    const eve = { ...(await addPerson(database, 'eve')), platformAdmin: true };
    const connection = await come(desk, eve);
    await desk.poll();
    expect(connection.closes).toEqual([]);
    connection.person = { ...eve, platformAdmin: false };
    await desk.poll();
    expect(connection.closes).toEqual([{ code: 4403, reason: 'forbidden' }]);
  });

  it('a room that nobody is in is asked for no more', async () => {
    const query = vi.spyOn(database.log, 'query');
    const desk = node();
    const connection = await come(desk, ada);
    await desk.poll();
    expect(query).toHaveBeenCalledTimes(1);
    desk.disconnected(connection);
    await desk.poll();
    expect(query).toHaveBeenCalledTimes(1);
  });
});

describe('what has been missed cannot be told', () => {
  it('notices are kept 15 minutes, those of rooms too; who has missed one is to connect again', async () => {
    const held = { now: false };
    const desk = node({ lease: { held: () => held.now } });
    const connection = await come(desk, ada);
    await say('long ago');
    await say('just now');
    const count = async () => {
      const [row] = await database.log.query<{ count: string }>('select count(*) from notice where scope = $1', [
        `conversation:${id}`,
      ]);
      return Number(row!.count);
    };
    expect(await count()).toBe(3);
    await database.log.query(
      `update notice set at = clock_timestamp() - interval '15 minutes 1 second' where scope = $1 and revision < 3`,
      [`conversation:${id}`],
    );
    await createSessionStore(database, stageLimits).forgetNotices();
    expect(await count()).toBe(1);
    held.now = true;
    await desk.poll();
    expect(connection.messages).toEqual([]);
    expect(connection.closes).toEqual([{ code: 1012, reason: 'connect again' }]);
  });

  it('after the database was set back everybody is to connect again', async () => {
    const desk = node();
    const connection = await come(desk, ada);
    await database.log.query('update conversation set revision = 0 where id = $1', [id]);
    await desk.poll();
    expect(connection.closes).toEqual([{ code: 1012, reason: 'connect again' }]);
  });
});

describe('trouble', () => {
  it('NO1 nobody is told anything while the lease is not sure, and everything afterwards', async () => {
    let sure = true;
    const lease = { held: vi.fn(() => sure) };
    const bus = memoryBus(() => {});
    const desk = node({ bus, lease });
    const connection = await come(desk, ada);
    await eventually(() => expect(lease.held).toHaveBeenCalledTimes(1)); // the first read
    sure = false;
    await say('held');
    bus.publish(`room:conversation:${id}`, Buffer.from('{"revision":2}'));
    await eventually(() => expect(lease.held).toHaveBeenCalledTimes(2));
    await desk.poll();
    expect(connection.messages).toEqual([]);
    sure = true;
    await desk.poll();
    expect(bodies(connection)).toEqual(['held']);
  });

  it('NO2 nonsense on the bus is nothing, and hints that come twice tell nothing twice', async () => {
    const bus = memoryBus((error) => {
      throw error;
    });
    const desk = node({ bus });
    const connection = await come(desk, ada);
    const channel = `room:conversation:${id}`;
    await desk.poll();
    const reads = vi.spyOn(database.orm.em, 'fork');
    for (const nonsense of ['', '{', 'null', '1', '[]', '{}', '{"revision":"2"}', '{"revision":{}}', '\u0000'])
      bus.publish(channel, Buffer.from(nonsense));
    await new Promise((resolve) => setImmediate(resolve));
    expect(reads).not.toHaveBeenCalled();
    await say('one');
    for (const hint of ['{"revision":2}', '{"revision":2}', '{"revision":1}', '{"revision":null}', '{"revision":900}'])
      bus.publish(channel, Buffer.from(hint));
    await eventually(() => expect(bodies(connection)).toEqual(['one']));
    await desk.poll();
    reads.mockClear();
    for (const known of ['{"revision":1}', '{"revision":2}']) bus.publish(channel, Buffer.from(known));
    await new Promise((resolve) => setImmediate(resolve));
    expect(reads).not.toHaveBeenCalled();
    expect(bodies(connection)).toEqual(['one']);
    expect(connection.closes).toEqual([]);
  });

  it('NO5 a database that is away ends nothing; what was missed is told when it is back', async () => {
    const bus = memoryBus(() => {});
    const desk = node({ bus });
    const connection = await come(desk, ada);
    await say('before');
    await desk.poll();
    expect(bodies(connection)).toEqual(['before']);
    await say('during');
    const away = () => {
      throw new Error('away');
    };
    vi.spyOn(database.orm.em, 'fork').mockImplementation(away);
    vi.spyOn(database.log, 'query').mockImplementation(away);
    bus.publish(`room:conversation:${id}`, Buffer.from('{"revision":3}'));
    await desk.poll();
    await desk.poll();
    expect(connection.messages).toHaveLength(1);
    expect(connection.closes).toEqual([]);
    vi.restoreAllMocks();
    await desk.poll();
    expect(bodies(connection)).toEqual(['before', 'during']);
  });

  it('MB7 of many rooms that have moved at once a few are read at a time: requests find a connection', async () => {
    let [asked, most] = [0, 0];
    const execute = async (text: string, values: unknown[]) => {
      most = Math.max(most, (asked += 1));
      return database
        .queries()
        .execute(text, values)
        .finally(() => (asked -= 1));
    };
    const desk = node({ database: { queries: () => ({ execute }) as never } });
    const heard: Heard[] = [];
    for (let count = 0; count < 20; count += 1) {
      id = (await createConversations(database, announce).create(ada, { title: 'T', diagram: null }, uuidv7())).id;
      heard.push(await come(desk, ada));
      await say('missed');
    }
    await desk.poll();
    expect(heard.map(bodies)).toEqual(heard.map(() => ['missed']));
    expect(most).toBeLessThan(CONNECTIONS / 2);
  });

  it('one who is closed by what they are told leaves the others undisturbed', async () => {
    const desk = node();
    const [slow, other] = [await come(desk, bob, { fragile: true }), await come(desk, ada)];
    await say('one');
    await say('two');
    await desk.poll();
    expect(bodies(slow)).toEqual(['one']);
    expect(bodies(other)).toEqual(['one', 'two']);
  });
});
