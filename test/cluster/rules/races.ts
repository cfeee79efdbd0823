/**
 * CS8, CS9 and CS10 when things happen at the same moment on several nodes. Each node's way to the database is slow, so
 * that between what a node reads and what it writes there is time for another to do the same.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/patience.ts';
import { disconnect, type Client } from '../../support/provider.ts';
import { agreed, emails, rosterOf, setTable, told, type Roster } from '../../support/table.ts';
import { contradictions, type Gift, type Sight } from '../nemesis/register.ts';
import { say, type Spread } from './spread.ts';

/** Added to each way of each statement, ms. */
const LATENCY = 15;
const ROUNDS = 6;

export function describeRaces(spread: Spread): void {
  const { count, node } = spread;

  /** What clients are told from now on, each revision as often as it is told. */
  function watched(clients: readonly Client[]): Sight[] {
    const sights: Sight[] = [];
    for (const client of clients) {
      client.provider.on('stateless', ({ payload }: { payload: string }) => {
        const message = JSON.parse(payload) as { type: string };
        const { revision, host, presenter } = rosterOf(message);
        if (message.type === 'participants_update')
          sights.push({ from: -Infinity, to: performance.now(), revision, host, presenter });
      });
    }
    return sights;
  }

  /** Twice as many people as there are nodes, the first of them the host, with a tab on each node. */
  async function crowd() {
    const others = Array.from({ length: 2 * count - 1 }, () => 'reader' as const);
    const { table, people } = await setTable(spread.cluster.nodes, ...others);
    await table.open();
    const tabs = spread.cluster.nodes.map((at) => table.join(table.host, at));
    for (const tab of tabs) await eventually(() => expect(emails(told(tab))).toEqual([table.host.email]));
    return { table, people, tabs };
  }

  /** Everybody but the host comes, one after the other. */
  async function gathered() {
    const { table, people, tabs } = await crowd();
    const clients = [...tabs];
    for (const [index, person] of people.slice(1).entries()) {
      const client = table.join(person, node(index));
      await eventually(() => expect(emails(told(client))).toContain(person.email));
      clients.push(client);
    }
    const before = await agreed(table, spread.cluster.nodes, clients, people);
    return { table, people, tabs, clients, before };
  }

  describe('at the same moment', () => {
    const slowDown = () => spread.cluster.nodes.forEach(({ database }) => database.delay(LATENCY));
    afterEach(() => Promise.all(spread.cluster.nodes.map(({ database }) => database.mend())));

    it('CS8 CS10 what the host gives away on every node is given one after the other: no change is lost, and each has a revision', async () => {
      const { table, people, tabs, clients, before } = await gathered();
      slowDown();
      const [sights, gifts]: [Sight[], Gift[]] = [watched(clients), []];
      for (let round = 0; round < ROUNDS; round += 1) {
        // To others than in the round before, so that each of them is a change, whatever their order.
        const chosen = people.slice(round % 2 === 0 ? count : 0).slice(0, count);
        for (const [index, tab] of tabs.entries()) {
          const to = chosen[index]!.email;
          gifts.push({ from: performance.now(), by: table.host.email, role: 'presenter', to });
          say(tab, { type: 'change_presenter', user_id: to });
        }
        const revision = before.revision + (round + 1) * count;
        for (const client of clients) await eventually(() => expect(told(client)!.revision).toBe(revision));
      }
      await agreed(table, spread.cluster.nodes, clients, people);
      expect(contradictions(sights, gifts)).toEqual([]);
    });

    it('CS3 CS5 CS10 whoever comes and goes on every node is told of one after the other, each at a revision of their own', async () => {
      const { table, people, tabs } = await crowd();
      const before = await agreed(table, spread.cluster.nodes, tabs, [table.host]);
      const sights = watched(tabs);
      slowDown();
      const guests = people.slice(1).map((person, index) => table.join(person, node(index)));
      const all = new Set(people.map(({ email }) => email));
      const everybodyIsHere = async (): Promise<Roster> => {
        const roster = await table.rest(node(0));
        expect(new Set(emails(roster))).toEqual(all);
        return roster;
      };
      const roster = await eventually(everybodyIsHere);
      expect(roster.revision).toBe(before.revision + guests.length);
      const inOrder = emails(roster).map((email) => people.find((person) => person.email === email)!);
      await agreed(table, spread.cluster.nodes, [...tabs, ...guests], inOrder);
      guests.forEach(disconnect);
      const after = await agreed(table, spread.cluster.nodes, tabs, [table.host]);
      expect(after.revision).toBe(roster.revision + guests.length);
      for (const tab of tabs) {
        const moves = tab.messages.filter(({ type }) => type === 'join' || type === 'leave').slice(1);
        const revisions = moves.map(({ revision }) => revision as number);
        expect(revisions).toEqual(Array.from({ length: 2 * guests.length }, (_, index) => before.revision + 1 + index));
      }
      expect(contradictions(sights, [])).toEqual([]);
    });

    it('CS9 whoever comes on all nodes while they are removed is out of all of them', async () => {
      const { table, people, tabs, clients } = await gathered();
      const guest = people[1]!;
      slowDown();
      const coming = spread.cluster.nodes.map((at) => table.join(guest, at));
      say(tabs[0]!, { type: 'remove_participant', user_id: guest.email });
      const theirs = [clients[count]!, ...coming];
      for (const client of theirs) await eventually(() => expect(client.closes.at(-1)?.code).toBe(4403));
      const left = people.filter((person) => person !== guest);
      const others = clients.filter((client) => !theirs.includes(client));
      await agreed(table, spread.cluster.nodes, others, left);
      for (const client of theirs) disconnect(client);
    });
  });
}
