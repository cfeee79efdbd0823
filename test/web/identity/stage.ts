/** What the stories of signing in at an issuer stand on: an issuer, a server that verifies its tokens, and a browser. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { startApp, type TestApp } from '../../support/app.ts';
import { call } from '../../support/client.ts';
import { startIssuer, type Issuer } from '../../support/issuer.ts';
import { ensureWebApp } from '../bundle.ts';
import { launchBrowser } from '../browser.ts';
import { visit, type Visitor } from '../visitor.ts';

export interface IssuerStage {
  readonly url: string;
  readonly issuer: Issuer;
  /** Somebody who has not signed in, anywhere. */
  stranger(path?: string): Promise<Visitor>;
  /** A diagram of its own owner's. @returns the path of its page */
  newDiagram(owner: string): Promise<string>;
  /** The shapes of what is stored of a diagram. */
  stored(owner: string, diagram: string): Promise<string[]>;
}

export function issuerStage(): IssuerStage {
  let issuer: Issuer;
  let app: TestApp;
  let browser: Browser;
  const visitors: Visitor[] = [];

  beforeAll(async () => {
    await ensureWebApp();
    issuer = await startIssuer();
    // Whoever signs in again is still the host then, however long it takes here.
    const environment = { ...issuer.environment, SESSION_HOST_GRACE_MS: '600000' };
    [app, browser] = await Promise.all([startApp({ mode: 'serve', environment }), launchBrowser()]);
    issuer.know(app.url);
  });
  afterEach(async () => {
    await Promise.all(visitors.splice(0).map((visitor) => visitor.leave()));
    Object.assign(issuer, { lifetime: 3600, renews: true, down: false });
  });
  afterAll(async () => {
    await browser.close();
    await app.stop();
    await issuer.stop();
  });

  const as = async (owner: string, method: string, path: string, body?: unknown) => {
    const headers = { authorization: `Bearer ${issuer.tokenOf(owner)}` };
    return (await call(app.url, method, path, { headers, ...(body !== undefined && { body }) })).body;
  };

  return {
    get url() {
      return app.url;
    },
    get issuer() {
      return issuer;
    },
    async stranger(path = '') {
      const visitor = await visit(browser, app.url + path);
      visitors.push(visitor);
      return visitor;
    },
    async newDiagram(owner) {
      const model = await as(owner, 'POST', '/threat_models', { name: 'Signed in' });
      const diagram = await as(owner, 'POST', `/threat_models/${model.id}/diagrams`, { name: 'Diagram' });
      return `/threat-models/${model.id}/diagrams/${diagram.id}`;
    },
    async stored(owner, diagram) {
      const { cells } = await as(owner, 'GET', `${diagram.replace('threat-models', 'threat_models')}/content`);
      return cells.map(({ shape }: { shape: string }) => shape);
    },
  };
}
