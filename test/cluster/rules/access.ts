/** AC1, AC5, AC6 and CS13 with people spread over nodes: who is let in, and what nobody can forge. */
import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { signToken } from '../../../src/identity/tokens.ts';
import { forge } from '../../rules/stage.ts';
import { TEST_SECRET } from '../../support/app.ts';
import { eventually, saved } from '../../support/patience.ts';
import { newcomer, type TestPerson } from '../../support/people.ts';
import { disconnect } from '../../support/provider.ts';
import { agreed, emails, of, setTable, told } from '../../support/table.ts';
import type { Spread } from './spread.ts';

const SECOND = 1000;

export function describeAccessRules(spread: Spread): void {
  const { count, node } = spread;

  it('AC1 REST, GraphQL and the socket let the same people in, on every node', async () => {
    const { table, people } = await setTable(spread.cluster.nodes, 'writer', 'reader');
    const [host, writer, reader] = people as [TestPerson, TestPerson, TestPerson];
    const [member, stranger] = [await newcomer(node(1)), await newcomer(node(1))];
    const group = (await host.call('POST', '/api/v1/groups', { body: { name: 'Group' } })).body.id as string;
    await host.call('POST', `/api/v1/groups/${group}/members`, { body: { user_id: member.ulid } });
    const entries = [
      ['user', host.email, 'owner'],
      ['user', writer.email, 'writer'],
      ['user', reader.email, 'reader'],
      ['group', group, 'writer'],
    ].map(([subject_type, subject, role]) => ({ subject_type, subject, role }));
    await host.call('PUT', `/threat_models/${table.model}/authorization`, { body: entries });
    await table.open();
    const content = `${table.path}/content`;
    for (const at of spread.cluster.nodes) {
      for (const [person, read, write] of [
        [host, 200, 200],
        [writer, 200, 200],
        [member, 200, 200],
        [reader, 200, 403],
        [stranger, 403, 403],
      ] as const) {
        expect(await table.call(person, at, 'GET', content)).toMatchObject({ status: read });
        expect(await table.call(person, at, 'PUT', content, { cells: [] })).toMatchObject({ status: write });
        const client = table.join(person, at);
        client.cells.set(`by ${person.email}`, 1);
        if (write === 200) await saved(client);
        else if (read === 200)
          await eventually(() => expect(of(client, 'error')).toMatchObject([{ code: 'forbidden' }]));
        else await eventually(() => expect(client.closes[0]).toMatchObject({ code: 4403 }));
        disconnect(client);
      }
      for (const [person, status] of [
        [host, 200],
        [member, 200],
        [stranger, 403],
      ] as const) {
        expect(await table.call(person, at, 'GET', `/api/v1/groups/${group}`)).toMatchObject({ status });
        const query = `{ group(id: "${group}") { id } }`;
        const { data, errors } = (await table.call(person, at, 'POST', '/graphql', { query })).body;
        if (status === 200) expect(data.group).toEqual({ id: group });
        else expect(errors).toMatchObject([{ extensions: { code: 'forbidden' } }]);
      }
    }
  });

  it('AC5 a connection whose token expires closes with 4401 within five seconds, unless it has a new one', async () => {
    const { table, people } = await setTable(spread.cluster.nodes, 'writer');
    await table.open();
    const lifetime = 3;
    const short = people.map(({ email }) => signToken(TEST_SECRET, { email }, lifetime));
    let asked = 0;
    const fresh = () => ((asked += 1) === 1 ? short[0]! : people[0]!.token);
    const staying = table.join(people[0]!, node(0), { token: fresh });
    const going = table.join(people[1]!, node(1), { token: short[1]! });
    const began = performance.now();
    await eventually(() => expect(emails(told(going)).toSorted()).toEqual(people.map(({ email }) => email).toSorted()));
    await eventually(() => expect(going.closes[0]).toMatchObject({ code: 4401 }), lifetime * SECOND + 5 * SECOND);
    expect(performance.now() - began).toBeGreaterThan((lifetime - 2) * SECOND);
    expect(staying.closes).toEqual([]);
  });

  it('AC6 what somebody shows is seen on the other nodes, and nobody can speak for them', async () => {
    const {
      table,
      host,
      clients: [first, second],
    } = await spread.gathered('reader');
    first.provider.setAwarenessField('user', { name: 'The Queen', color: '#000000' });
    first.provider.setAwarenessField('crown', true);
    first.provider.setAwarenessField('cursor', { x: 1 });
    const seen = () => second.provider.awareness!.getStates().get(first.document.clientID);
    await eventually(() => expect(seen()).toMatchObject({ cursor: { x: 1 }, participant: { user_id: host.email } }));
    expect(Object.keys(seen()!).toSorted()).toEqual(['cursor', 'participant', 'user']);
    expect(seen()!.user.name).not.toBe('The Queen');
    // The guest's own awareness says that it were the host's, with a later clock.
    const forged = second.provider.awareness!;
    const id = first.document.clientID;
    forged.meta.set(id, { clock: 1000, lastUpdated: Date.now() });
    forged.states.set(id, { cursor: { x: 666 }, participant: { user_id: host.email } });
    forged.emit('update', [{ added: [], updated: [id], removed: [] }, 'local']);
    second.provider.setAwarenessField('cursor', { x: 2 });
    await eventually(() =>
      expect(first.provider.awareness!.getStates().get(second.document.clientID)).toMatchObject({
        cursor: { x: 2 },
      }),
    );
    expect(first.provider.awareness!.getLocalState()).toMatchObject({ cursor: { x: 1 } });
    const another = table.join(host, node(1));
    await eventually(() => expect(another.provider.awareness!.getStates().get(id)).toMatchObject({ cursor: { x: 1 } }));
  });

  it('CS13 whatever a client sends on one node, no other client and no node is harmed, and the session stays as it is', async () => {
    const { table, guest, people, clients } = await spread.gathered('writer');
    const before = await table.rest(node(0));
    const heard = clients[0].messages.length;
    const forger = await forge(node(count - 1), table, guest);
    const forged = [
      null,
      [],
      {},
      { type: 'session_ended', session_id: before.session_id, reason: 'host_left' },
      { type: 'participants_update', ...before, host: guest.email },
      { type: 'change_host', user_id: guest.email },
      { type: 'change_presenter', user_id: { email: guest.email } },
      { type: 'presenter_view', viewport: { x: 1 } },
    ];
    for (const message of forged) forger.say(message);
    await eventually(() => expect(forger.heard().filter(({ type }) => type === 'error')).toHaveLength(forged.length));
    forger.update(randomBytes(64));
    expect(await forger.closed).toMatchObject({ code: 4400 });
    expect(await agreed(table, spread.cluster.nodes, clients, people)).toEqual(before);
    expect(clients[0].messages.slice(heard)).toEqual([]);
    expect(clients.flatMap(({ closes }) => closes)).toEqual([]);
    for (const { running } of spread.cluster.nodes) expect(running).toBe(true);
  });
}
