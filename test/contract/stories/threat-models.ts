/** A threat model with a diagram, its content and a session, from their making to their end. */
import { Doc, encodeStateAsUpdate, Map as YMap } from 'yjs';
import { startSession } from '../../support/sessions.ts';
import { NOBODY, UNKNOWN, type Stage } from '../stage.ts';

const BYTES = 'application/octet-stream';

export async function threatModels({ app, ask, newcomer }: Stage): Promise<void> {
  const [owner, reader, stranger] = [await newcomer(), await newcomer(), await newcomer()];
  const one = `/threat_models/${(await ask(owner, 'POST', '/threat_models', { body: { name: 'Story' } })).body.id}`;
  const body = [
    { subject_type: 'user', subject: owner.email, role: 'owner' },
    { subject_type: 'user', subject: reader.email, role: 'reader' },
  ];
  const workspace = (await ask(owner, 'POST', '/api/workspaces', { body: { name: 'Not theirs' } })).body.id;

  await ask(owner, 'POST', '/threat_models', { body: { name: 'x', workspace_id: UNKNOWN } });
  await ask(stranger, 'POST', '/threat_models', { body: { name: 'x', workspace_id: workspace } });
  await ask(owner, 'GET', '/threat_models');
  for (const person of [owner, stranger]) {
    await ask(person, 'GET', one);
    await ask(person, 'PATCH', one, { body: { description: 'Told' } });
    await ask(person, 'GET', `${one}/authorization`);
    await ask(person, 'PUT', `${one}/authorization`, { body });
  }
  await ask(owner, 'PUT', `${one}/authorization`, {
    body: [...body, { subject_type: 'user', subject: NOBODY, role: 'reader' }],
  });
  await ask(owner, 'PUT', `${one}/authorization`, { body: [] });

  const diagrams = `${one}/diagrams`;
  const diagram = (await ask(owner, 'POST', diagrams, { body: { name: 'Story' } })).body.id;
  const place = `${diagrams}/${diagram}`;
  await ask(stranger, 'POST', diagrams, { body: { name: 'x' } });
  for (const person of [owner, stranger]) {
    await ask(person, 'GET', diagrams);
    await ask(person, 'GET', place);
    await ask(person, 'PATCH', place, { body: { name: 'Renamed' } });
  }

  await content();
  await versions();
  await sessions();

  const end = await startSession(app.database, diagram, owner.id);
  for (const path of [place, one]) {
    await ask(stranger, 'DELETE', path);
    await ask(owner, 'DELETE', path);
  }
  await end();
  for (const path of [place, one]) await ask(owner, 'DELETE', path);

  async function content(): Promise<void> {
    const cells = [{ id: 'a', shape: 'process', x: 1, y: 2, width: 3, height: 4, label: 'A', z: 1 }];
    const doc = new Doc();
    doc.getMap('cells').set('b', new YMap(Object.entries({ ...cells[0], id: 'b' })));
    const update = encodeStateAsUpdate(doc);
    for (const person of [owner, reader, stranger]) {
      await ask(person, 'PUT', `${place}/content`, { body: { cells } });
      await ask(person, 'POST', `${place}/updates`, { body: update, headers: { 'content-type': BYTES } });
      await ask(person, 'GET', `${place}/content`);
    }
    await ask(owner, 'PUT', `${place}/content`, { body: { cells }, headers: { 'if-match': '"99"' } });
    await ask(owner, 'GET', `${place}/content`, { headers: { accept: BYTES } });
    await ask(owner, 'POST', `${place}/updates`, {
      body: new Uint8Array([7, 7, 7]),
      headers: { 'content-type': BYTES },
    });
  }

  async function versions(): Promise<void> {
    const all = `${place}/versions`;
    const kept = (await ask(owner, 'POST', all, { body: { name: 'Kept' } })).body.id;
    for (const person of [owner, stranger]) {
      await ask(person, 'POST', all, { body: { name: 'Kept again' } });
      await ask(person, 'GET', all);
      await ask(person, 'GET', `${all}/${kept}`);
      await ask(person, 'POST', `${all}/${kept}/restore`);
    }
  }

  async function sessions(): Promise<void> {
    const session = `${place}/collaborate`;
    await ask(owner, 'GET', session);
    await ask(owner, 'DELETE', session);
    const { session_id } = (await ask(owner, 'POST', session)).body;
    for (const person of [reader, stranger]) await ask(person, 'POST', session);
    await ask(stranger, 'GET', session);
    await ask(stranger, 'DELETE', session);
    await ask(owner, 'GET', session);
    await ask(owner, 'GET', '/me/sessions');
    await app.database.asSystem((em) =>
      em.execute(
        `insert into session_participant (session_id, profile_id, permissions, left_at, removed) values (?, ?, 'reader', now(), true)`,
        [session_id, reader.id],
      ),
    );
    await ask(reader, 'POST', session);
    await ask(reader, 'DELETE', session);
    await ask(owner, 'DELETE', session);
  }
}
