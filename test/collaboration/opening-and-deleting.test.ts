import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { clientOf } from '../support/client.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

it('CO10 a diagram is not deleted from under a session that opens at the same moment', async () => {
  const ada = clientOf(app.url, 'ada@example.com');
  for (let round = 0; round < 60; round += 1) {
    const { body: model } = await ada.call('POST', '/threat_models', { body: { name: 'Raced' } });
    const { body: diagram } = await ada.call('POST', `/threat_models/${model.id}/diagrams`, {
      body: { name: 'Raced' },
    });
    const path = `/threat_models/${model.id}/diagrams/${diagram.id}/collaborate`;
    const [opened, deleted] = await Promise.all([
      ada.call('POST', path),
      ada.call('DELETE', `/threat_models/${model.id}`),
    ]);
    expect([
      [201, 409],
      [404, 204],
    ]).toContainEqual([opened.status, deleted.status]);
  }
});
