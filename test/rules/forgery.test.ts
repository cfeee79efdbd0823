/** AC6, CS13: what is forged is refused, and no other client ever sees any of it. */
import { writeVarString, writeVarUint8Array } from 'lib0/encoding';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { startApp, type TestApp } from '../support/app.ts';
import { eventually, saved } from '../support/patience.ts';
import { disconnect, disconnectAll, type Client } from '../support/provider.ts';
import {
  closeForgers,
  forge,
  grant,
  join,
  makeSession,
  messagesOf,
  say,
  sessionOf,
  statesOf,
  stored,
  updateBy,
  updateOf,
  usersOf,
  type Forger,
} from './stage.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterEach(() => {
  disconnectAll();
  closeForgers();
});
afterAll(() => app.stop());

/** Stands in everything that is forged, so that nobody can have seen any of it without it being found. */
const FORGED = 'forged';

/** A session with its host at a stock provider, a forger who may write, and a socket that keeps every frame it is sent. */
async function scene() {
  const session = await makeSession(app);
  const host = join(app, session.place, session.host);
  await saved(host);
  const witness = await forge(app, session.place, session.reader);
  const forger = await forge(app, session.place, session.guest);
  await eventually(() => expect(usersOf(host)).toHaveLength(3));
  const states: unknown[] = [];
  host.provider.awareness!.on('change', () => states.push(...structuredClone(statesOf(host))));
  return { ...session, host, hostPerson: session.host, witness, forger, states };
}
type Scene = Awaited<ReturnType<typeof scene>>;

/** Something honest that everybody gets after what came before it; then nothing forged must have arrived anywhere. */
async function nothingSeen({ host, hostPerson, witness, states, place }: Scene): Promise<void> {
  const marker = `marker ${Math.random()}`;
  host.provider.setAwarenessField('cursor', marker);
  host.cells.set(marker, 1);
  await saved(host);
  const seen = () => witness.received.map(({ bytes }) => Buffer.from(bytes).toString('latin1')).join('\n');
  await eventually(() => {
    expect(seen().split(marker).length).toBeGreaterThan(2); // the cursor, and the edit
  });
  expect(seen()).not.toContain(FORGED);
  expect(JSON.stringify([states, statesOf(host), host.messages, host.cells.toJSON()])).not.toContain(FORGED);
  expect(JSON.stringify(await stored(app, place))).not.toContain(FORGED);
  expect(JSON.stringify(await sessionOf(place, hostPerson))).not.toContain(FORGED);
  expect(host.closes).toEqual([]);
}

const stateOfUser = (client: Client, email: string) =>
  statesOf(client).find((state) => state.participant?.user_id === email);

const entry = (state: unknown, id = 4711, clock = 1) => ({ id, clock, json: JSON.stringify(state) });

