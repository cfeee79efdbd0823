import { uuidv7 } from 'uuidv7';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SessionService } from '../../src/collaboration/sessions.ts';
import type { Database } from '../../src/database/database.ts';
import type { Person } from '../../src/identity/person.ts';
import { freshDatabase, waitingIn } from '../support/database.ts';
import { eventually } from '../support/patience.ts';
import { createStage, type Stage } from '../support/session-stage.ts';

describe('the sessions of a node', () => {
  let database: Database;
  let stage: Stage;
  let ada: Person;
  let bob: Person;
  let diagram: string;
  let threatModel: string;

  beforeAll(async () => {
    database = await freshDatabase();
    stage = createStage(database);
    [ada, bob] = [await stage.person('ada'), await stage.person('bob')];
  });
  beforeEach(async () => {
    ({ id: diagram, threatModel } = await stage.diagram(ada, bob));
  });
  afterEach(() => stage.stop());
  afterAll(() => database.close());

  const listed = async (sessions: SessionService) =>
    (await sessions.find(diagram))?.participants.map(({ person }) => person.id);

  /** The stage's database, which can be away, or lose the answer of a transaction that it has committed. */
  function faulty() {
    const faults = { away: false, mute: false };
    const through: Database = {
      ...database,
      asSystem: async (work) => {
        if (faults.away) throw new Error('the database is away');
        const result = await database.asSystem(work);
        if (faults.mute) throw new Error('the connection was lost');
        return result;
      },
    };
    return { faults, through };
  }

  it('CS1 of fifty simultaneous opens on two nodes exactly one is created, and nobody is put into the list', async () => {
    const [one, two] = [await stage.node(), await stage.node()];
    const opened = await Promise.all(
      Array.from({ length: 50 }, (_, at) => (at % 2 ? one : two).sessions.open(diagram, at % 3 ? ada : bob)),
    );
    expect(opened.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(opened.map(({ view }) => view.session)).size).toBe(1);
    expect(opened.every(({ view }) => view.participants.length === 0)).toBe(true);
  });

  it('CS1 opening again leaves the participants and the revision as they are', async () => {
    const { sessions, connect } = await stage.node();
    await sessions.open(diagram, ada);
    await connect(bob, diagram);
    const { view, created } = await sessions.open(diagram, bob);
    expect(created).toBe(false);
    expect(view).toMatchObject({ revision: 1, host: { id: ada.id } });
    expect(view.participants.map(({ person }) => person.id)).toEqual([bob.id]);
  });

  it('CS3 whoever comes while a session ends is let into the one that begins meanwhile', async () => {
    const { sessions, connection } = await stage.node();
    const [{ view }, next] = [await sessions.open(diagram, ada), uuidv7()];
    const coming = connection(bob, diagram);
    const { joining } = await database.log.transaction(async (sql) => {
      await sql.query(`update collaboration_session set ended_at = started_at, end_reason = 'idle' where id = $1`, [
        view.session,
      ]);
      const entering = sessions.join(coming);
      await eventually(async () => expect(await waitingIn(database.log)).toBe(1));
      await sql.query(
        `insert into collaboration_session (id, diagram_id, host_id, presenter_id, started_at, ends_at)
         select $1, diagram_id, host_id, presenter_id, started_at, ends_at from collaboration_session where id = $2`,
        [next, view.session],
      );
      return { joining: entering };
    });
    expect(await joining).toEqual({ session: next });
  });

  it('CS12 the session of a host who never came and has lost all access ends, also if the node that had to decide it died and nobody is here', async () => {
    const [dying, { sessions, leases }] = [await stage.node(), await stage.node()];
    await sessions.beat();
    await dying.sessions.open(diagram, ada);
    await stage.grant(threatModel, ada, null);
    await dying.die();
    leases.swept.push(dying.leases.node);
    await eventually(async () => {
      await sessions.beat();
      expect(await sessions.find(diagram)).toBeNull();
    });
  });

  it('CS5 a leave that finds the database away is made up for when it is back', async () => {
    const { faults, through } = faulty();
    const { sessions, connect, errors } = await stage.node({ through });
    await sessions.open(diagram, ada);
    await connect(ada, diagram);
    const connection = await connect(bob, diagram);
    faults.away = true;
    await connection.leave();
    await sessions.beat();
    expect(errors.length).toBeGreaterThan(0);
    expect(await listed(sessions)).toEqual([ada.id, bob.id]);
    faults.away = false;
    await sessions.beat();
    expect(await listed(sessions)).toEqual([ada.id]);
  });

  it('CS5 a join whose answer was lost is refused and taken back', async () => {
    const { faults, through } = faulty();
    const { sessions, connection } = await stage.node({ through });
    await sessions.open(diagram, ada);
    faults.mute = true;
    await expect(sessions.join(connection(bob, diagram))).rejects.toMatchObject({ code: 'unavailable' });
    expect(await listed(sessions)).toEqual([bob.id]);
    faults.mute = false;
    await sessions.beat();
    expect(await listed(sessions)).toEqual([]);
  });

  it('CS5 a join that is committed long after its answer was lost is taken back too', async () => {
    const [written, commit] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let late: Promise<unknown> | null = null;
    let isLate = false;
    const through: Database = {
      ...database,
      async asSystem(work) {
        if (!isLate) return database.asSystem(work);
        isLate = false;
        late = database.asSystem(async (em) => {
          await work(em);
          written.resolve();
          await commit.promise;
        });
        await written.promise;
        throw new Error('the connection was lost');
      },
    };
    const { sessions, connection } = await stage.node({ through });
    await sessions.open(diagram, ada);
    isLate = true;
    await expect(sessions.join(connection(bob, diagram))).rejects.toMatchObject({ code: 'unavailable' });
    const beaten = vi.fn<() => void>();
    const beat = sessions.beat().then(beaten);
    await eventually(async () => expect(beaten.mock.calls.length + (await waitingIn(database.log))).toBe(1));
    commit.resolve();
    await late;
    await beat;
    expect(await listed(sessions)).toEqual([]);
  });

  it('CS5 a connection that goes while it is joining does not stay', async () => {
    const { sessions, connection } = await stage.node();
    await sessions.open(diagram, ada);
    const hasty = connection(bob, diagram);
    const joining = sessions.join(hasty);
    await Promise.all([joining, sessions.leave(hasty.id)]);
    expect(await listed(sessions)).toEqual([]);
    expect(sessions.joined(hasty.id)).toBeNull();
  });

  it('CS5 a refused join leaves nothing, and its leave does nothing', async () => {
    const { sessions, connection, errors } = await stage.node();
    const early = connection(bob, diagram);
    await expect(sessions.join(early)).rejects.toMatchObject({ code: 'session_not_found' });
    await sessions.leave(early.id);
    expect(errors).toEqual([]);
  });

  it('CS5 the people of a dead node are stepped out by the next beat of another', async () => {
    const [one, two] = [await stage.node(), await stage.node()];
    await one.sessions.open(diagram, ada);
    await one.connect(ada, diagram);
    await two.connect(bob, diagram);
    await one.sessions.beat();
    await two.die();
    one.leases.swept.push(two.leases.node);
    await one.sessions.beat();
    expect(await listed(one.sessions)).toEqual([ada.id]);
  });

  it('CS5 a node that starts steps out whom a node lost that died half way', async () => {
    const [one, two] = [await stage.node(), await stage.node()];
    await one.sessions.open(diagram, ada);
    await two.connect(bob, diagram);
    await two.die();
    await one.sessions.start();
    expect(await listed(one.sessions)).toEqual([]);
  });

  it('NO1 the closes of a draining node are not leaves', async () => {
    const { sessions, connect, leases } = await stage.node();
    await sessions.open(diagram, ada);
    const connection = await connect(bob, diagram);
    leases.draining = true;
    await connection.leave();
    await sessions.beat();
    expect(await listed(sessions)).toEqual([bob.id]);
  });

  it('CS7 a beat ends the sessions whose grace is over, but not right after a pause of the database', async () => {
    const { sessions, connect, leases } = await stage.node();
    const { view } = await sessions.open(diagram, ada);
    const connection = await connect(ada, diagram);
    await connection.leave();
    await stage.overdue(view.session);
    leases.calm = false;
    await sessions.beat();
    expect(await sessions.find(diagram)).not.toBeNull();
    leases.calm = true;
    await sessions.beat();
    expect(await sessions.find(diagram)).toBeNull();
  });

  it('CS7 without a grace the session ends with its host', async () => {
    const { sessions, connect } = await stage.node({ limits: { hostGrace: 0 } });
    await sessions.open(diagram, ada);
    const connection = await connect(ada, diagram);
    await connection.leave();
    expect(await sessions.find(diagram)).toBeNull();
  });

  it('CS8 only the host ends it, connected or not; without a session there is nothing to end', async () => {
    const { sessions } = await stage.node();
    await expect(sessions.end(diagram, ada)).rejects.toMatchObject({ code: 'session_not_found' });
    await sessions.open(diagram, ada);
    await expect(sessions.end(diagram, bob)).rejects.toMatchObject({ code: 'forbidden' });
    await sessions.end(diagram, ada);
    expect(await sessions.find(diagram)).toBeNull();
  });

  it('CS9 somebody removed can neither open nor join this session, but the next one', async () => {
    const { sessions, connect, connection } = await stage.node();
    await sessions.open(diagram, ada);
    const host = await connect(ada, diagram);
    await connect(bob, diagram);
    await sessions.command(host, { type: 'remove_participant', user_id: bob.email });
    await expect(sessions.open(diagram, bob)).rejects.toMatchObject({ code: 'removed_from_session' });
    expect((await sessions.open(diagram, ada)).created).toBe(false);
    await expect(sessions.join(connection(bob, diagram))).rejects.toMatchObject({ code: 'removed_from_session' });
    await host.say({ type: 'end_session' });
    expect((await sessions.open(diagram, bob)).created).toBe(true);
    await sessions.join(connection(bob, diagram));
  });

  it('a full session refuses the next person, on every node', async () => {
    const [one, two] = [
      await stage.node({ limits: { maxParticipants: 1 } }),
      await stage.node({ limits: { maxParticipants: 1 } }),
    ];
    await one.sessions.open(diagram, ada);
    const joins = await Promise.allSettled([
      one.sessions.join(one.connection(ada, diagram)),
      two.sessions.join(two.connection(bob, diagram)),
    ]);
    const refusals = joins.flatMap((join) => (join.status === 'rejected' ? [join.reason as unknown] : []));
    expect(refusals).toMatchObject([{ code: 'session_full' }]);
  });

  it('CS8 people are named by their email, in any case', async () => {
    const { sessions, connect } = await stage.node();
    await sessions.open(diagram, ada);
    const host = await connect(ada, diagram);
    await connect(bob, diagram);
    await sessions.command(host, { type: 'change_presenter', user_id: bob.email.toUpperCase() });
    expect((await sessions.find(diagram))?.presenter.id).toBe(bob.id);
    const stranger = sessions.command(host, { type: 'change_presenter', user_id: 'nobody@example.com' });
    await expect(stranger).rejects.toMatchObject({ code: 'member_not_found' });
  });

  it('CS8 who may not ask for anything is not told whether somebody is in the session', async () => {
    const { sessions, connect } = await stage.node();
    await sessions.open(diagram, ada);
    await connect(ada, diagram);
    const asking = await connect(bob, diagram);
    for (const type of ['change_presenter', 'change_host', 'presenter_denied', 'remove_participant'])
      for (const user_id of [ada.email, bob.email, 'nobody@example.com'])
        await expect(sessions.command(asking, { type, user_id })).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('CS8 what is asked in a session that is over does nothing to the next one', async () => {
    const { sessions, connect } = await stage.node();
    await sessions.open(diagram, ada);
    const host = await connect(ada, diagram);
    const other = await stage.node();
    await other.sessions.end(diagram, ada);
    await other.sessions.open(diagram, ada);
    const next = await sessions.find(diagram);
    await expect(sessions.command(host, { type: 'end_session' })).rejects.toMatchObject({ code: 'session_not_found' });
    expect(await sessions.find(diagram)).toEqual(next);
  });

  it.each([
    ['reader', 'writer'],
    ['writer', 'reader'],
  ] as const)(
    'CS10 CS12 of two connections of somebody who was a %s when the first was let in and is a %s now, the list has what is true',
    async (was, is) => {
      const { sessions, connect, connection } = await stage.node();
      await sessions.open(diagram, ada);
      await connect(ada, diagram);
      await stage.grant(threatModel, bob, is);
      const inList = async () =>
        (await sessions.find(diagram))?.participants.find(({ person }) => person.id === bob.id);
      // At once, and after that one by one.
      for (const joins of [[was, is], [was], [is]]) {
        await Promise.all(joins.map((permissions) => sessions.join(connection(bob, diagram, permissions))));
        await eventually(async () => expect((await inList())?.permissions).toBe(is));
      }
    },
  );

  it('CS12 a change of access that finds the database away is decided anew when it is back', async () => {
    const { faults, through } = faulty();
    const { sessions, connect } = await stage.node({ through });
    await sessions.open(diagram, ada);
    await connect(bob, diagram);
    await stage.grant(threatModel, bob, 'reader');
    faults.away = true;
    await sessions.redecide(diagram);
    faults.away = false;
    await sessions.beat();
    await eventually(async () => expect((await sessions.find(diagram))?.participants[0]?.permissions).toBe('reader'));
  });

  it('CS12 a change of access to many diagrams asks once in which of them somebody may do something else now', async () => {
    const { sessions, connect, store } = await stage.node();
    await sessions.open(diagram, ada);
    await connect(bob, diagram);
    await stage.grant(threatModel, bob, 'reader');
    const decided = vi.spyOn(store, 'redecide');
    const asked = vi.spyOn(store, 'outdatedOn');
    const other = (await stage.diagram(ada, bob)).id;
    await sessions.open(other, ada);
    await connect(bob, other);
    await Promise.all([other, diagram, ...Array.from({ length: 50 }, () => uuidv7())].map(sessions.redecide));
    await sessions.redecide(diagram);
    expect(decided.mock.calls).toEqual([[diagram]]);
    expect(asked.mock.calls.length).toBeLessThanOrEqual(3);
    expect((await sessions.find(diagram))?.participants[0]?.permissions).toBe('reader');
  });

  it('CS12 access that changes while it is being decided is decided again', async () => {
    const { sessions, connect, store } = await stage.node();
    await sessions.open(diagram, ada);
    await connect(bob, diagram);
    await stage.grant(threatModel, bob, 'reader');
    const decide = store.redecide;
    const decided = vi.spyOn(store, 'redecide').mockImplementationOnce(async (on) => {
      const advanced = await decide(on);
      await stage.grant(threatModel, bob, 'writer');
      void sessions.redecide(on);
      return advanced;
    });
    await sessions.redecide(diagram);
    await eventually(async () => expect((await sessions.find(diagram))?.participants[0]?.permissions).toBe('writer'));
    expect(decided).toHaveBeenCalledTimes(2);
  });

  it('a crowd that joins one session, asks for something and goes leaves the database to others', async () => {
    let [busy, most] = [0, 0];
    const through: Database = {
      ...database,
      asSystem: async (work) => {
        most = Math.max(most, (busy += 1));
        return database.asSystem(work).finally(() => (busy -= 1));
      },
    };
    const { sessions, connection } = await stage.node({ through });
    await sessions.open(diagram, ada);
    const crowd = Array.from({ length: 20 }, (_, at) => connection(at % 2 ? ada : bob, diagram));
    await Promise.all(crowd.map(sessions.join));
    const guests = crowd.filter(({ person }) => person === bob);
    await Promise.all(guests.map((guest) => sessions.command(guest, { type: 'presenter_request' })));
    await Promise.all(crowd.map(({ id }) => sessions.leave(id)));
    expect(most).toBe(1);
    expect(await listed(sessions)).toEqual([ada.id]);
  });

  it('CS12 a change of access on a diagram without a session is nothing', async () => {
    const { sessions, errors } = await stage.node();
    await sessions.redecide(diagram);
    expect(errors).toEqual([]);
  });

  it('NO5 a database that is away never rejects a beat, and a beat comes twice a second until the stop', async () => {
    const { faults, through } = faulty();
    const { sessions } = await stage.node({ through });
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      faults.away = true;
      await sessions.start();
      const beat = vi.spyOn(sessions, 'beat');
      vi.advanceTimersByTime(1000);
      expect(beat).toHaveBeenCalledTimes(2);
      await sessions.stop();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
