/** What the tests of the rules share: people, diagrams and sessions over REST, and clients on real sockets. */
import { writeVarString, writeVarUint8Array } from 'lib0/encoding';
import { expect } from 'vitest';
import * as Y from 'yjs';
import { readLog } from '../../src/documents/reading.ts';
import { replay } from '../../src/documents/replaying.ts';
import { writeAwareness, type AwarenessEntry } from '../../src/sync/presence/awareness-frame.ts';
import type { TestApp } from '../support/app.ts';
import { eventually } from '../support/patience.ts';
import { newcomer, type TestPerson } from '../support/people.ts';
import { connect, type Client, type ClientOptions } from '../support/provider.ts';
import { NO_STATE, openRaw, textOf, type RawSocket } from '../support/raw-socket.ts';

export type Role = 'reader' | 'writer' | 'owner';

/** A diagram, and where it is found. */
export interface Place {
  model: string;
  diagram: string;
  /** In REST, and with `/ws` behind it the socket. */
  path: string;
  /** The document's. */
  name: string;
}

/** A diagram of a threat model of its owner's. */
export async function makePlace(owner: TestPerson, workspace?: string): Promise<Place> {
  const { body } = await owner.call('POST', '/threat_models', {
    body: { name: 'Model', ...(workspace && { workspace_id: workspace }) },
  });
  const made = await owner.call('POST', `/threat_models/${body.id}/diagrams`, { body: { name: 'Diagram' } });
  expect(made.status).toBe(201);
  const diagram = made.body.id as string;
  return {
    model: body.id,
    diagram,
    path: `/threat_models/${body.id}/diagrams/${diagram}`,
    name: `diagram:${diagram}`,
  };
}

/** Replaces the grants: the owner's, and those given. A group is named by its ULID. */
export async function grant(
  { model }: Place,
  owner: TestPerson,
  ...others: (readonly [TestPerson | { group: string }, Role])[]
): Promise<void> {
  const { status } = await owner.call('PUT', `/threat_models/${model}/authorization`, {
    body: [
      { subject_type: 'user', subject: owner.email, role: 'owner' },
      ...others.map(([to, role]) =>
        'group' in to
          ? { subject_type: 'group', subject: to.group, role }
          : { subject_type: 'user', subject: to.email, role },
      ),
    ],
  });
  expect(status).toBe(200);
}

/** A place with an active session: its host, a guest who may write, and one who may only read. */
export async function makeSession(app: TestApp) {
  const [host, guest, reader] = [
    await newcomer(app, { name: 'Hana Host' }),
    await newcomer(app, { name: 'Gus Guest' }),
    await newcomer(app, { name: 'Rea Reader' }),
  ];
  const place = await makePlace(host);
  await grant(place, host, [guest, 'writer'], [reader, 'reader']);
  expect((await host.call('POST', `${place.path}/collaborate`)).status).toBe(201);
  return { place, host, guest, reader };
}

export const socketUrl = (app: { url: string }, path: string) => `${app.url.replace('http', 'ws')}${path}`;

/** A stock provider of somebody's, on the diagram's own path unless `options` say otherwise. */
export function join(
  app: { url: string },
  place: Place,
  person: Pick<TestPerson, 'token'>,
  options: Partial<ClientOptions> = {},
): Client {
  return connect({ url: socketUrl(app, `${place.path}/ws`), name: place.name, token: person.token, ...options });
}

/** People who have joined one after the other, so that the order of the list is known. */
export async function joinAll(app: { url: string }, place: Place, ...people: TestPerson[]): Promise<Client[]> {
  const clients: Client[] = [];
  for (const person of people) {
    const client = join(app, place, person);
    clients.push(client);
    await eventually(() => expect(usersOf(client)?.includes(person.email)).toBe(true));
  }
  for (const client of clients) await eventually(() => expect(usersOf(client)).toHaveLength(people.length));
  return clients;
}

