/** A workspace from its making to its end. */
import { startSession } from '../../support/sessions.ts';
import { NOBODY, UNKNOWN, type Stage } from '../stage.ts';

export async function workspaces({ app, ask, newcomer }: Stage): Promise<void> {
  const [owner, member, stranger] = [await newcomer(), await newcomer(), await newcomer()];
  const one = `/api/workspaces/${(await ask(owner, 'POST', '/api/workspaces', { body: { name: 'Story' } })).body.id}`;
  const members = `${one}/members`;
  const add = (by: typeof owner, email: string, role = 'member') => ask(by, 'POST', members, { body: { email, role } });

  await ask(owner, 'GET', '/api/workspaces');
  await ask(owner, 'GET', one);
  await ask(stranger, 'GET', one);
  await ask(owner, 'PATCH', one, { body: { name: 'Renamed' } });
  await ask(stranger, 'PATCH', one, { body: { name: 'Renamed' } });

  await add(owner, member.email);
  await add(owner, member.email);
  await add(owner, NOBODY);
  await add(member, stranger.email);
  await ask(owner, 'GET', members);
  await ask(stranger, 'GET', members);

  const change = (by: typeof owner, of: string) =>
    ask(by, 'PATCH', `${members}/${of}`, { body: { role: 'read_only' } });
  await change(owner, member.id);
  await change(member, owner.id);
  await change(owner, UNKNOWN);
  await change(owner, stranger.id);
  await change(owner, owner.id);

  const remove = (by: typeof owner, of: string) => ask(by, 'DELETE', `${members}/${of}`);
  await remove(member, owner.id);
  await remove(owner, UNKNOWN);
  await remove(owner, stranger.id);
  await remove(owner, owner.id);
  await remove(owner, member.id);

  const model = (
    await ask(owner, 'POST', '/threat_models', { body: { name: 'Inside', workspace_id: one.split('/')[3] } })
  ).body.id;
  const diagram = (await ask(owner, 'POST', `/threat_models/${model}/diagrams`, { body: { name: 'Inside' } })).body.id;
  const end = await startSession(app.database, diagram, owner.id);
  await ask(stranger, 'DELETE', one);
  await ask(owner, 'DELETE', one);
  await end();
  await ask(owner, 'DELETE', one);
}
