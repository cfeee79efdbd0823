/** A group from its making to its end, over REST and GraphQL. */
import { UNKNOWN_ULID, type Stage } from '../stage.ts';

export async function groups({ ask, newcomer }: Stage): Promise<void> {
  const [owner, member, stranger] = [await newcomer(), await newcomer(), await newcomer()];
  const group = (await ask(owner, 'POST', '/api/v1/groups', { body: { name: 'Story', description: 'Told' } })).body.id;
  const one = `/api/v1/groups/${group}`;
  const members = `${one}/members`;

  await ask(owner, 'GET', '/api/v1/groups');
  await ask(owner, 'GET', one);
  await ask(stranger, 'GET', one);
  await ask(owner, 'PATCH', one, { body: { name: 'Renamed' } });
  await ask(owner, 'PATCH', one, { body: { owner_id: UNKNOWN_ULID } });
  await ask(stranger, 'PATCH', one, { body: { name: 'Renamed' } });

  const add = (by: typeof owner, user_id: string) => ask(by, 'POST', members, { body: { user_id } });
  await add(owner, member.ulid);
  await add(owner, member.ulid);
  await add(owner, UNKNOWN_ULID);
  await add(stranger, stranger.ulid);
  await ask(owner, 'GET', members);
  await ask(owner, 'GET', `${members}?limit=1`);
  await ask(stranger, 'GET', members);

  for (const remove of [
    (by: typeof owner, user_id: string) => ask(by, 'DELETE', members, { body: { user_id } }),
    (by: typeof owner, user_id: string) => ask(by, 'DELETE', `${members}/${user_id}`),
  ]) {
    await remove(stranger, member.ulid);
    await remove(owner, UNKNOWN_ULID);
    await remove(owner, stranger.ulid);
    await remove(owner, member.ulid);
    await add(owner, member.ulid);
  }

  const query = '{ me { id email } groups { nodes { id } } }';
  await ask(owner, 'POST', '/graphql', { body: { query } });
  await ask(null, 'GET', '/graphql', { headers: { accept: 'text/html' } });

  await ask(stranger, 'DELETE', one);
  await ask(owner, 'DELETE', one);
}
