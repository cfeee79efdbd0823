/**
 * People at work while the nemesis is about, each with a tab on every node: they type words that nobody else types, hand
 * presenter and host around, in all tabs at the same moment, and look at the session on any node. All that they sent, were told and
 * saw is kept, to be judged.
 */
import { call } from '../../support/client.ts';
import type { Cluster } from '../../support/cluster.ts';
import type { TestPerson } from '../../support/people.ts';
import type { Client } from '../../support/provider.ts';
import type { Chance } from '../../support/seeded.ts';
import { rosterOf, told, type Address, type Roster, type Table } from '../../support/table.ts';
import type { Gift, Sight } from './register.ts';

export interface People {
  readonly clients: readonly Client[];
  readonly sights: readonly Sight[];
  readonly gifts: readonly Gift[];
  /** Words that were sent, and those that were acknowledged by now. */
  readonly sent: ReadonlySet<string>;
  acknowledged(): Set<string>;
  work(): void;
  rest(): Promise<void>;
}

const TYPE_EVERY = 8;
const LOOK_EVERY = 40;
const GIVE_EVERY = 150;
/** A look at a node that does not answer is given up, ms. */
const PATIENCE = 3000;

/** @param doors where they connect, in a tab at each */
export function gather(
  cluster: Cluster,
  table: Table,
  everybody: readonly TestPerson[],
  doors: readonly Address[],
  chance: Chance,
): People {
  const sights: Sight[] = [];
  const gifts: Gift[] = [];
  const sent = new Set<string>();
  const looks = new Set<Promise<void>>();
  let timers: NodeJS.Timeout[] = [];

  const hand = (person: TestPerson, door: Address, tab: number) => {
    const client = table.join(person, door);
    const words: string[] = [];
    const self = { person, client, name: `${person.email} ${tab}`, words, acknowledged: 0 };
    client.provider.on('unsyncedChanges', ({ number }: { number: number }) => {
      if (number === 0 && client.provider.isSynced) self.acknowledged = words.length;
    });
    client.provider.on('stateless', ({ payload }: { payload: string }) => {
      const message = JSON.parse(payload) as { type: string };
      if (message.type === 'participants_update') see(-Infinity, rosterOf(message));
    });
    return self;
  };
  const hands = doors.flatMap((door, tab) => everybody.map((person) => hand(person, door, tab)));

  function see(from: number, { session_id, revision, host, presenter }: Roster): void {
    if (session_id !== null) sights.push({ from, to: performance.now(), revision, host, presenter });
  }

  async function look(): Promise<void> {
    const { url } = chance.of(cluster.nodes);
    const from = performance.now();
    const asked = call(url, 'GET', `${table.path}/collaborate`, {
      headers: { authorization: `Bearer ${table.host.token}` },
      signal: AbortSignal.timeout(PATIENCE),
    });
    const answer = await asked.catch(() => null);
    if (answer?.status === 200) see(from, rosterOf(answer.body));
  }

  function type(): void {
    const { client, name, words } = chance.of(hands);
    const word = `${name} ${words.length}`;
    sent.add(word);
    words.push(word);
    client.document.getArray('words').push([word]);
  }

  function give(): void {
    const newest = hands
      .map(({ client }) => told(client))
      .toSorted((a, b) => (b?.revision ?? 0) - (a?.revision ?? 0))[0];
    if (!newest) return;
    for (const { client } of hands.filter(({ person }) => person.email === newest.host)) {
      const role = chance.once(3) ? 'host' : 'presenter';
      const to = chance.of(newest.participants).user_id;
      if (!hands.some(({ person }) => person.email === to)) continue; // who is only visiting becomes no host
      gifts.push({ from: performance.now(), by: newest.host, role, to });
      client.provider.sendStateless(JSON.stringify({ type: `change_${role}`, user_id: to }));
    }
  }

  return {
    clients: hands.map(({ client }) => client),
    sights,
    gifts,
    sent,
    acknowledged: () => new Set(hands.flatMap(({ words, acknowledged }) => words.slice(0, acknowledged))),
    work() {
      const looking = () => {
        const one = look().finally(() => looks.delete(one));
        looks.add(one);
      };
      timers = [setInterval(type, TYPE_EVERY), setInterval(looking, LOOK_EVERY), setInterval(give, GIVE_EVERY)];
    },
    async rest() {
      timers.forEach(clearInterval);
      await Promise.all(looks);
    },
  };
}
