/**
 * The description is the truth: every operation is called until each success and each refusal that it names was seen,
 * and every answer has the shape that is described. Some refusals are provoked the same way everywhere; the rest comes
 * from the stories, one for each API. All of it on PostgreSQL and on the embedded database.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Route } from '../../src/http/route.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { call } from '../support/client.ts';
import { newcomer, type TestPerson } from '../support/people.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { createStage, UNKNOWN, UNKNOWN_ULID } from './stage.ts';
import { audit } from './stories/audit.ts';
import { conversations } from './stories/conversations.ts';
import { groups } from './stories/groups.ts';
import { platform } from './stories/platform.ts';
import { threatModels } from './stories/threat-models.ts';
import { workspaces } from './stories/workspaces.ts';

const LARGEST = 300_000;

/** An id that has the shape and belongs to nothing. */
const unknownId = (path: string) => {
  if (path.startsWith('/v1/messaging')) return '2147483647';
  return path.startsWith('/api/v1/groups') ? UNKNOWN_ULID : UNKNOWN;
};
const filled = (route: Route, id: string) => route.path.replaceAll(/:\w+/g, id);
const unknown = (route: Route) => filled(route, unknownId(route.path));
const type = (route: Route) => ({ 'content-type': route.bytes?.contentType ?? 'application/json' });
const example = (route: Route) =>
  route.bytes ? { body: new Uint8Array([0, 0]), headers: type(route) } : { body: route.example };

describe.each(['postgresql', 'embedded'] as const)('CO1 on %s', (kind) => {
  let app: TestApp;
  let ledger: Ledger;
  let person: TestPerson;

  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'roundtable-contract-'));
    const environment = { MAX_DOCUMENT_BYTES: String(LARGEST), ...(kind === 'embedded' && { DATA_DIR: folder }) };
    app = await startApp({ environment });
    ledger = createLedger(app.routes, (await call(app.url, 'GET', '/openapi.json')).body);
    person = await newcomer(app);
  });
  afterAll(async () => {
    await app.stop();
    await rm(folder, { recursive: true });
  });

  const ask = (route: Route, path: string, token: string | null, options = {}) =>
    ledger.ask(app.url, token, route.method.toUpperCase(), path, options);

  describe('the same everywhere', () => {
    it('CO2 without a token: 401', async () => {
      for (const route of app.routes.filter(({ refusals }) => refusals.includes('unauthenticated'))) {
        if (route.authenticated !== false)
          expect((await ask(route, unknown(route), null, example(route))).status).toBe(401);
      }
    });

    it('a malformed id, page or body: 400', async () => {
      for (const route of app.routes.filter(({ refusals }) => refusals.includes('invalid'))) {
        const broken = route.params ? example(route) : { body: '{', headers: type(route) };
        const path = route.params ? filled(route, 'x') : `${route.path}${route.method === 'get' ? '?limit=x' : ''}`;
        const answered = await ask(route, path, person.token, route.method === 'get' ? {} : broken);
        expect([route.operationId, answered.status]).toEqual([route.operationId, 400]);
      }
    });

    it('a body that is too large: 413; one of another type: 415', async () => {
      for (const route of app.routes.filter(({ method }) => method !== 'get')) {
        const large = { body: 'x'.repeat(LARGEST + 1), headers: type(route) };
        expect((await ask(route, unknown(route), person.token, large)).status).toBe(413);
        expect(
          (await ask(route, unknown(route), person.token, { body: 'x', headers: { 'content-type': 'text/css' } }))
            .status,
        ).toBe(415);
      }
    });

    it('an id of nothing: 404', async () => {
      for (const route of app.routes.filter(({ params, refusals }) => params && refusals.includes('not_found'))) {
        const options = route.method === 'get' ? {} : example(route);
        const answered = await ask(route, unknown(route), person.token, options);
        expect([route.operationId, answered.status, answered.body.code]).toEqual([route.operationId, 404, 'not_found']);
      }
    });
  });

  it.each(Object.entries({ platform, workspaces, groups, conversations, threatModels, audit }))(
    'the story of %s',
    async (_, story) => {
      await story(createStage(app, ledger));
    },
  );

  it('everything that is described was seen', () => {
    expect(ledger.missing()).toEqual([]);
  });
});
