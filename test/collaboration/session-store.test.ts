import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidv7 } from 'uuidv7';
import type { SessionMoment } from '../../src/collaboration/session-rows.ts';
import { createSessionStore, type Advanced, type SessionStore } from '../../src/collaboration/session-store.ts';
import { participants } from '../../src/collaboration/session-value.ts';
import { openDatabase, type Database } from '../../src/database/database.ts';
import type { Person } from '../../src/identity/person.ts';
import { freshDatabase } from '../support/database.ts';
import { pause } from '../support/patience.ts';
import { createStage, stageLimits, type Stage } from '../support/session-stage.ts';

describe.each(['postgresql', 'embedded'] as const)('sessions in the database, on %s', (kind) => {
  let database: Database;
  let stage: Stage;
  let store: SessionStore;
  let node: string;
  let [ada, bob, cem]: Person[] = [];

  beforeAll(async () => {
    database = kind === 'postgresql' ? await freshDatabase() : await openDatabase({ directory: null });
    await database.migrate();
    stage = createStage(database);
    const home = await stage.node();
    [store, node] = [home.store, home.leases.node];
    [ada, bob, cem] = [await stage.person('ada'), await stage.person('bob'), await stage.person('cem')];
  });
  afterAll(async () => {
    await stage.stop();
    await database.close();
  });

  /** A session that ada hosts on a diagram of its own. */
  const open = async () => {
    const diagram = (await stage.diagram(who(ada), who(bob), who(cem))).id;
    const { session } = await store.open(diagram, who(ada).id);
    return { diagram, session: session.id };
  };
  const join = async (diagram: string, person: Person | undefined, permissions: 'reader' | 'writer' = 'writer') => {
    const id = uuidv7();
    const joined = await store.join(diagram, [{ id, user: who(person).id, permissions, node }]);
    if (joined.refusals[0]) throw joined.refusals[0];
    return { id, ...joined };
  };
  const read = async (session: string) => (await store.find({ session })) as SessionMoment;
  const list = async (session: string) => participants((await read(session)).value).map(({ user }) => user);
  const notices = async (session: string) => {
    const moment = await store.since(session, { revision: -1, ordinal: 0 });
    return moment?.notices.map(({ revision, ordinal, notice }) => [revision, ordinal, notice.type]);
  };
  /** By the clock of the database, ms; null: nothing ends it. */
  const endsAt = async (session: string) => {
    const [row] = await database.log.query<{ at: number | null }>(
      'select (extract(epoch from ends_at) * 1000)::float8 as at from collaboration_session where id = $1',
      [session],
    );
    return row?.at ?? null;
  };
  const clock = async () => {
    const text = 'select (extract(epoch from clock_timestamp()) * 1000)::float8 as at';
    return (await database.log.query<{ at: number }>(text))[0]!.at;
  };

  it('CS1 of fifty simultaneous opens exactly one creates, and all find the same session', async () => {
    const diagram = (await stage.diagram(who(ada))).id;
    const opened = await Promise.all(Array.from({ length: 50 }, () => store.open(diagram, who(ada).id)));
    expect(opened.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(opened.map(({ session }) => session.id)).size).toBe(1);
  });

  it('CS2 the creator hosts and presents, and is not there yet; CS11 the idle time runs', async () => {
    const before = Math.floor(await clock());
    const { session } = await open();
    expect((await read(session)).value).toMatchObject({
      kind: 'active',
      revision: 0,
      host: who(ada).id,
      presenter: who(ada).id,
      attendance: [],
    });
    expect(await endsAt(session)).toBeGreaterThanOrEqual(before + stageLimits.idle);
  });

  it('opening on a diagram that is not there is refused', async () => {
    await expect(store.open(uuidv7(), who(ada).id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('CS3 joining without an active session is refused', async () => {
    const diagram = (await stage.diagram(who(ada))).id;
    await expect(join(diagram, bob)).rejects.toMatchObject({ code: 'session_not_found' });
  });

  it('CS10 simultaneous joins get revisions one after the other, each with its notice', async () => {
    const { diagram, session } = await open();
    await Promise.all([join(diagram, ada), join(diagram, bob), join(diagram, cem)]);
    expect((await read(session)).value.revision).toBe(3);
    expect(await notices(session)).toEqual([
      [1, 0, 'join'],
      [2, 0, 'join'],
      [3, 0, 'join'],
    ]);
    const later = await store.since(session, { revision: 2, ordinal: 0 });
    expect(later?.notices.map(({ revision }) => revision)).toEqual([3]);
    expect(await endsAt(session)).toBeNull();
  });

  it('CS3 CS10 people who join in one go are each let in or refused by themselves, with a revision each', async () => {
    const { diagram, session } = await open();
    await join(diagram, ada);
    await join(diagram, bob);
    await store.change(diagram, ({ now }) => [{ type: 'removed', by: who(ada).id, user: who(bob).id, at: now }]);
    const crowd = [cem, bob, ada].map((person) => {
      return { id: uuidv7(), user: who(person).id, permissions: 'writer' as const, node };
    });
    const { refusals } = await store.join(diagram, crowd);
    expect(refusals).toMatchObject([null, { code: 'removed_from_session' }, null]);
    expect(await list(session)).toEqual([who(ada).id, who(cem).id]);
    expect((await notices(session))?.at(-1)).toEqual([4, 0, 'join']);
    await store.leave(crowd.map(({ id }) => id));
    expect(await list(session)).toEqual([who(ada).id]);
  });

  it('CS3 CS4 of a crowd the last ones find no place; a connection that was refused keeps nobody in the list later', async () => {
    const { diagram, session } = await open();
    const small = createSessionStore(database, { ...stageLimits, maxParticipants: 1 });
    const enter = async (...people: (Person | undefined)[]) => {
      const crowd = people.map((person) => {
        return { id: uuidv7(), user: who(person).id, permissions: 'writer' as const, node };
      });
      const { refusals } = await small.join(diagram, crowd);
      return { first: crowd[0]!.id, refused: refusals.map((refusal) => refusal?.code) };
    };
    const { first, refused } = await enter(bob, cem);
    expect(refused).toEqual([undefined, 'session_full']);
    await store.leave([first]);
    await store.leave([(await enter(cem)).first]);
    expect(await list(session)).toEqual([]);
  });

  it('CS3 a join that is asked for twice happens once', async () => {
    const { diagram, session } = await open();
    const connection = { id: uuidv7(), user: who(bob).id, permissions: 'writer' as const, node };
    await Promise.all([store.join(diagram, [connection, connection]), store.join(diagram, [connection])]);
    await store.leave([connection.id]);
    expect(await list(session)).toEqual([]);
  });

  it('CS4 a person leaves with their last connection, and keeps joined_at when they return', async () => {
    const { diagram, session } = await open();
    const [one, two] = [await join(diagram, bob), await join(diagram, bob)];
    expect(two.advanced).toBeNull();
    expect([one.revision, two.revision]).toEqual([1, 1]);
    const first = participants((await read(session)).value)[0];
    expect(await store.leave([one.id])).toEqual([]);
    expect(await list(session)).toEqual([who(bob).id]);
    expect(await store.leave([two.id])).toEqual([{ session, diagram, revision: 2 }]);
    expect(await list(session)).toEqual([]);
    await pause(5);
    await join(diagram, bob);
    expect(participants((await read(session)).value)).toEqual([first]);
    expect((await read(session)).value.revision).toBe(3);
  });

  it('CS5 leaving twice, or without having joined, changes nothing', async () => {
    const { diagram, session } = await open();
    const { id } = await join(diagram, bob);
    await store.leave([id]);
    expect(await store.leave([id])).toEqual([]);
    expect(await store.leave([uuidv7()])).toEqual([]);
    expect((await read(session)).value.revision).toBe(2);
  });

  it('CS5 everybody who ever connected is in the attendance', async () => {
    const { diagram, session } = await open();
    const { id } = await join(diagram, bob);
    await join(diagram, cem);
    await store.leave([id]);
    const { attendance } = (await read(session)).value;
    expect(attendance.map(({ user, presence }) => [user, presence.kind])).toEqual([
      [who(bob).id, 'left'],
      [who(cem).id, 'connected'],
    ]);
  });

  it('CS5 the people of a node that died are stepped out, those with another connection are not', async () => {
    const { diagram, session } = await open();
    const dying = await stage.node();
    await join(diagram, ada);
    for (const person of [who(bob), who(cem)]) {
      await store.join(diagram, [{ id: uuidv7(), user: person.id, permissions: 'writer', node: dying.leases.node }]);
    }
    await join(diagram, cem);
    await dying.die();
    expect(await store.stepOutLost()).toEqual([{ session, diagram, revision: 4 }]);
    expect(await list(session)).toEqual([who(ada).id, who(cem).id]);
    expect(await store.stepOutLost()).toEqual([]);
  });

  it('CS5 whoever is connected to another session is stepped out of the one where they were lost', async () => {
    const [lost, other] = [await open(), await open()];
    const dying = await stage.node();
    await store.join(lost.diagram, [
      { id: uuidv7(), user: who(bob).id, permissions: 'writer', node: dying.leases.node },
    ]);
    await join(other.diagram, bob);
    await dying.die();
    expect(await store.stepOutLost()).toEqual([{ ...lost, revision: 2 }]);
    expect([await list(lost.session), await list(other.session)]).toEqual([[], [who(bob).id]]);
  });

  it('CS5 of connections that leave several sessions at once, one that could not yet does when it is tried again', async () => {
    const sessions = [await open(), await open()];
    const connections: string[] = [];
    for (const { diagram } of sessions) connections.push((await join(diagram, bob)).id);
    let steps = 0;
    const halfway: Database = {
      ...database,
      asSystem: async (work) => {
        if ((steps += 1) === 2) throw new Error('the database is away');
        return database.asSystem(work);
      },
    };
    await expect(createSessionStore(halfway, stageLimits).leave(connections)).rejects.toThrow('away');
    await store.leave(connections);
    for (const { session } of sessions) expect(await list(session)).toEqual([]);
  });

  it('CS5 CS7 CS11 a few sessions that fail each time keep no other one from its end', async () => {
    const failing = new Set<string | undefined>();
    const partly: Database = {
      ...database,
      asSystem: (work) =>
        database.asSystem(async (em) => {
          const outcome = await work(em);
          if (failing.has((outcome as Advanced | null)?.session)) throw new Error('it fails each time');
          return outcome;
        }),
    };
    const { expire } = createSessionStore(partly, stageLimits);
    const sessions: string[] = [];
    for (let number = 0; number < 6; number += 1) {
      const { session } = await open();
      sessions.push(session);
      await stage.overdue(session);
    }
    const [bad, good] = [sessions.slice(0, 3), sessions.slice(3)];
    for (const session of bad) failing.add(session);
    const kinds = (some: string[]) => Promise.all(some.map(async (session) => (await read(session)).value.kind));
    for (let times = 0; times < 100 && (await kinds(good)).includes('active'); times += 1)
      await expect(expire()).rejects.toThrow('each time');
    expect(await kinds(good)).toEqual(['ended', 'ended', 'ended']);
    expect(await kinds(bad)).toEqual(['active', 'active', 'active']);
    failing.clear();
    await expire();
  });

  it('NO1 a node without a lease cannot let anybody in', async () => {
    const { diagram, session } = await open();
    const swept = uuidv7();
    const joining = store.join(diagram, [{ id: uuidv7(), user: who(bob).id, permissions: 'writer', node: swept }]);
    await expect(joining).rejects.toMatchObject({ code: 'unavailable' });
    expect(await list(session)).toEqual([]);
    expect((await read(session)).value.revision).toBe(0);
  });

  it('CS7 the grace runs by the database clock; a return stops it, its end ends the session once', async () => {
    const { diagram, session } = await open();
    const { id } = await join(diagram, ada);
    await join(diagram, bob);
    const before = Math.floor(await clock());
    await store.leave([id]);
    const after = Math.ceil(await clock());
    expect(await endsAt(session)).toBeGreaterThanOrEqual(before + stageLimits.hostGrace);
    expect(await endsAt(session)).toBeLessThanOrEqual(after + stageLimits.hostGrace);
    const { id: again } = await join(diagram, ada);
    expect(await endsAt(session)).toBeNull();
    await store.leave([again]);
    expect(await store.expire()).toEqual([]);
    await stage.overdue(session);
    const ended = await Promise.all([store.expire(), store.expire()]);
    expect(ended.flat()).toEqual([{ session, diagram, revision: 3 }]);
    expect((await read(session)).value).toMatchObject({ kind: 'ended', reason: 'host_left' });
    expect(await notices(session)).toEqual([
      [1, 0, 'join'],
      [2, 0, 'join'],
      [3, 0, 'leave'],
      [3, 1, 'session_ended'],
    ]);
  });

  it('CS7 a host who comes and goes once more while the end is being carried out gets another grace', async () => {
    const { diagram, session } = await open();
    await store.leave([(await join(diagram, ada)).id]);
    await stage.overdue(session);
    const late: Database = {
      ...database,
      asSystem: async (work) => {
        await store.leave([(await join(diagram, ada)).id]);
        return database.asSystem(work);
      },
    };
    expect(await createSessionStore(late, stageLimits).expire()).toEqual([]);
    expect((await read(session)).value.kind).toBe('active');
  });

  it('CS7 after the end nobody is connected any more, and another session may begin', async () => {
    const { diagram, session } = await open();
    const { id } = await join(diagram, bob);
    await store.change(diagram, ({ now }) => [{ type: 'ended', by: who(ada).id, at: now }]);
    expect(await database.log.query('select from session_connection where session_id = $1', [session])).toEqual([]);
    expect(await store.leave([id])).toEqual([]);
    expect((await read(session)).value.attendance.map(({ presence }) => presence.kind)).toEqual(['left']);
    const next = await store.open(diagram, who(bob).id);
    expect(next.created).toBe(true);
    expect(next.session.value).toMatchObject({ host: who(bob).id, attendance: [] });
  });

  it('CS9 somebody removed loses all connections and cannot join this session again, but the next', async () => {
    const { diagram, session } = await open();
    await join(diagram, ada);
    await join(diagram, bob);
    await join(diagram, bob);
    await store.change(diagram, ({ now }) => [{ type: 'removed', by: who(ada).id, user: who(bob).id, at: now }]);
    expect(await database.log.query('select from session_connection where session_id = $1', [session])).toHaveLength(1);
    await expect(join(diagram, bob)).rejects.toMatchObject({ code: 'removed_from_session' });
    await store.change(diagram, ({ now }) => [{ type: 'ended', by: who(ada).id, at: now }]);
    await store.open(diagram, who(ada).id);
    await join(diagram, bob);
  });

  it('CS11 a session that nobody is connected to ends as idle, unless the database paused while it was looked for', async () => {
    const { session, diagram } = await open();
    await stage.overdue(session);
    expect(await store.expire(() => false)).toEqual([]);
    expect((await read(session)).value.kind).toBe('active');
    expect(await store.expire()).toEqual([{ session, diagram, revision: 1 }]);
    expect((await read(session)).value).toMatchObject({ kind: 'ended', reason: 'idle' });
  });

  it('CS10 notices that do not change the value take the next ordinal, also after old ones are forgotten', async () => {
    const { diagram, session } = await open();
    await join(diagram, ada);
    await join(diagram, bob);
    const ask = () => store.change(diagram, () => [{ type: 'presenter_requested', by: who(bob).id }]);
    await ask();
    expect(await ask()).toEqual({ session, diagram, revision: 2 });
    await database.log.query(`update notice set at = at - interval '16 minutes' where scope = $1`, [
      `session:${session}`,
    ]);
    await store.forgetNotices();
    await ask();
    expect(await notices(session)).toEqual([[2, 3, 'presenter_request_event']]);
    expect((await read(session)).value.revision).toBe(2);
  });

  it('notices of an ended session are forgotten after a quarter of an hour, and not before', async () => {
    const { diagram, session } = await open();
    await join(diagram, ada);
    await store.change(diagram, ({ now }) => [{ type: 'ended', by: who(ada).id, at: now }]);
    for (const [minutes, kept] of [
      [14, 2],
      [2, 0],
    ]) {
      await database.log.query(`update notice set at = at - $2 * interval '1 minute' where scope = $1`, [
        `session:${session}`,
        minutes,
      ]);
      await store.forgetNotices();
      expect(await notices(session)).toHaveLength(kept!);
    }
  });

  it('CS12 permissions are decided anew from the grants, for everybody, and a lost host ends the session', async () => {
    const diagram = await stage.diagram(who(ada), who(bob), who(cem));
    const { session } = await store.open(diagram.id, who(ada).id);
    await join(diagram.id, bob);
    await join(diagram.id, cem);
    expect(await store.redecide(diagram.id)).toBeNull();
    await stage.grant(diagram.threatModel, who(bob), 'reader');
    await stage.grant(diagram.threatModel, who(cem), null);
    await store.redecide(diagram.id);
    const { value } = await read(session.id);
    expect(participants(value).map(({ user, permissions }) => [user, permissions])).toEqual([[who(bob).id, 'reader']]);
    expect(value.revision).toBe(4);
    await stage.grant(diagram.threatModel, who(ada), null);
    await store.redecide(diagram.id);
    expect((await read(session.id)).value).toMatchObject({ kind: 'ended', reason: 'host_left' });
    expect(await store.redecide(diagram.id)).toBeNull();
  });

  it('CS12 a session is to be decided anew where it says of somebody in it what is not so, or its host may nothing', async () => {
    const diagram = await stage.diagram(who(ada), who(bob), who(cem));
    const grant = (person: Person | undefined, role: 'reader' | 'writer' | null) =>
      stage.grant(diagram.threatModel, who(person), role);
    const isOutdated = async () => (await store.outdatedOn([uuidv7(), diagram.id])).length === 1;
    await store.open(diagram.id, who(ada).id);
    const here = await join(diagram.id, bob);
    const gone = await join(diagram.id, cem, 'reader');
    expect(await isOutdated()).toBe(true); // they came as a reader and may write
    await store.leave([gone.id]);
    expect(await isOutdated()).toBe(false);
    await grant(bob, 'reader');
    expect(await isOutdated()).toBe(true);
    await grant(bob, null);
    expect(await isOutdated()).toBe(true);
    await grant(bob, 'writer');
    expect(await isOutdated()).toBe(false);
    await grant(ada, null); // they never came
    expect(await isOutdated()).toBe(true);
    await grant(ada, 'reader');
    expect(await isOutdated()).toBe(false);
    const host = await join(diagram.id, ada, 'reader');
    await store.leave([host.id]);
    await grant(ada, 'writer'); // the grace runs: they are in the list
    expect(await isOutdated()).toBe(true);
    await store.change(diagram.id, ({ now }) => [{ type: 'ended', by: who(ada).id, at: now }]);
    expect(await isOutdated()).toBe(false);
    expect(here.advanced).not.toBeNull();
  });

  it('CS10 whoever is in the list is shown as they came, also a host who comes back within the grace; who comes anew as they are', async () => {
    const [host, guest] = [await stage.person('hanna'), await stage.person('gus')];
    const { id: diagram } = await stage.diagram(host, guest);
    const { session } = await store.open(diagram, host.id);
    const shown = async () => {
      const { value, people } = await read(session.id);
      const looks = [host, guest].map(({ id }) => [people.get(id)?.fullName, people.get(id)?.avatarUrl]);
      return [value.revision, ...looks];
    };
    const [here, gone] = [await join(diagram, host), await join(diagram, guest)];
    await store.leave([here.id]);
    await database.log.query(`update profile set full_name = 'Now', avatar_url = 'now' where id = any ($1)`, [
      [host.id, guest.id],
    ]);
    await join(diagram, host);
    expect(await shown()).toEqual([2, ['hanna', null], ['gus', null]]);
    await store.leave([gone.id]);
    await join(diagram, guest);
    expect(await shown()).toEqual([4, ['hanna', null], ['Now', 'now']]);
    // As a version wrote them that knew of no names.
    await database.log.query('update session_participant set name = null where session_id = $1', [session.id]);
    expect(await shown()).toEqual([4, ['Now', 'now'], ['Now', 'now']]);
  });

  it('CS12 a handover is news, though nothing is told besides the list', async () => {
    const { diagram, session } = await open();
    await join(diagram, ada);
    await join(diagram, bob);
    const change = store.change(diagram, () => [{ type: 'host_changed', by: who(ada).id, user: who(bob).id }]);
    expect(await change).toEqual({ session, diagram, revision: 3 });
    expect(await notices(session)).toHaveLength(2);
  });

  it('a refused step leaves no trace', async () => {
    const { diagram, session } = await open();
    await join(diagram, bob);
    const refused = store.change(diagram, () => [{ type: 'presenter_changed', by: who(bob).id, user: who(bob).id }]);
    await expect(refused).rejects.toMatchObject({ code: 'forbidden' });
    expect(await notices(session)).toHaveLength(1);
  });

  it('finds the active sessions of some diagrams', async () => {
    const [one, two, three] = [await open(), await open(), await open()];
    await join(two.diagram, bob);
    await store.change(three.diagram, ({ now }) => [{ type: 'ended', by: who(ada).id, at: now }]);
    const active = await store.activeOn([one.diagram, two.diagram, three.diagram, uuidv7()]);
    expect(active.map(({ id }) => id)).toEqual([one.session, two.session]);
    expect(await store.activeOn([])).toEqual([]);
  });
});

function who(person: Person | undefined): Person {
  if (!person) throw new Error('nobody');
  return person;
}
