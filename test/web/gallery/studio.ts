/**
 * Where the pictures are taken: the product itself on its embedded parts, a browser, and people. One person looks at a
 * page; the others are there through the SDK, which points, draws and presents as their pages would.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { i18n } from 'i18next';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { build, type App } from '../../../src/app.ts';
import {
  createClient,
  type AccessRole,
  type Client,
  type LiveDiagram,
  type Place,
  type Cell,
} from '../../../src/client/index.ts';
import { readConfig } from '../../../src/config.ts';
import { createLogger } from '../../../src/observe/log.ts';
import { startLanguage, type Language } from '../../../src/web/language/language.ts';
import { watchShifts } from './checks.ts';
import { cast, storyIn, type Name, type Story } from './story.ts';

export type Device = 'desktop' | 'phone';

export interface Look {
  language: Language;
  device: Device;
  /** Pixels of the picture for one of the page. */
  scale: number;
}

export interface Studio {
  readonly look: Look;
  readonly story: Story;
  readonly url: string;
  /** The words of the page. */
  readonly say: i18n['t'];
  client(name: Name): Client;
  /** A window of somebody who is signed in; null: of somebody who is not. @param path where they come in */
  window(name: Name | null, path?: string, prepare?: (page: Page) => Promise<unknown>): Promise<Page>;
  /** A diagram of Ada's that Grace and the others may edit, and Alan may read. */
  diagram(name?: string, cells?: readonly Cell[]): Promise<Place & { path: string }>;
  /** Makes Grace something else on it. */
  graceIs(place: Place, role: AccessRole): Promise<void>;
  /** Somebody comes to a diagram; they leave with the scene. */
  joins(name: Name, place: Place): Promise<LiveDiagram>;
  /** Everybody leaves. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 375, height: 740 } };
/** The host's way back is short, so that a session ends while one waits, ms. */
const GRACE = '600';

export async function openStudio(browser: Browser, look: Look): Promise<Studio> {
  const directory = await mkdtemp(join(tmpdir(), 'roundtable-gallery-'));
  const app = await startProduct(directory);
  const words = startLanguage(kept(look.language), { lang: '' } as HTMLElement);
  const clients = new Map<Name, Client>();
  const signedIn = new Map<Name, Record<string, string>>();
  const contexts: BrowserContext[] = [];
  const open: LiveDiagram[] = [];

  for (const name of Object.keys(cast) as Name[]) clients.set(name, await clientOf(app.url, name, look.language));
  const client = (name: Name) => clients.get(name)!;
  const story = storyIn(look.language);

  async function newContext(): Promise<BrowserContext> {
    const context = await browser.newContext({
      viewport: sizes[look.device],
      deviceScaleFactor: look.scale,
      isMobile: look.device === 'phone',
      hasTouch: look.device === 'phone',
      reducedMotion: 'reduce',
      colorScheme: 'light',
      locale: look.language === 'pl' ? 'pl-PL' : 'en-GB',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    context.setDefaultTimeout(20_000);
    contexts.push(context);
    await context.addInitScript(watchShifts);
    return context;
  }

  /** What the page keeps of somebody who has signed in with their token. */
  async function signIn(name: Name): Promise<Record<string, string>> {
    const page = await (await newContext()).newPage();
    await page.goto(app.url);
    await page.getByRole('button', { name: words.t('signingIn:moreWays') }).click();
    await page.getByLabel(words.t('signingIn:token')).fill(await client(name).token());
    await page.getByRole('button', { name: words.t('signingIn:signIn'), exact: true }).click();
    await page.getByRole('button', { name: words.t('entry:account', cast[name]) }).waitFor();
    return page.evaluate(() => ({ ...sessionStorage }));
  }

  async function clear(): Promise<void> {
    for (const diagram of open.splice(0)) diagram.leave();
    await Promise.all(contexts.splice(0).map((context) => context.close()));
  }

  return {
    look,
    story,
    url: app.url,
    say: words.t,
    client,
    async window(name, path = '/', prepare) {
      if (name !== null && !signedIn.has(name)) signedIn.set(name, await signIn(name));
      const context = await newContext();
      const identity = name === null ? {} : signedIn.get(name)!;
      await context.addInitScript((entries) => {
        if (sessionStorage.length === 0)
          for (const [key, value] of Object.entries(entries)) sessionStorage[key] = value;
      }, identity);
      const page = await context.newPage();
      await prepare?.(page);
      await page.goto(app.url + path);
      return page;
    },
    async diagram(name = story.checkout, cells = story.cells) {
      const model = await client('ada').threatModels.create({ name: story.checkout });
      await client('ada').threatModels.authorize(model.id, grants('writer'));
      const { id } = await client('ada').diagrams.create(model.id, { name });
      const place = { threatModelId: model.id, diagramId: id };
      if (cells.length > 0) await client('ada').diagrams.replaceContent(place, cells);
      return { ...place, path: `/threat-models/${model.id}/diagrams/${id}` };
    },
    async graceIs({ threatModelId }, role) {
      await client('ada').threatModels.authorize(threatModelId, grants(role));
    },
    async joins(name, place) {
      const diagram = client(name).joinDiagram({ threatModelId: place.threatModelId, diagramId: place.diagramId });
      open.push(diagram);
      await diagram.whenLive();
      return diagram;
    },
    clear,
    async close() {
      await clear();
      await app.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function startProduct(directory: string): Promise<App> {
  const environment = { PORT: '0', DATA_DIR: directory, SESSION_HOST_GRACE_MS: GRACE, LOG_LEVEL: 'fatal' };
  const config = readConfig('dev', environment);
  const app = await build(config, createLogger(config.logLevel));
  await app.start();
  return app;
}

async function clientOf(url: string, name: Name, language: Language): Promise<Client> {
  const response = await fetch(`${url}/dev/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(cast[name]),
  });
  const { token } = (await response.json()) as { token: string };
  return createClient({ url, token, language });
}

function grants(grace: AccessRole) {
  const roles = { ada: 'owner', grace, katherine: 'writer', barbara: 'writer', alan: 'reader' } as const;
  return (Object.keys(roles) as (keyof typeof roles)[]).map((name) => ({
    subject_type: 'user' as const,
    subject: cast[name].email,
    role: roles[name],
  }));
}

/** A browser's storage with a language in it. */
function kept(language: Language): Storage {
  return { getItem: () => language, setItem() {} } as unknown as Storage;
}