/** The last `participants_update` that a client got. */
export function updateOf(client: Client) {
  return client.messages.findLast(({ type }) => type === 'participants_update') as
    | {
        session_id: string;
        revision: number;
        host: string;
        presenter: string;
        participants: { user_id: string; permissions: string; joined_at: string; is_host: boolean; name: string }[];
      }
    | undefined;
}

export const usersOf = (client: Client) => updateOf(client)?.participants.map(({ user_id }) => user_id);

/** Messages of some types, in order. */
export const messagesOf = (client: Client, ...types: string[]) =>
  client.messages.filter(({ type }) => types.includes(type));

export const say = (client: Client, message: object) => client.provider.sendStateless(JSON.stringify(message));

/** The states that a client sees. */
export const statesOf = (client: Client): Record<string, any>[] => [
  ...(client.provider.awareness?.getStates().values() ?? []),
];

/** Asks for the session, as REST has it. */
export async function sessionOf(place: Place, person: TestPerson) {
  return (await person.call('GET', `${place.path}/collaborate`)).body;
}

/** What the log holds of a diagram; throws if any of it cannot be read. */
export async function stored(app: TestApp, { diagram }: Place): Promise<{ head: number; cells: Record<string, any> }> {
  const part = (await readLog(app.database.log, diagram, 0))!;
  const document = new Y.Doc();
  replay(document, part);
  return { head: part.head, cells: document.getMap('cells').toJSON() };
}

/** A socket that speaks the protocol by hand. */
export interface Forger extends RawSocket {
  address: string;
  update(bytes: Uint8Array): void;
  awareness(...entries: AwarenessEntry[]): void;
  say(message: unknown): void;
  /** Stateless messages that came. */
  heard(): { type: string; [key: string]: unknown }[];
  /** Answers to updates, true for saved. */
  statuses(): boolean[];
}

const raws: RawSocket[] = [];

/** A raw socket on which a person is admitted and in sync. */
export async function forge(app: { url: string }, place: Place, person: TestPerson): Promise<Forger> {
  const raw = openRaw(socketUrl(app, `${place.path}/ws`));
  raws.push(raw);
  await raw.opened;
  const address = place.name;
  raw.auth(address, person.token);
  raw.sync(address, 0, NO_STATE);
  await eventually(() => expect(raw.received.some(({ type, detail }) => type === 0 && detail === 1)).toBe(true));
  return {
    ...raw,
    address,
    update: (bytes) => raw.sync(address, 2, bytes),
    awareness: (...entries) => {
      for (const entry of entries)
        raw.send(address, 1, (encoder) => writeVarUint8Array(encoder, writeAwareness(entry)));
    },
    say: (message) => raw.send(address, 5, (encoder) => writeVarString(encoder, JSON.stringify(message))),
    heard: () => raw.received.filter(({ type }) => type === 5).map((frame) => JSON.parse(textOf(frame))),
    statuses: () => raw.received.filter(({ type }) => type === 8).map(({ detail }) => detail === 1),
  };
}

/** A raw socket on which nobody is admitted yet. */
export function openSocket(app: { url: string }, path: string, options: Parameters<typeof openRaw>[1] = {}): RawSocket {
  const raw = openRaw(socketUrl(app, path), options);
  raws.push(raw);
  return raw;
}

/** To be called after each test. */
export function closeForgers(): void {
  for (const raw of raws.splice(0)) raw.close();
}

/** An update that a client id makes to the cells, upon what a document has. */
export function updateBy(client: number, write: (cells: Y.Map<unknown>) => void, base?: Y.Doc): Uint8Array {
  const document = new Y.Doc();
  if (base) Y.applyUpdate(document, Y.encodeStateAsUpdate(base));
  document.clientID = client;
  const before = Y.encodeStateVector(document);
  write(document.getMap('cells'));
  return Y.encodeStateAsUpdate(document, before);
}
