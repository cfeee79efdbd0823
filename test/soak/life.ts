/**
 * The life of one session, from its diagram's first day to the last: people come with one tab or several, edit, point, ask
 * to present, hand over, show, are removed, lose access and get it back, drop off and come back, and go. Chance, which can
 * be repeated, says who does what; what is not allowed is refused by the server, as it should be.
 */
import type { TestPerson } from '../support/people.ts';
import { disconnect, type Client } from '../support/provider.ts';
import type { Chance } from '../support/seeded.ts';
import { grant, join, makePlace, say, type Place } from '../rules/stage.ts';

export interface Life {
  node: { url: string };
  /** The first owns the diagram. */
  people: readonly TestPerson[];
  chance: Chance;
  deeds: number;
  /** Waits for the time of the next deed. @returns whether to go on */
  pace(): Promise<boolean>;
}

const TABS = 2;
const CELLS = 20;

export async function live({ node, people, chance, deeds, pace }: Life): Promise<void> {
  const [owner, ...others] = people as [TestPerson, ...TestPerson[]];
  const place = await makePlace(owner);
  const clients = new Map<Client, TestPerson>();
  const anyone = () => (clients.size > 0 ? chance.of([...clients.keys()]) : null);
  const regrade = (roles: readonly ('writer' | 'reader' | null)[]) =>
    grant(
      place,
      owner,
      ...others.flatMap((person) => {
        const role = chance.of(roles);
        return role ? [[person, role] as const] : [];
      }),
    );
  const ask = (type: string) => {
    const asking = anyone();
    if (asking) say(asking, { type, user_id: chance.of(people).email });
  };

  const possible: Record<string, { weight: number; act(): unknown }> = {
    come: {
      weight: 8,
      act() {
        const person = chance.of(people);
        const tabs = [...clients.values()].filter((other) => other === person).length;
        if (tabs < TABS) clients.set(join(node, place, person), person);
      },
    },
    go: { weight: 5, act: () => withClient(anyone(), leave) },
    dropOff: { weight: 3, act: () => withClient(anyone(), ({ websocket }) => websocket.webSocket?.close()) },
    edit: {
      weight: 14,
      act: () => withClient(anyone(), ({ cells }) => cells.set(`${chance.below(CELLS)}`, chance.below(1000))),
    },
    point: {
      weight: 8,
      act: () => withClient(anyone(), ({ provider }) => provider.setAwarenessField('cursor', chance.below(1000))),
    },
    show: {
      weight: 4,
      act: () => withClient(anyone(), (client) => say(client, { type: 'presenter_view', cursor: chance.below(1000) })),
    },
    askToPresent: { weight: 3, act: () => ask('presenter_request') },
    letPresent: { weight: 4, act: () => ask('change_presenter') },
    deny: { weight: 1, act: () => ask('presenter_denied') },
    handOver: { weight: 2, act: () => ask('change_host') },
    remove: { weight: 2, act: () => ask('remove_participant') },
    regrade: { weight: 2, act: () => regrade(['writer', 'writer', 'writer', 'reader', null]) },
    open: { weight: 3, act: () => owner.call('POST', `${place.path}/collaborate`) },
    end: { weight: 1, act: () => owner.call('DELETE', `${place.path}/collaborate`) },
  };
  const urn = Object.values(possible).flatMap(({ weight, act }) => Array.from({ length: weight }, () => act));

  function leave(client: Client): void {
    clients.delete(client);
    disconnect(client);
  }
  /** Whoever was put out goes, in place of trying again for ever. */
  function leaveWhoWasPutOut(): void {
    for (const client of clients.keys()) if (client.closes.some(({ code }) => code >= 4400)) leave(client);
  }

  await regrade(['writer']);
  await owner.call('POST', `${place.path}/collaborate`);
  for (let deed = 0; deed < deeds && (await pace()); deed += 1) {
    leaveWhoWasPutOut();
    await chance.of(urn)();
  }
  for (const client of clients.keys()) leave(client);
  await bury(place, owner);
}

/** The session ends and the threat model goes, with everything that is in it. */
async function bury(place: Place, owner: TestPerson): Promise<void> {
  for (let status = 409; status === 409;) {
    const ended = await owner.call('DELETE', `${place.path}/collaborate`);
    if (ended.status === 403) await grant(place, owner); // somebody else hosts, who now loses all access
    ({ status } = await owner.call('DELETE', `/threat_models/${place.model}`));
  }
}

function withClient(client: Client | null, act: (client: Client) => unknown): void {
  if (client) act(client);
}