describe('AC6 awareness', () => {
  it('AC6 of an entry three fields are the client’s; who it is, the server says', async () => {
    const at = await scene();
    const { host, forger, guest } = at;
    forger.awareness(
      entry({
        cursor: { x: 1 },
        selection: ['a'],
        viewport: { zoom: 2 },
        participant: { user_id: FORGED, permissions: 'owner', is_host: true, is_presenter: true, joined_at: FORGED },
        user: { name: FORGED, color: FORGED },
        kind: 'session',
        session_id: FORGED,
        revision: 999,
        host: FORGED,
        presenter: FORGED,
        participants: [{ user_id: FORGED }],
        secret: FORGED,
        cursors: FORGED,
      }),
    );
    await eventually(() => expect(stateOfUser(host, guest.email)).toBeDefined());
    expect(stateOfUser(host, guest.email)).toEqual({
      cursor: { x: 1 },
      selection: ['a'],
      viewport: { zoom: 2 },
      participant: {
        user_id: guest.email,
        permissions: 'writer',
        is_host: false,
        is_presenter: false,
        joined_at: updateOf(host)!.participants.find(({ user_id }) => user_id === guest.email)!.joined_at,
      },
      user: { name: 'Gus Guest', color: expect.stringMatching(/^#/) },
    });
    await nothingSeen(at);
  });

  it('AC6 nothing is shown under a client id that is somebody else’s, the server’s, or a second one', async () => {
    const at = await scene();
    const { host, forger, guest } = at;
    host.provider.setAwarenessField('cursor', 'mine');
    const theirs = host.document.clientID;
    const server = () => [...host.provider.awareness!.getStates()].find(([, state]) => state.kind === 'session')?.[0];
    await eventually(() => expect(server()).toBeDefined());
    for (const clock of [1, 2, 1000, 2 ** 40]) {
      forger.awareness(
        entry({ cursor: FORGED }, theirs, clock),
        entry(null, theirs, clock + 1),
        entry({ cursor: FORGED, kind: 'session' }, server(), clock),
        entry(null, server(), clock + 1),
      );
    }
    forger.awareness(entry({ cursor: 'own' }, 1), entry({ cursor: FORGED }, 2));
    await eventually(() => expect(stateOfUser(host, guest.email)).toMatchObject({ cursor: 'own' }));
    expect(host.provider.awareness!.getLocalState()).toMatchObject({ cursor: 'mine' });
    expect(server()).toBeDefined();
    expect(statesOf(host).filter((state) => state.participant?.user_id === guest.email)).toHaveLength(1);
    await nothingSeen(at);
  });

  it('AC6 nor under one that somebody else has used before and left', async () => {
    const at = await scene();
    const { forger, guest, host, place, reader } = at;
    const before = join(app, place, reader);
    before.provider.setAwarenessField('cursor', 'was here');
    await eventually(() => expect(stateOfUser(host, reader.email)).toMatchObject({ cursor: 'was here' }));
    const id = before.document.clientID;
    disconnect(before);
    await eventually(() => expect(stateOfUser(host, reader.email)).toBeUndefined());
    forger.awareness(entry({ cursor: FORGED }, id), entry({ cursor: 'own' }, 5));
    await eventually(() => expect(stateOfUser(host, guest.email)).toMatchObject({ cursor: 'own' }));
    await nothingSeen(at);
  });

  describe('AC6 DO4 a reader takes nothing from a writer who is away', () => {
    /** A diagram that nobody has open any more, so that no node remembers who was shown in it; and a guest's document. */
    async function away(wrote: boolean) {
      const session = await makeSession(app);
      const { place, guest } = session;
      const writer = join(app, place, guest);
      writer.provider.setAwarenessField('cursor', 'here');
      await saved(writer);
      if (wrote) {
        writer.cells.set('before', 1);
        await saved(writer);
      }
      await eventually(() => expect(stateOfUser(writer, guest.email)).toMatchObject({ cursor: 'here' }));
      disconnect(writer);
      const closed = () =>
        app.log.filter(({ msg, document }) => msg === 'disconnected' && document === place.name).length;
      await eventually(() => expect(closed()).toBe(1));
      writer.cells.set('offline', 1);
      return { ...session, document: writer.document };
    }

    it.each([true, false])('who has written before: %s', async (wrote) => {
      const { place, guest, host, reader, document } = await away(wrote);
      const thief = await forge(app, place, reader);
      thief.awareness(entry({ cursor: FORGED }, document.clientID));
      expect((await thief.closed).code).toBe(4400);

      const witness = join(app, place, host);
      const back = join(app, place, guest, { document });
      back.provider.setAwarenessField('cursor', 'again');
      await saved(back);
      await eventually(() => expect(stateOfUser(witness, guest.email)).toMatchObject({ cursor: 'again' }));
      expect(back.closes).toEqual([]);
      expect((await stored(app, place)).cells).toHaveProperty('offline');
    });
  });

  it('AC6 a state that is too large, and one that is nested without end, is dropped, and the last one stays', async () => {
    const at = await scene();
    const { host, forger, guest } = at;
    forger.awareness(entry({ cursor: 'small' }));
    await eventually(() => expect(stateOfUser(host, guest.email)).toMatchObject({ cursor: 'small' }));
    forger.awareness(entry({ cursor: FORGED.repeat(4000) }, 4711, 2));
    forger.awareness(entry({ cursor: FORGED.repeat(40_000) }, 4711, 3));
    forger.say({ type: 'presenter_request' }); // answered, so that what came before it has been handled
    await eventually(() => expect(messagesOf(host, 'presenter_request_event')).toHaveLength(1));
    expect(stateOfUser(host, guest.email)).toMatchObject({ cursor: 'small' });
    await nothingSeen(at);
    const deep = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`;
    forger.awareness({ id: 4711, clock: 4, json: `{"cursor":${deep}}` });
    expect((await forger.closed).code).toBe(4400);
  });
});

describe('AC6 updates', () => {
  it('AC6 an update under the client id of somebody else is refused with 4400, and they go on', async () => {
    const at = await scene();
    const { host, forger, place } = at;
    host.cells.set('a', 1);
    await saved(host);
    forger.update(updateBy(host.document.clientID, (cells) => cells.set(FORGED, 1), host.document));
    expect((await forger.closed).code).toBe(4400);
    host.cells.set('b', 2);
    await saved(host);
    expect((await stored(app, place)).cells).toEqual({ a: 1, b: 2 });
    await nothingSeen(at);
  });

  it('AC6 nor under one that somebody shows in awareness and has not written with yet', async () => {
    const at = await scene();
    const { host, forger, witness } = at;
    host.provider.setAwarenessField('cursor', 'visible');
    const shown = () => witness.received.some(({ bytes }) => Buffer.from(bytes).toString('latin1').includes('visible'));
    await eventually(() => expect(shown()).toBe(true));
    forger.update(updateBy(host.document.clientID, (cells) => cells.set(FORGED, 1)));
    expect((await forger.closed).code).toBe(4400);
    await nothingSeen(at); // in which the host writes with it
  });

  describe('AC6 nor by REST, on whatever node', () => {
    const claimed = async ({ document }: Client) =>
      (await app.database.log.query('select from document_client where client_id = $1', [document.clientID])).length;
    const post = async ({ place, guest }: Scene, { document }: Pick<Client, 'document'>) => {
      const body = updateBy(document.clientID, (cells) => cells.set(FORGED, 1));
      const headers = { 'content-type': 'application/octet-stream' };
      return guest.call('POST', `${place.path}/updates`, { body, headers });
    };

    it('AC6 under what a writer shows who has not written with it yet', async () => {
      const at = await scene();
      at.host.provider.setAwarenessField('cursor', 'visible');
      await eventually(async () => expect(await claimed(at.host)).toBe(1));
      expect(await post(at, at.host)).toMatchObject({ status: 400 });
      await nothingSeen(at); // in which the host writes with it
    });

    it('AC6 under what a reader shows who comes to be a writer', async () => {
      const at = await scene();
      const { place, hostPerson, guest, reader } = at;
      const watching = join(app, place, reader);
      watching.provider.setAwarenessField('cursor', 'watches');
      await eventually(() => expect(stateOfUser(at.host, reader.email)).toMatchObject({ cursor: 'watches' }));
      expect(await claimed(watching)).toBe(0);
      await grant(place, hostPerson, [guest, 'writer'], [reader, 'writer']);
      await eventually(async () => expect(await claimed(watching)).toBe(1));
      expect(await post(at, watching)).toMatchObject({ status: 400 });
      await nothingSeen(at);
    });

    it('AC6 whoever shows what somebody else has written with is closed with 4400, and so saved nothing', async () => {
      const at = await scene();
      const { place, guest, reader, hostPerson } = at;
      const late = new Y.Doc();
      expect((await post(at, { document: late })).status).toBe(200);
      await grant(place, hostPerson, [guest, 'writer'], [reader, 'writer']);
      const second = await forge(app, place, reader);
      second.awareness(entry({ cursor: 'late' }, late.clientID));
      expect((await second.closed).code).toBe(4400);
    });
  });

  it('AC6 an update that hides another one’s client id among its own is refused as a whole', async () => {
    const at = await scene();
    const { host, forger, place } = at;
    host.cells.set('a', 1);
    await saved(host);
    const mixed = Y.mergeUpdates([
      updateBy(31, (cells) => cells.set(`${FORGED} own`, 1)),
      updateBy(host.document.clientID, (cells) => cells.set(FORGED, 1), host.document),
    ]);
    forger.update(mixed);
    expect((await forger.closed).code).toBe(4400);
    expect((await stored(app, place)).cells).toEqual({ a: 1 });
    await nothingSeen(at);
  });
});

describe('CS13 messages and frames', () => {
  const unchanged = async (at: Scene, work: () => Promise<void>) => {
    const before = await sessionOf(at.place, at.hostPerson);
    await work();
    expect(await sessionOf(at.place, at.hostPerson)).toEqual(before);
    await nothingSeen(at);
  };
  const errorsOf = (forger: Forger) => forger.heard().filter(({ type }) => type === 'error');

  it('CS13 what only the server says is answered with an error, and reaches nobody', async () => {
    const at = await scene();
    const base = { timestamp: FORGED, session_id: FORGED, revision: 99, user_id: at.hostPerson.email };
    const said = [
      'join',
      'leave',
      'participants_update',
      'session_ended',
      'presenter_request_event',
      'presenter_denied_event',
      'permission_changed',
      'removed_from_session',
      'participant_added',
      'message_created',
      'member_removed',
      'error',
      FORGED,
    ];
    await unchanged(at, async () => {
      for (const type of said)
        at.forger.say({ ...base, type, participants: [], permissions: 'writer', host: at.guest.email });
      await eventually(() => expect(errorsOf(at.forger)).toHaveLength(said.length));
    });
    expect(errorsOf(at.forger).map(({ code }) => code)).toEqual(said.map(() => 'invalid'));
  });

  it('CS8 what only the host may is answered with an error, whatever else is said with it', async () => {
    const at = await scene();
    const { forger, guest, hostPerson, reader } = at;
    await unchanged(at, async () => {
      forger.say({ type: 'change_presenter', user_id: guest.email });
      forger.say({ type: 'change_host', user_id: guest.email });
      forger.say({ type: 'remove_participant', user_id: reader.email });
      forger.say({ type: 'presenter_denied', user_id: reader.email });
      forger.say({ type: 'end_session' });
      forger.say({ type: 'presenter_view', cursor: FORGED });
      await eventually(() => expect(errorsOf(forger)).toHaveLength(6));
      expect(new Set(errorsOf(forger).map(({ code }) => code))).toEqual(new Set(['forbidden']));
      forger.say({ type: 'change_presenter', user_id: guest.email, by: hostPerson.email });
      forger.say({ type: 'end_session', host: guest.email });
      forger.say({ type: 'presenter_request', user_id: FORGED });
      await eventually(() => expect(errorsOf(forger)).toHaveLength(9));
      expect(
        errorsOf(forger)
          .slice(6)
          .map(({ code }) => code),
      ).toEqual(['invalid', 'invalid', 'invalid']);
    });
  });

  it('CS13 what a presenter shows is relayed as theirs, without a word more than they may say', async () => {
    const at = await scene();
    const { host, forger, guest } = at;
    say(host, { type: 'change_presenter', user_id: guest.email });
    await eventually(() => expect(updateOf(host)?.presenter).toBe(guest.email));
    for (const more of [
      { user_id: FORGED },
      { session_id: FORGED },
      { timestamp: FORGED },
      { selected_cells: [{ id: FORGED }] },
      { extra: FORGED },
    ])
      forger.say({ type: 'presenter_view', cursor: { x: 1 }, ...more });
    forger.say({ type: 'presenter_view', viewport: FORGED.repeat(4000) });
    await eventually(() => expect(errorsOf(forger)).toHaveLength(6));
    forger.say({ type: 'presenter_view', cursor: { x: 2 }, viewport: { zoom: 1 }, selected_cells: ['a'] });
    await eventually(() => expect(messagesOf(host, 'presenter_view')).toHaveLength(1));
    expect(messagesOf(host, 'presenter_view')[0]).toEqual({
      type: 'presenter_view',
      timestamp: expect.any(String),
      session_id: updateOf(host)!.session_id,
      user_id: guest.email,
      cursor: { x: 2 },
      viewport: { zoom: 1 },
      selected_cells: ['a'],
    });
    await nothingSeen(at);
  });

  it.each([
    ['a broadcast to everybody', 6, (text: string) => text],
    ['a frame that only servers exchange', 4, (text: string) => text],
    ['a type that nobody knows', 42, (text: string) => text],
  ])('CS13 %s ends its socket with 4400', async (_, type, text) => {
    const at = await scene();
    at.forger.send(at.forger.address, type, (encoder) => writeVarString(encoder, text(FORGED)));
    expect((await at.forger.closed).code).toBe(4400);
    await nothingSeen(at);
  });

  it('CS13 a frame to another document than the path’s gets nothing through', async () => {
    const at = await scene();
    const other = await makeSession(app);
    const bystander = join(app, other.place, other.host);
    await saved(bystander);
    at.forger.sync(
      other.place.name,
      2,
      updateBy(3, (cells) => cells.set(FORGED, 1)),
    );
    at.forger.send(other.place.name, 1, (encoder) => writeVarUint8Array(encoder, new Uint8Array([0])));
    at.forger.auth(other.place.name, at.guest.token);
    expect((await at.forger.closed).code).toBe(4404);
    expect(bystander.cells.size).toBe(0);
    expect(usersOf(bystander)).toEqual([other.host.email]);
    await nothingSeen(at);
  });
});
