/**
 * People at work while the nemesis is about: they type words that nobody else types, hand presenter and host around, and
 * look at the session on any node. All that they sent, were told and saw is kept, to be judged.
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

/** @param door where they connect */
export function gather(cluster: Cluster, table: Table, everybody: TestPerson[], door: Address, chance: Chance): People {
  const sights: Sight[] = [];
  const gifts: Gift[] = [];
  const sent = new Set<string>();
  const looks = new Set<Promise<void>>();
  let timers: NodeJS.Timeout[] = [];

  const hands = everybody.map((person) => {
    const client = table.join(person, door);
    const words: string[] = [];
    const hand = { person, client, words, acknowledged: 0 };
    client.provider.on('unsyncedChanges', ({ number }: { number: number }) => {
      if (number === 0 && client.provider.isSynced) hand.acknowledged = words.length;
    });
    client.provider.on('stateless', ({ payload }: { payload: string }) => {
      const message = JSON.parse(payload) as { type: string };
      if (message.type === 'participants_update') see(-Infinity, rosterOf(message));
    });
    return hand;
  });

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
    const hand = chance.of(hands);
    const word = `${hand.person.email} ${hand.words.length}`;
    sent.add(word);
    hand.words.push(word);
    hand.client.document.getArray('words').push([word]);
  }

  function give(): void {
    const newest = hands
      .map(({ client }) => told(client))
      .toSorted((a, b) => (b?.revision ?? 0) - (a?.revision ?? 0))[0];
    const host = hands.find(({ person }) => person.email === newest?.host);
    if (!newest || !host) return;
    const role = chance.once(3) ? 'host' : 'presenter';
    const to = chance.of(newest.participants).user_id;
    if (!hands.some(({ person }) => person.email === to)) return; // who is only visiting becomes no host
    gifts.push({ from: performance.now(), by: newest.host, role, to });
    host.client.provider.sendStateless(JSON.stringify({ type: `change_${role}`, user_id: to }));
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
