/** What just fits is taken, and comes back as it was sent. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { newcomer, type TestPerson } from '../support/people.ts';

let app: TestApp;
let person: TestPerson;
beforeAll(async () => {
  app = await startApp();
  person = await newcomer(app);
});
afterAll(() => app.stop());

it.each([
  ['one character', 'x'],
  ['200 of one byte', 'x'.repeat(200)],
  ['200 of two bytes', 'ż'.repeat(200)],
  ['200 of four bytes', '🦆'.repeat(200)],
  ['what looks like SQL', `'; drop table workspace; -- ? $1 :name`],
  ['what looks like markup', '<script>alert("x")</script>'],
  ['control characters', 'a\u0001\u001f\u007fb'],
  ['right to left', '\u202eabc\u202c'],
  ['a null that is a word', 'null'],
])('CO6 a name: %s', async (_, name) => {
  for (const path of ['/api/workspaces', '/threat_models']) {
    const made = await person.call('POST', path, { body: { name } });
    expect(made).toMatchObject({ status: 201, body: { name } });
    expect((await person.call('GET', `${path}/${made.body.id}`)).body.name).toBe(name);
  }
});

it.each([
  ['2,000 of four bytes', '🦆'.repeat(2000)],
  ['lines', 'a\nb\r\nc'],
  ['nothing', ''],
])('CO6 a description: %s', async (_, description) => {
  const made = await person.call('POST', '/threat_models', { body: { name: 'x', description } });
  expect((await person.call('GET', `/threat_models/${made.body.id}`)).body.description).toBe(description);
});

it('CO6 an email of 320 characters may be somebody’s, a longer one is none', async () => {
  const { id } = (await person.call('POST', '/api/workspaces', { body: { name: 'x' } })).body;
  const invite = async (length: number) => {
    const email = '@firm.example'.padStart(length, 'x');
    return (await person.call('POST', `/api/workspaces/${id}/members`, { body: { email, role: 'member' } })).status;
  };
  expect([await invite(320), await invite(321)]).toEqual([404, 400]);
});
