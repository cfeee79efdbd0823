import * as decoding from 'lib0/decoding';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Awareness, applyAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { sessionOnWire } from '../../../src/collaboration/wire.ts';
import type { Bus } from '../../../src/cluster/bus.ts';
import { memoryBus } from '../../../src/cluster/memory-bus.ts';
import type { Database } from '../../../src/database/database.ts';
import type { Person } from '../../../src/identity/person.ts';
import { writeAwareness } from '../../../src/sync/presence/awareness-frame.ts';
import { countedBus } from '../../support/counted-bus.ts';
import { freshDatabase } from '../../support/database.ts';
import { eventually } from '../../support/patience.ts';
import {
  createStage,
  type FakeConnection,
  type Message,
  type Stage,
  type StageNode,
} from '../../support/session-stage.ts';

describe('what a session means to the connections of two nodes', () => {
  let database: Database;
  let stage: Stage;
  let [one, two]: StageNode[] = [];
  let ada: Person;
  let bob: Person;
  let cem: Person;
  let diagram: string;
  let threatModel: string;
  let session: string;

  beforeAll(async () => {
    database = await freshDatabase();
    stage = createStage(database);
    [ada, bob, cem] = [await stage.person('ada'), await stage.person('bob'), await stage.person('cem')];
  });
  beforeEach(async () => {
    [one, two] = [await stage.node(), await stage.node()];
    ({ id: diagram, threatModel } = await stage.diagram(ada, bob, cem));
    session = (await at(one).sessions.open(diagram, ada)).view.session;
  });
  afterEach(() => stage.stop());
  afterAll(() => database.close());

  const join = (person: Person, node: StageNode | undefined = one, permissions: 'reader' | 'writer' = 'writer') =>
    at(node).connect(person, diagram, permissions);
  const update = (connection: FakeConnection) => connection.of('participants_update').at(-1);
  const users = (message: Message | undefined) =>
    (message?.participants as { user_id: string }[] | undefined)?.map(({ user_id }) => user_id);
  /** Waits until a connection was told of a revision. */
  const told = (connection: FakeConnection, revision: number) =>
    eventually(() => expect(update(connection)?.revision).toBe(revision));
  /** Waits until whatever was said before has reached everybody: another person comes, and all hear of it. */
  const settled = async (...connections: FakeConnection[]) => {
    const marker = await stage.person('marker');
    await stage.grant(threatModel, marker, 'reader');
    const made = await join(marker);
    await eventually(() =>
      expect(connections.every((connection) => users(update(connection))?.includes(marker.email))).toBe(true),
    );
    connections.forEach(({ heard }) =>
      heard.splice(heard.findIndex((message) => message.type === 'join' && message.user_id === marker.email)),
    );
    return made;
  };
  const types = (connection: FakeConnection) => connection.heard.map(({ type }) => type);

  it('CS3 a newcomer is told their join and the list, and so are the others on every node', async () => {
    const host = await join(ada);
    const far = await join(bob, two);
    await told(host, 2);
    for (const connection of [host, far]) {
      const heard = connection.heard.slice(-2);
      expect(heard).toMatchObject([
        { type: 'join', session_id: session, revision: 2, user_id: bob.email },
        { type: 'participants_update', session_id: session, revision: 2, host: ada.email, presenter: ada.email },
      ]);
      expect(users(heard[1])).toEqual([ada.email, bob.email]);
    }
    expect(far.heard).toHaveLength(2);
    expect(Date.parse(host.heard[0]?.timestamp as string)).not.toBeNaN();
  });

  it('CS3 a connection gets nothing before its greeting, and nothing twice after it', async () => {
    const host = await join(ada);
    const slow = at(one).connection(bob, diagram);
    await at(one).sessions.join(slow);
    await join(cem);
    await told(host, 3);
    expect(slow.heard).toEqual([]);
    await at(one).live.connected(slow);
    expect(slow.heard).toMatchObject([
      { type: 'join', user_id: bob.email, revision: 3 },
      { type: 'participants_update', revision: 3 },
    ]);
    await settled(slow);
    expect(types(slow)).toEqual(['join', 'participants_update']);
  });

  it('CS7 a host who returns is greeted, also where the session was read while they were gone', async () => {
    const [host, guest] = [await join(ada), await join(bob)];
    await host.leave();
    const newcomer = await join(cem);
    await told(guest, 3);
    const returned = await at(one).connect(ada, diagram);
    expect(returned.closed).toBeNull();
    expect(types(returned)).toEqual(['join', 'participants_update']);
    expect(users(returned.heard[1])).toEqual([ada.email, bob.email, cem.email]);
    expect([guest.closed, newcomer.closed]).toEqual([null, null]);
  });

  it('CS4 another tab is greeted, and nobody else hears of it; the person leaves with the last', async () => {
    const host = await join(ada);
    const [tab, other] = [await join(bob), await join(bob, two)];
    expect(other.heard).toMatchObject([
      { type: 'join', user_id: bob.email, revision: 2 },
      { type: 'participants_update', revision: 2 },
    ]);
    await tab.leave();
    await settled(host);
    expect(types(host)).toEqual(['join', 'participants_update', 'join', 'participants_update']);
    await other.leave();
    await eventually(() => expect(host.of('leave')).toMatchObject([{ user_id: bob.email }]));
  });

  it('CS5 leaving is told to the others, then the list without them', async () => {
    const host = await join(ada, two);
    const guest = await join(bob);
    await told(host, 2);
    await guest.leave();
    await told(host, 3);
    expect(host.heard.slice(-2)).toMatchObject([
      { type: 'leave', session_id: session, revision: 3, user_id: bob.email },
      { type: 'participants_update', revision: 3 },
    ]);
    expect(users(update(host))).toEqual([ada.email]);
  });

  it('CS5 the people of a node that died leave', async () => {
    const host = await join(ada);
    await join(bob, two);
    await told(host, 2);
    await at(two).die();
    at(one).leases.swept.push('two');
    await at(one).sessions.beat();
    await told(host, 3);
    expect(users(update(host))).toEqual([ada.email]);
  });

  it('NO1 a connection that was stepped out while its node slept is to connect again', async () => {
    await join(ada);
    const asleep = await join(bob, two);
    await at(two).die();
    at(one).leases.swept.push('two');
    await at(one).sessions.beat();
    await eventually(() => expect(asleep.closed?.code).toBe(1012));
    expect(asleep.of('leave')).toMatchObject([{ user_id: bob.email }]);
  });

  it('CS6 when the presenter leaves the host presents', async () => {
    const host = await join(ada);
    const guest = await join(bob, two);
    await host.say({ type: 'change_presenter', user_id: bob.email });
    await told(guest, 3);
    expect(update(guest)?.presenter).toBe(bob.email);
    await guest.leave();
    await told(host, 4);
    expect(update(host)?.presenter).toBe(ada.email);
  });

  it('CS7 the session ends when the host does not return: the leave, the end, and every connection closes', async () => {
    const host = await join(ada);
    const [near, far] = [await join(bob), await join(cem, two)];
    await told(near, 3);
    await host.leave();
    expect(users(await restSession())).toEqual([ada.email, bob.email, cem.email]);
    await stage.overdue(session);
    await at(two).sessions.beat();
    for (const connection of [near, far]) {
      await eventually(() => expect(connection.closed).toEqual({ code: 4410, reason: 'session ended' }));
      expect(connection.heard.slice(-2)).toMatchObject([
        { type: 'leave', user_id: ada.email, revision: 4 },
        { type: 'session_ended', session_id: session, reason: 'host_left' },
      ]);
    }
    expect(await at(one).sessions.find(diagram)).toBeNull();
  });

  it('CS7 a host who returns within the grace was never away to the others', async () => {
    const host = await join(ada);
    const guest = await join(bob, two);
    await host.leave();
    const back = await join(ada, two);
    expect(back.heard).toMatchObject([
      { type: 'join', user_id: ada.email, revision: 2 },
      { type: 'participants_update', revision: 2, presenter: ada.email },
    ]);
    await settled(guest);
    expect(types(guest)).toEqual(['join', 'participants_update']);
  });

  it('CS7 somebody who was still joining when the session ended is closed like the others', async () => {
    const slow = at(one).connection(bob, diagram);
    await at(one).sessions.join(slow);
    await at(two).sessions.end(diagram, ada);
    await at(one).live.connected(slow);
    expect(slow.closed?.code).toBe(4410);
    expect(slow.heard).toEqual([]);
  });

  it('CS8 a request to present reaches the host only, in all tabs; a denial the one denied only', async () => {
    const [host, tab] = [await join(ada), await join(ada, two)];
    const [guest, other] = [await join(bob, two), await join(cem)];
    await guest.say({ type: 'presenter_request' });
    for (const connection of [host, tab])
      await eventually(() => expect(connection.of('presenter_request_event')).toMatchObject([{ user_id: bob.email }]));
    await host.say({ type: 'presenter_denied', user_id: bob.email });
    await eventually(() => expect(guest.of('presenter_denied_event')).toHaveLength(1));
    await settled(host, tab, guest, other);
    expect(other.of('presenter_request_event', 'presenter_denied_event')).toEqual([]);
    expect(guest.of('presenter_request_event')).toEqual([]);
    expect([host, tab].flatMap((connection) => connection.of('presenter_denied_event'))).toEqual([]);
  });

  it('CS8 what a guest may not do is answered with an error, and changes nothing', async () => {
    const [host, guest] = [await join(ada), await join(bob)];
    const attempts = [
      { type: 'change_presenter', user_id: bob.email },
      { type: 'change_host', user_id: bob.email },
      { type: 'presenter_denied', user_id: ada.email },
      { type: 'remove_participant', user_id: ada.email },
      { type: 'end_session' },
      { type: 'presenter_view', cursor: { x: 1 } },
    ];
    for (const attempt of attempts) await guest.say(attempt);
    expect(guest.of('error')).toMatchObject(attempts.map(({ type }) => ({ code: 'forbidden', request_type: type })));
    expect(host.of('error', 'presenter_view', 'presenter_denied_event')).toEqual([]);
    expect(await restSession()).toMatchObject({ revision: 2, host: ada.email, presenter: ada.email });
  });

  it('CS8 the target must be here', async () => {
    const host = await join(ada);
    await host.say({ type: 'change_host', user_id: bob.email });
    expect(host.of('error')).toMatchObject([{ code: 'member_not_found', request_type: 'change_host' }]);
  });

  it('CS9 somebody removed is told and disconnected in all tabs, on every node', async () => {
    const host = await join(ada);
    const tabs = [await join(bob), await join(bob, two)];
    await host.say({ type: 'remove_participant', user_id: bob.email });
    for (const tab of tabs) {
      await eventually(() => expect(tab.closed).toEqual({ code: 4403, reason: 'removed_from_session' }));
      expect(tab.heard.at(-1)).toMatchObject({ type: 'removed_from_session', session_id: session });
    }
    await told(host, 3);
    expect(host.heard.slice(-2)).toMatchObject([
      { type: 'leave', user_id: bob.email },
      { type: 'participants_update' },
    ]);
    expect(host.of('removed_from_session')).toEqual([]);
  });

  it('CS9 somebody who is removed before their greeting is not greeted', async () => {
    const host = await join(ada);
    const slow = at(two).connection(bob, diagram);
    await at(two).sessions.join(slow);
    await host.say({ type: 'remove_participant', user_id: bob.email });
    await at(two).live.connected(slow);
    expect(slow.closed?.code).toBe(4403);
    expect(slow.heard).toEqual([]);
  });

  it('CS10 REST, the update and awareness tell the same list at the same revision', async () => {
    const awareness = await attached(one);
    const host = await join(ada);
    await join(bob, two, 'reader');
    await host.say({ type: 'change_presenter', user_id: bob.email });
    await told(host, 3);
    const rest = await restSession();
    const { type: _, timestamp: __, ...roster } = update(host) as Message;
    expect(rest).toMatchObject(roster);
    expect(awareness.getLocalState()).toEqual({ kind: 'session', ...roster });
    expect(rest.participants).toEqual([
      expect.objectContaining({
        user_id: ada.email,
        is_host: true,
        is_presenter: false,
        permissions: 'writer',
        name: 'ada',
        color: expect.stringMatching(/^#[\da-f]{6}$/) as string,
      }),
      expect.objectContaining({ user_id: bob.email, is_host: false, is_presenter: true, permissions: 'reader' }),
    ]);
  });

  it('CS10 the awareness entry is there when the document is loaded late, and goes with the session', async () => {
    await join(ada);
    const awareness = await attached(one);
    expect(awareness.getLocalState()).toMatchObject({ kind: 'session', session_id: session, revision: 1 });
    await at(one).sessions.end(diagram, ada);
    await eventually(() => expect(awareness.getLocalState()).toBeNull());
  });

  it('CS10 a session is shown in the document of its own diagram only', async () => {
    await join(ada);
    const { id: another } = await stage.diagram(ada);
    const awareness = await attached(one, another);
    expect(awareness.getLocalState()).toBeNull();
  });

  it('CS10 when somebody comes, also in another tab, all nodes are asked to show anew what they show', async () => {
    const RENEW = 2;
    const said: number[] = [];
    const heard = memoryBus(() => {});
    const publish: Bus['publish'] = (channel, payload) => {
      const decoder = decoding.createDecoder(payload);
      if (channel === `awareness:${diagram}` && decoding.readVarString(decoder))
        said.push(decoding.readVarUint(decoder));
      heard.publish(channel, payload);
    };
    const node = await stage.node({ bus: { ...heard, publish } });
    await attached(node);
    await node.connect(ada, diagram);
    await node.connect(ada, diagram);
    expect(said.filter((kind) => kind === RENEW)).toHaveLength(2);
  });

  it('CS10 the end of a session that is heard of late does not take the list of the next one away', async () => {
    const deaf: Bus = { ...memoryBus(() => {}), publish: () => {}, subscribe: () => new Promise(() => {}) };
    const node = await stage.node({ bus: deaf });
    const awareness = await attached(node);
    const before = await node.connect(ada, diagram);
    await at(one).sessions.end(diagram, ada);
    const next = (await at(one).sessions.open(diagram, ada)).view.session;
    await node.connect(bob, diagram);
    expect(awareness.getLocalState()).toMatchObject({ session_id: next });
    await node.sessions.beat();
    await eventually(() => expect(before.closed).not.toBeNull());
    expect(awareness.getLocalState()).toMatchObject({ session_id: next });
  });

  it('CS10 in a storm every revision that is told grows, and the last list is complete', async () => {
    const host = await join(ada);
    const people = await Promise.all(Array.from({ length: 30 }, (_, number) => stage.person(`guest${number}`)));
    const guests = await Promise.all(people.map((person, number) => join(person, number % 2 ? one : two)));
    await told(host, 31);
    for (const { heard, of } of [host, ...guests]) {
      const revisions = heard.map(({ revision }) => revision as number);
      expect(revisions).toEqual(revisions.toSorted((less, more) => less - more));
      const updates = of('participants_update').map(({ revision }) => revision);
      expect(new Set(updates).size).toBe(updates.length);
    }
    expect(host.of('join')).toHaveLength(31);
    expect(host.of('participants_update').length).toBeLessThan(31);
    expect(users(update(host))).toHaveLength(31);
  });

  it('CS5 what somebody showed on a node that died goes when they are stepped out', async () => {
    const awareness = await attached(one);
    const host = await join(ada);
    await join(bob, two);
    await told(host, 2);
    const state = { cursor: 1, participant: { user_id: bob.email }, user: { name: 'bob' } };
    applyAwarenessUpdate(awareness, writeAwareness({ id: 5, clock: 1, json: JSON.stringify(state) }), 'another node');
    await at(two).die();
    at(one).leases.swept.push('two');
    await at(one).sessions.beat();
    await told(host, 3);
    expect(awareness.getStates().has(5)).toBe(false); // at once, and not only when it times out
    expect(awareness.getLocalState()).toMatchObject({ revision: 3 });
  });

  it('CS11 a session without connections ends as idle', async () => {
    const guest = await join(bob);
    await guest.leave();
    await stage.overdue(session);
    await at(two).sessions.beat();
    expect(await at(one).sessions.find(diagram)).toBeNull();
  });

  it('CS12 a change of host is told to all, and leaves the presenter as it is', async () => {
    const [host, guest] = [await join(ada), await join(bob, two)];
    await host.say({ type: 'change_host', user_id: bob.email });
    await told(guest, 3);
    expect(update(guest)).toMatchObject({ host: bob.email, presenter: ada.email });
    await host.say({ type: 'change_host', user_id: ada.email });
    expect(host.of('error')).toMatchObject([{ code: 'forbidden' }]);
  });

  it('CS12 changed permissions are told to the one concerned, and the list to all', async () => {
    const [host, guest] = [await join(ada), await join(bob, two)];
    await stage.grant(threatModel, bob, 'reader');
    await at(one).sessions.redecide(diagram);
    await told(host, 3);
    await told(guest, 3);
    expect(guest.of('permission_changed')).toMatchObject([{ permissions: 'reader' }]);
    expect(host.of('permission_changed')).toEqual([]);
    expect(update(host)?.participants).toMatchObject([
      { permissions: 'writer' },
      { user_id: bob.email, permissions: 'reader' },
    ]);
  });

  it('CS12 somebody who loses all access leaves, and their connections close', async () => {
    const [host, guest] = [await join(ada), await join(bob, two)];
    await stage.grant(threatModel, bob, null);
    await at(one).sessions.redecide(diagram);
    await eventually(() => expect(guest.closed).toEqual({ code: 4403, reason: 'forbidden' }));
    await told(host, 3);
    expect(host.of('leave')).toMatchObject([{ user_id: bob.email }]);
  });

  it('CS12 a host who loses all access ends the session at once', async () => {
    const guest = await join(bob, two);
    await stage.grant(threatModel, ada, null);
    await at(one).sessions.redecide(diagram);
    await eventually(() => expect(guest.closed?.code).toBe(4410));
    expect(guest.heard.at(-1)).toMatchObject({ type: 'session_ended', reason: 'host_left' });
  });

  it('CS13 nonsense is answered with an error, ends nothing and changes nothing', async () => {
    const [host, guest] = [await join(ada), await join(bob)];
    const nonsense = [
      '',
      '{',
      'null',
      '1',
      '[]',
      '{}',
      '"end_session"',
      '{"type":1}',
      '{"type":"nothing"}',
      '{"type":"__proto__"}',
      '{"type":"joined","user":"x"}',
      '{"type":"end_session","now":true}',
      '{"type":"change_host"}',
      '{"type":"change_host","user_id":{}}',
      `{"type":"change_host","user_id":"${'x'.repeat(400)}"}`,
      '{"type":"presenter_view","selected_cells":[1]}',
      '{"type":"presenter_view","session_id":"x"}',
      '{"type":"change_presenter","user_id":null}',
      `{"type":"presenter_view","cursor":${'['.repeat(5000)}${']'.repeat(5000)}}`,
      `{"type":"${'x'.repeat(5000)}"}`,
    ];
    for (const payload of nonsense) await host.say(payload);
    expect(host.of('error').map(({ code }) => code)).toEqual(nonsense.map(() => 'invalid'));
    for (const cursor of ['x'.repeat(20_000), 'ż'.repeat(10_000)]) {
      await host.say({ type: 'presenter_view', cursor });
      expect(host.of('error').at(-1)).toMatchObject({
        code: 'payload_too_large',
        message: 'This message is too large.',
      });
    }
    expect([host.closed, guest.closed]).toEqual([null, null]);
    expect(types(guest)).toEqual(['join', 'participants_update']);
    expect((await restSession()).revision).toBe(2);
    expect(at(one).errors).toEqual([]);
  });

  it('CS13 messages wait their turn, and not without bound', async () => {
    const host = await join(ada);
    await Promise.all(Array.from({ length: 40 }, () => host.say({ type: 'presenter_request' })));
    expect(host.of('error').filter(({ code }) => code === 'rate_limited')).toHaveLength(8);
    expect(host.of('error').filter(({ code }) => code === 'conflict')).toHaveLength(32);
    await host.say({ type: 'presenter_request' }); // those are answered, so there is room again
    expect(host.of('error').at(-1)).toMatchObject({ code: 'conflict' });
  });

  it('CS13 a database that is away is an error to the client and to the log, not an end', async () => {
    const away: Database = { ...database, asSystem: () => Promise.reject(new Error('away')) };
    const node = await stage.node({ through: away });
    const host = await join(ada);
    const guest = await at(one).connect(bob, diagram);
    vi.spyOn(node.sessions, 'joined').mockReturnValue({ session, revision: 0 });
    await node.live.stateless(guest, '{"type":"presenter_request"}');
    expect(guest.of('error')).toMatchObject([{ code: 'unavailable' }]);
    expect(node.errors).toHaveLength(1);
    expect(host.closed).toBeNull();
  });

  it('the presenter shows the others where they look, on every node; nobody else may', async () => {
    const [host, tab] = [await join(ada), await join(ada, two)];
    const [near, far] = [await join(bob), await join(cem, two)];
    await told(host, 3);
    const view = { viewport: { x: 1, y: 2, zoom: 0.5 }, cursor: null, selected_cells: ['a'] };
    await host.say({ type: 'presenter_view', ...view });
    for (const connection of [near, far]) {
      await eventually(() =>
        expect(connection.of('presenter_view')).toMatchObject([{ ...view, session_id: session, user_id: ada.email }]),
      );
    }
    expect([...host.of('presenter_view', 'error'), ...tab.of('presenter_view')]).toEqual([]);
    await near.say({ type: 'presenter_view', ...view });
    expect(near.of('error')).toMatchObject([{ code: 'forbidden', request_type: 'presenter_view' }]);
  });

  it('NO2 a lost hint costs a beat, and nothing is missed', async () => {
    // It is never subscribed either: once it were, the node would read again, by itself.
    const deaf: Bus = { ...memoryBus(() => {}), publish: () => {}, subscribe: () => new Promise(() => {}) };
    const node = await stage.node({ bus: deaf });
    const far = await at(node).connect(cem, diagram);
    await told(far, 1);
    const guest = await join(bob);
    await join(ada);
    await guest.leave();
    expect(far.heard).toHaveLength(2);
    await at(node).sessions.beat();
    await told(far, 4);
    expect(far.heard.slice(2)).toMatchObject([
      { type: 'join', user_id: bob.email, revision: 2 },
      { type: 'join', user_id: ada.email, revision: 3 },
      { type: 'leave', user_id: bob.email, revision: 4 },
      { type: 'participants_update', revision: 4 },
    ]);
    await at(node).sessions.beat();
    expect(far.heard).toHaveLength(6);
  });

  it('NO2 nonsense on the channel, hints that come twice and hints about others change nothing', async () => {
    const thrown: unknown[] = [];
    const bus = memoryBus((error) => thrown.push(error));
    const node = await stage.node({ bus });
    const host = await node.connect(ada, diagram);
    const channel = `session:${diagram}`;
    const payloads = [
      '',
      'x',
      'null',
      '{}',
      '{"session":1}',
      '{"session":"other"}',
      JSON.stringify({ session, shown: 1 }),
      JSON.stringify({ session, shown: { presenter: 'x', view: {} } }),
    ];
    for (const payload of payloads) bus.publish(channel, Buffer.from(payload));
    bus.publish(channel, Uint8Array.of(255, 0, 1));
    for (let again = 0; again < 5; again += 1) node.notices.publish({ session, diagram });
    await at(node).connect(bob, diagram);
    await told(host, 2);
    expect(types(host)).toEqual(['join', 'participants_update', 'join', 'participants_update']);
    expect([...node.errors, ...thrown]).toEqual([]);
  });

  it('a greeting that finds the database away closes the connection, to be tried again', async () => {
    const node = await stage.node();
    const guest = node.connection(bob, diagram);
    await node.sessions.join(guest);
    vi.spyOn(node.store, 'since').mockRejectedValue(new Error('away'));
    await node.live.connected(guest);
    expect(guest.closed?.code).toBe(1013);
    expect(node.errors.length).toBeGreaterThan(0);
  });

  it('a session that goes with its diagram closes its connections', async () => {
    const guest = await join(bob, two);
    await database.log.query('delete from diagram where id = $1', [diagram]);
    await at(two).sessions.beat();
    expect(guest.closed?.code).toBe(4404);
  });

  it('a connection that goes before its greeting is not greeted, and nothing stays behind', async () => {
    const guest = at(one).connection(bob, diagram);
    await at(one).sessions.join(guest);
    const greeting = at(one).live.connected(guest);
    await guest.leave();
    await greeting;
    expect(guest.heard).toEqual([]);
    expect(await at(one).sessions.find(diagram)).toMatchObject({ participants: [] });
  });

  it('nothing is heard any more of a session and a document once nobody here has them', async () => {
    const bus = countedBus(() => {});
    const node = await stage.node({ bus });
    await attached(node);
    const host = await node.connect(ada, diagram);
    expect(bus.subscribed()).toBe(2);
    await host.leave();
    expect(bus.subscribed()).toBe(1);
    node.live.detach(diagram);
    expect(bus.subscribed()).toBe(0);
  });

  it('CS3 whoever comes back where nobody was left is greeted with the session as it is now', async () => {
    await join(ada, two);
    const guest = await join(bob);
    await guest.leave();
    const back = await join(bob);
    expect(types(back)).toEqual(['join', 'participants_update']);
    expect(update(back)).toMatchObject({ revision: 4 });
  });

  async function restSession() {
    const place = {
      threatModel: { id: threatModel, name: 'Model' },
      diagram: { id: diagram, name: 'Diagram' },
      websocketUrl: 'ws://localhost/',
    };
    return sessionOnWire(place, await at(one).sessions.find(diagram)) as unknown as Message & {
      participants: unknown[];
    };
  }

  async function attached(node: StageNode | undefined, to = diagram): Promise<Awareness> {
    const awareness = new Awareness(new Y.Doc());
    awareness.setLocalState(null);
    at(node).live.attach(to, awareness);
    return awareness;
  }
});

function at(node: StageNode | undefined): StageNode {
  if (!node) throw new Error('no such node');
  return node;
}
