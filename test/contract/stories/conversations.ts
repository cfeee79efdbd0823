/** A conversation from its making to its end. */
import type { Stage } from '../stage.ts';

const UNKNOWN_NUMBER = 2_147_483_647;

export async function conversations({ ask, newcomer }: Stage): Promise<void> {
  const [admin, member, stranger] = [await newcomer(), await newcomer(), await newcomer()];
  const all = '/v1/messaging/conversations';
  const one = `${all}/${(await ask(admin, 'POST', all, { body: { title: 'Story' } })).body.id}`;
  const participants = `${one}/participants`;

  const model = (await ask(stranger, 'POST', '/threat_models', { body: { name: 'Not theirs' } })).body.id;
  const diagram = (await ask(stranger, 'POST', `/threat_models/${model}/diagrams`, { body: { name: 'Not theirs' } }))
    .body.id;
  await ask(admin, 'POST', all, { body: { title: 'x', diagram_id: diagram } });
  await ask(admin, 'POST', all, { body: { title: 'x', diagram_id: '01900000-0000-7000-8000-000000000000' } });
  await ask(admin, 'GET', all);
  await ask(admin, 'PATCH', one, { body: { title: 'Renamed' } });
  await ask(stranger, 'PATCH', one, { body: { title: 'Renamed' } });

  const add = (by: typeof admin, user_id: number) => ask(by, 'POST', participants, { body: { user_id } });
  await add(admin, member.number);
  await add(admin, member.number);
  await add(admin, UNKNOWN_NUMBER);
  await add(stranger, stranger.number);
  await ask(admin, 'GET', participants);
  await ask(admin, 'GET', `${participants}?limit=1`);
  await ask(stranger, 'GET', participants);

  await ask(member, 'POST', `${one}/messages`, { body: { body: 'Hello' } });
  await ask(stranger, 'POST', `${one}/messages`, { body: { body: 'Hello' } });
  await ask(admin, 'GET', `${one}/messages`);
  await ask(stranger, 'GET', `${one}/messages`);

  for (const [method, options] of [
    ['PATCH', { body: { role: 'moderator' } }],
    ['DELETE', {}],
  ] as const) {
    await ask(member, method, `${participants}/${admin.number}`, options);
    await ask(admin, method, `${participants}/${UNKNOWN_NUMBER}`, options);
    await ask(admin, method, `${participants}/${stranger.number}`, options);
    await ask(admin, method, `${participants}/${member.number}`, options);
  }
  await ask(stranger, 'DELETE', one);
  await ask(admin, 'DELETE', one);
}
