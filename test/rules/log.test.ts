/** NO4: every connect and every disconnect is one line: person, document, session, and how it closed. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { signToken } from '../../src/identity/tokens.ts';
import { startApp, TEST_SECRET, type TestApp } from '../support/app.ts';
import { eventually } from '../support/patience.ts';
import { newcomer } from '../support/people.ts';
import { disconnect, disconnectAll } from '../support/provider.ts';
import {
  closeForgers,
  grant,
  join,
  joinAll,
  makeSession,
  openSocket,
  say,
  socketUrl,
  updateOf,
  usersOf,
} from './stage.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterEach(() => {
  disconnectAll();
  closeForgers();
});
afterAll(() => app.stop());

/** The lines of a document, without what every line has. */
const linesOf = (document: string) =>
  app.log
    .filter((line) => line.document === document)
    .map(({ level: _, time: __, msg, ...line }) => [msg, line] as const);

it('NO4 a connect and a disconnect are a line each, with person, document, session, code and reason', async () => {
  const { place, host, guest, reader } = await makeSession(app);
  const [hosting, leaving, removed] = await joinAll(app, place, host, guest, reader);
  const session = updateOf(hosting!)!.session_id;
  const at = (person: { id: string }) => ({ document: place.name, person: person.id, session });
  expect(linesOf(place.name)).toEqual([host, guest, reader].map((person) => ['connected', at(person)]));

  disconnect(leaving!);
  await eventually(() =>
    expect(linesOf(place.name).at(-1)).toEqual([
      'disconnected',
      { ...at(guest), code: 1000, reason: 'closed by the client' },
    ]),
  );
  say(hosting!, { type: 'remove_participant', user_id: reader.email });
  await eventually(() =>
    expect(linesOf(place.name)).toContainEqual([
      'disconnected',
      { ...at(reader), code: 4403, reason: 'removed_from_session' },
    ]),
  );
  disconnect(removed!);
  await host.call('DELETE', `${place.path}/collaborate`);
  await eventually(() =>
    expect(linesOf(place.name)).toContainEqual(['disconnected', { ...at(host), code: 4410, reason: 'session ended' }]),
  );
  const lines = linesOf(place.name);
  const count = (message: string) => lines.filter(([msg]) => msg === message).length;
  expect(count('connected')).toBe(3);
  expect(count('disconnected')).toBe(3);
});

it('NO4 on a shared socket each document has its lines', async () => {
  const { place, host } = await makeSession(app);
  const title = { title: 'Conversation' };
  const conversation = (await host.call('POST', '/v1/messaging/conversations', { body: title })).body.id as number;
  const room = `conversation:${conversation}`;
  const shared = join(app, place, host, { url: socketUrl(app, '/ws') });
  await eventually(() => expect(usersOf(shared)).toEqual([host.email]));
  const second = join(app, place, host, { name: room, websocket: shared.websocket });
  await eventually(() => expect(second.provider.isSynced).toBe(true));
  await grant(place, await newcomerAsOwner(place, host));
  await eventually(() => expect(linesOf(place.name).map(([msg]) => msg)).toEqual(['connected', 'disconnected']));
  expect([4403, 4410]).toContain(linesOf(place.name).at(-1)![1].code);
  expect(linesOf(room)).toEqual([['connected', { document: room, person: host.id, session: null }]]);
  disconnect(shared);
  await eventually(() => expect(linesOf(room).map(([msg]) => msg)).toEqual(['connected', 'disconnected']));
});

/** Another owner, so that the first one can lose what they have. */
async function newcomerAsOwner(place: Parameters<typeof grant>[0], host: Parameters<typeof grant>[1]) {
  const other = await newcomer(app);
  await grant(place, host, [other, 'owner']);
  return other;
}

it('NO4 so is an end before anybody was admitted, with the refusal’s code, and no token is in any line', async () => {
  const { place, host } = await makeSession(app);
  const stranger = await newcomer(app);
  const refused = join(app, place, stranger);
  await eventually(() => expect(refused.closes[0]?.code).toBe(4403));
  disconnect(refused);
  const badToken = signToken('x'.repeat(40), { email: host.email }, 60);
  const unknown = join(app, place, { token: badToken });
  await eventually(() => expect(unknown.closes[0]?.code).toBe(4401));
  disconnect(unknown);
  await eventually(() => {
    const ends = linesOf(place.name).filter(([msg]) => msg === 'a connection ended before it was admitted');
    for (const end of [
      { code: 4403, reason: 'forbidden' },
      { code: 4401, reason: 'unauthenticated' },
    ])
      expect(ends.map(([, line]) => line)).toContainEqual({ document: place.name, ...end });
  });
  const silent = openSocket(app, '/ws');
  await silent.opened;
  silent.ws.close(1000);
  await eventually(() =>
    expect(app.log).toContainEqual(
      expect.objectContaining({ msg: 'a socket closed on which nobody wanted anything', code: 1000, reason: '' }),
    ),
  );
  const all = JSON.stringify(app.log);
  for (const token of [TEST_SECRET, badToken, stranger.token, host.token]) expect(all).not.toContain(token);
});
