/** What a browser test of the page stands on: the built page, a server of its own, a browser, and people in it. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { createClient, type Client } from '../../src/client/index.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { call } from '../support/client.ts';
import { freshDatabaseUrl } from '../support/database.ts';
import { launchBrowser } from './browser.ts';
import { ensureWebApp } from './bundle.ts';
import { visit, visitAs, type Visitor } from './visitor.ts';

export interface Stage {
  readonly url: string;
  /** Everybody in the running test. */
  readonly visitors: readonly Visitor[];
  /** Somebody who has not signed in. @param path where they come in */
  stranger(path?: string): Promise<Visitor>;
  /** A demo person, signed in. @param path where they come in */
  somebody(name: string, path?: string): Promise<Visitor>;
  /** Somebody with the SDK instead of a page. */
  guest(name: string): Promise<{ email: string; client: Client }>;
  /** Demo people on a diagram, one after the other: the first is the host. @param diagram the path of its page */
  together(diagram: string, ...names: string[]): Promise<Page[]>;
  everybodyLeaves(): Promise<void>;
  /** Stops the server, and starts it again at the same address with the same database. @param meanwhile what goes on while there is none */
  withoutServer(meanwhile: () => Promise<void>): Promise<void>;
  /** A diagram in the demo threat model for this test alone, so that no session of another is on it. @returns the path of its page */
  newDiagram(name: string): Promise<string>;
  /** The demo threat model's id. */
  demoModel(): Promise<string>;
  /** A REST call of Ada's, for what the page has no button for. @returns the body */
  asAda(method: string, path: string, body?: unknown): Promise<any>;
  /** What is stored of a diagram, seen from its page. */
  cellsAt(diagram: string): Promise<any[]>;
  /** Something that only happens to a database. */
  sql(statement: string, values: unknown[]): Promise<unknown>;
}

/** @param environment variables of the server, beside the usual ones */
export function stage(environment: Record<string, string> = {}): Stage {
  let app: TestApp;
  let browser: Browser;
  let database: string;
  const visitors: Visitor[] = [];

  beforeAll(async () => {
    await ensureWebApp();
    database = await freshDatabaseUrl();
    [app, browser] = await Promise.all([
      startApp({ environment: { ...environment, DATABASE_URL: database } }),
      launchBrowser(),
    ]);
  });
  afterAll(async () => {
    await browser.close();
    await app.stop();
  });
  afterEach(everybodyLeaves);

  async function everybodyLeaves(): Promise<void> {
    await Promise.all(visitors.splice(0).map((visitor) => visitor.leave()));
  }

  async function somebody(name: string, path = ''): Promise<Visitor> {
    const visitor = await visitAs(browser, app.url + path, name);
    visitors.push(visitor);
    return visitor;
  }

  async function asAda(method: string, path: string, body?: unknown): Promise<any> {
    const { token } = (await call(app.url, 'POST', '/dev/login', { body: { email: 'ada@example.com' } })).body;
    const headers = { authorization: `Bearer ${token}` };
    return (await call(app.url, method, path, { headers, ...(body !== undefined && { body }) })).body;
  }

  async function guest(name: string): Promise<{ email: string; client: Client }> {
    const email = `${name.toLowerCase().replaceAll(' ', '.')}@example.com`;
    const { token } = (await call(app.url, 'POST', '/dev/login', { body: { email, name } })).body;
    return { email, client: createClient({ url: app.url, token }) };
  }

  async function demoModel(): Promise<string> {
    const { data } = await asAda('GET', '/threat_models');
    return data.find((model: { name: string }) => model.name === 'Demo threat model').id;
  }

  return {
    get url() {
      return app.url;
    },
    visitors,
    async stranger(path = '') {
      const visitor = await visit(browser, app.url + path);
      visitors.push(visitor);
      return visitor;
    },
    somebody,
    guest,
    async together(diagram, ...names) {
      const pages: Page[] = [];
      for (const name of names) {
        await pages.at(-1)?.locator('[data-canvas]').waitFor();
        pages.push((await somebody(name, diagram)).page);
      }
      return pages;
    },
    everybodyLeaves,
    async withoutServer(meanwhile) {
      const { port } = new URL(app.url);
      await app.stop();
      await meanwhile();
      app = await startApp({ environment: { ...environment, DATABASE_URL: database, PORT: port } });
    },
    async newDiagram(name) {
      const model = await demoModel();
      const diagram = await asAda('POST', `/threat_models/${model}/diagrams`, { name });
      return `/threat-models/${model}/diagrams/${diagram.id}`;
    },
    demoModel,
    asAda,
    cellsAt: async (diagram) =>
      (await asAda('GET', `${diagram.replace('threat-models', 'threat_models')}/content`)).cells,
    sql: (statement, values) => app.database.log.query(statement, values),
  };
}
