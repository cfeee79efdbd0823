/** A diagram with a session on it and people around it, on the nodes of a cluster: what the tests of many nodes share. */
import { expect } from 'vitest';
import { call, type Answered } from './client.ts';
import { newcomer, type TestPerson } from './people.ts';
import { eventually } from './patience.ts';
import { connect, type Client } from './provider.ts';

/** Where requests can be sent: a node, or what stands before several. */
export interface Address {
  readonly url: string;
}

export type Role = 'reader' | 'writer' | 'owner';

/** The list as every way of asking tells it (CS10). */
export interface Roster {
  session_id: string;
  revision: number;
  host: string;
  presenter: string;
  participants: { user_id: string; permissions: string; joined_at: string; is_host: boolean; is_presenter: boolean }[];
}

export interface Table {
  readonly model: string;
  readonly diagram: string;
  readonly path: string;
  readonly name: string;
  readonly host: TestPerson;
  /** Calls as somebody, on a node. */
  call(person: TestPerson, node: Address, method: string, path: string, body?: unknown): Promise<Answered>;
  /** Opens the session. */
  open(person?: TestPerson, node?: Address): Promise<Answered>;
  /** Gives everybody their roles anew, on a node; whoever is not named has none. */
  grant(roles: readonly (readonly [TestPerson, Role])[], node?: Address): Promise<void>;
  /** A stock provider of this person on this node. */
  join(person: TestPerson, node: Address, options?: Partial<Parameters<typeof connect>[0]>): Client;
  /** What REST says on a node. */
  rest(node: Address, person?: TestPerson): Promise<Roster>;
}

/** A diagram of a newcomer's, who opens its session on the first node and hosts it, with others in these roles. */
export async function setTable(
  nodes: readonly Address[],
  ...others: Role[]
): Promise<{ table: Table; people: TestPerson[] }> {
  const [first] = nodes as [Address];
  const host = await newcomer(first);
  const people = [host];
  for (const _ of others) people.push(await newcomer(first));
  const made = async (path: string, name: string) => {
    const { status, body } = await host.call('POST', path, { body: { name } });
    if (status !== 201) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    return body.id as string;
  };
  const model = await made('/threat_models', 'Model');
  const diagram = await made(`/threat_models/${model}/diagrams`, 'Diagram');
  const path = `/threat_models/${model}/diagrams/${diagram}`;
  const collaborate = `${path}/collaborate`;

  const table: Table = {
    model,
    diagram,
    path,
    name: `diagram:${diagram}`,
    host,
    call: (person, node, method, at, body) =>
      call(node.url, method, at, {
        headers: { authorization: `Bearer ${person.token}` },
        ...(body !== undefined && { body }),
      }),
    open: (person = host, node = first) => table.call(person, node, 'POST', collaborate),
    async grant(roles, node = first) {
      const body = roles.map(([person, role]) => ({ subject_type: 'user', subject: person.email, role }));
      const { status } = await table.call(host, node, 'PUT', `/threat_models/${model}/authorization`, body);
      expect(status).toBe(200);
    },
    join: (person, node, options = {}) =>
      connect({
        url: `${node.url.replace('http', 'ws')}${path}/ws`,
        name: table.name,
        token: person.token,
        ...options,
      }),
    async rest(node, person = host) {
      const { status, body } = await table.call(person, node, 'GET', collaborate);
      expect(status).toBe(200);
      return rosterOf(body);
    },
  };
  await table.grant([[host, 'owner'], ...others.map((role, index) => [people[index + 1]!, role] as const)]);
  return { table, people };
}

/** The list in an answer, a message or an awareness entry. */
export function rosterOf({ session_id, revision, host, presenter, participants }: any): Roster {
  return { session_id, revision, host, presenter, participants };
}

/** What a client was last told. */
export function told(client: Client): Roster | null {
  const message = client.messages.findLast(({ type }) => type === 'participants_update');
  return message ? rosterOf(message) : null;
}

export const emails = (roster: Roster | null) => roster?.participants.map(({ user_id }) => user_id) ?? [];

/** What the servers' own awareness entries say, as a client reads them: the one with the greatest revision is right. */
export function shown(client: Client): Roster | null {
  const entries = states(client).filter((state) => state.kind === 'session') as unknown as Roster[];
  const newest = entries.toSorted((a, b) => b.revision - a.revision)[0];
  return newest ? rosterOf(newest) : null;
}

/** Whose entries a client sees in awareness. */
export const present = (client: Client): string[] =>
  states(client)
    .flatMap((state) => (state.participant ? [(state.participant as { user_id: string }).user_id] : []))
    .sort();

const states = (client: Client) =>
  [...(client.provider.awareness?.getStates().values() ?? [])] as Record<string, unknown>[];

/**
 * CS10: waits until everybody everywhere has the same list at the same revision: REST on every node, the last
 * `participants_update` and the awareness of every client. @returns that list
 */
export async function agreed(
  table: Table,
  nodes: readonly Address[],
  clients: readonly Client[],
  people: readonly TestPerson[],
  within = 5000,
): Promise<Roster> {
  const expected = people.map(({ email }) => email);
  return eventually(async () => {
    const roster = await table.rest(nodes[0]!);
    expect(emails(roster)).toEqual(expected);
    for (const node of nodes.slice(1)) expect(await table.rest(node)).toEqual(roster);
    for (const client of clients) {
      expect(told(client)).toEqual(roster);
      expect(shown(client)).toEqual(roster);
    }
    return roster;
  }, within);
}

/** What a client was told of a type, in order. */
export const of = (client: Client, ...types: string[]) => client.messages.filter(({ type }) => types.includes(type));
