import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { clientOf, type TestClient } from '../support/client.ts';
import { eventually } from '../support/patience.ts';
import { connect, disconnectAll } from '../support/provider.ts';

describe('MB5 what somebody does to a session leaves a row', () => {
  let app: TestApp;
  let ada: TestClient;
  let grace: TestClient;
  let path: string;
  let diagram: string;

  beforeAll(async () => {
    app = await startApp();
    ada = clientOf(app.url, 'ada@example.com');
    grace = clientOf(app.url, 'grace@example.com');
    await grace.call('GET', '/me');
    const { body: models } = await ada.call('GET', '/threat_models');
    const model = models.data[0].id as string;
    diagram = (await ada.call('GET', `/threat_models/${model}/diagrams`)).body.data[0].id;
    path = `/threat_models/${model}/diagrams/${diagram}/collaborate`;
  });
  afterAll(async () => {
    disconnectAll();
    await app.stop();
  });

  const rows = () =>
    app.database.log.query<{
      action: string;
      outcome: string;
      email: string;
      subject: string | null;
      request_id: string | null;
    }>(
      `select a.action, a.outcome, p.email, coalesce(s.email, a.subject) as subject, a.request_id
       from audit_event a join profile p on p.id = a.actor_id left join profile s on s.id::text = a.subject
       where a.container = $1 and a.action like 'session.%' order by a.at, a.id`,
      [`diagram:${diagram}`],
    );

  it('granted and refused, over REST and over the socket, and who was concerned', async () => {
    const headers = { 'x-request-id': 'the-opening' };
    expect((await ada.call('POST', path, { headers })).status).toBe(201);
    expect((await ada.call('POST', path)).status).toBe(200);
    expect((await grace.call('DELETE', path)).status).toBe(403);

    const { body: session } = await ada.call('GET', path);
    const place = { url: session.websocket_url as string, name: session.document_name as string };
    const host = connect({ ...place, token: ada.token });
    const guest = connect({ ...place, token: grace.token });
    await eventually(async () => expect((await ada.call('GET', path)).body.participants).toHaveLength(2));

    const say = (client: typeof host, message: object) => client.provider.sendStateless(JSON.stringify(message));
    say(guest, { type: 'change_host', user_id: 'grace@example.com' });
    await eventually(async () => expect(await rows()).toHaveLength(3));
    say(host, { type: 'change_presenter', user_id: 'grace@example.com' });
    await eventually(async () => expect(await rows()).toHaveLength(4));
    say(host, { type: 'remove_participant', user_id: 'grace@example.com' });
    await eventually(async () => expect(await rows()).toHaveLength(5));
    expect((await ada.call('DELETE', path)).status).toBe(204);

    const [opened, ...others] = await rows();
    expect(opened).toMatchObject({
      action: 'session.open',
      outcome: 'granted',
      email: 'ada@example.com',
      request_id: 'the-opening',
    });
    expect(others.map(({ action, outcome, email, subject }) => [action, outcome, email, subject])).toEqual([
      ['session.end', 'forbidden', 'grace@example.com', null],
      ['session.host.change', 'forbidden', 'grace@example.com', 'grace@example.com'],
      ['session.presenter.change', 'granted', 'ada@example.com', 'grace@example.com'],
      ['session.participant.remove', 'granted', 'ada@example.com', 'grace@example.com'],
      ['session.end', 'granted', 'ada@example.com', null],
    ]);
  });
});
