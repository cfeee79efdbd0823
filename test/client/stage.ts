/** What a test of the SDK stands on: a server of its own, clients of people on it, and a diagram for them. */
import { signToken } from '../../src/identity/tokens.ts';
import {
  createClient,
  type Client,
  type ClientOptions,
  type Grant,
  type LiveDiagram,
  type Place,
} from '../../src/client/index.ts';
import { afterEach } from 'vitest';
import WebSocket from 'ws';
import { TEST_SECRET, type TestApp } from '../support/app.ts';
import { eventually } from '../support/patience.ts';

export interface Somebody {
  email: string;
  client: Client;
}

let met = 0;

/** A token of somebody's. @param seconds how long it holds */
export const tokenOf = (email: string, seconds = 3600, claims: Record<string, unknown> = {}): string =>
  signToken(TEST_SECRET, { email, ...claims } as { email: string }, seconds);

/** Somebody whom no test has met before, with a profile and a client that uses `ws`. */
export async function somebody(
  app: { url: string },
  name = 'person',
  options: Partial<ClientOptions> & { claims?: Record<string, unknown> } = {},
): Promise<Somebody> {
  met += 1;
  const email = `${name}-${met}@firm.example`;
  const { claims, ...rest } = options;
  const token = tokenOf(email, 3600, { name, ...claims });
  const client = createClient({ url: app.url, token: () => token, WebSocket, ...rest });
  await client.me();
  return { email, client };
}

export interface Table {
  place: Place;
  people: Somebody[];
}

/** People with a diagram: the first owns it, the others have the role. */
export async function table(
  app: TestApp,
  names: readonly string[],
  role: Grant['role'] = 'writer',
  options: Partial<ClientOptions> = {},
): Promise<Table> {
  const people: Somebody[] = [];
  for (const name of names) people.push(await somebody(app, name, options));
  const [owner] = people as [Somebody];
  const model = await owner.client.threatModels.create({ name: 'Checkout' });
  const grants = people.map(({ email }, index): Grant => ({
    subject_type: 'user',
    subject: email,
    role: index === 0 ? 'owner' : role,
  }));
  await owner.client.threatModels.authorize(model.id, grants);
  const diagram = await owner.client.diagrams.create(model.id, { name: 'Data flow' });
  return { place: { threatModelId: model.id, diagramId: diagram.id }, people };
}

const open = new Set<LiveDiagram>();

afterEach(() => {
  for (const diagram of open) diagram.leave();
  open.clear();
});

/** Opens a diagram; it is left after the test. */
export function opened(
  client: Client,
  place: Place,
  more: Partial<Parameters<Client['joinDiagram']>[0]> = {},
): LiveDiagram {
  const diagram = client.joinDiagram({ ...place, ...more });
  open.add(diagram);
  return diagram;
}

/** Opens a diagram, and waits until it is live. */
export async function joined(...parameters: Parameters<typeof opened>): Promise<LiveDiagram> {
  const diagram = opened(...parameters);
  await diagram.whenLive();
  return diagram;
}

/** Everybody at a table, one after the other: the first is the host. */
export async function seated({ place, people }: Table): Promise<LiveDiagram[]> {
  const diagrams: LiveDiagram[] = [];
  for (const { client } of people) diagrams.push(await joined(client, place));
  return diagrams;
}

export const node = (id: string, label = id) => ({
  id,
  shape: 'process',
  x: 0,
  y: 0,
  width: 120,
  height: 60,
  label,
  z: 1,
});

/** Waits until a value is what it should be. */
export const becomes = async <Value>(read: () => Value, wanted: Value, timeout = 15_000): Promise<void> => {
  await eventually(() => {
    const value = read();
    if (JSON.stringify(value) !== JSON.stringify(wanted))
      throw new Error(`${JSON.stringify(value)} is not ${JSON.stringify(wanted)}`);
  }, timeout);
};
