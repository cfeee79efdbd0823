/** A diagram of a new threat model with an owner, a writer and a reader, over REST. */
import type { TestApp } from '../support/app.ts';
import { newcomer, type TestPerson } from '../support/people.ts';

export interface Drawn {
  owner: TestPerson;
  writer: TestPerson;
  reader: TestPerson;
  diagram: string;
  /** Of the diagram in REST. */
  path: string;
  /** The URL of its socket, and the document's name. */
  socket: string;
  name: string;
  /** Begins a session, so that people may connect. */
  open(): Promise<void>;
}

export async function makeDiagram(app: TestApp): Promise<Drawn> {
  const [owner, writer, reader] = [await newcomer(app), await newcomer(app), await newcomer(app)];
  const model = `/threat_models/${(await owner.call('POST', '/threat_models', { body: { name: 'Drawn' } })).body.id}`;
  const roles = [
    [owner, 'owner'],
    [writer, 'writer'],
    [reader, 'reader'],
  ] as const;
  const body = roles.map(([person, role]) => ({ subject_type: 'user', subject: person.email, role }));
  await owner.call('PUT', `${model}/authorization`, { body });
  const diagram = (await owner.call('POST', `${model}/diagrams`, { body: { name: 'Flow' } })).body.id as string;
  const path = `${model}/diagrams/${diagram}`;
  return {
    owner,
    writer,
    reader,
    diagram,
    path,
    socket: `${app.url.replace('http', 'ws')}${path}/ws`,
    name: `diagram:${diagram}`,
    open: async () => void (await owner.call('POST', `${path}/collaborate`)),
  };
}
