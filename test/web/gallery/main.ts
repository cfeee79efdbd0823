/**
 * Takes a picture of every page and state of the app, in both languages and themes, on a desktop and on a phone, and of
 * each says what axe finds serious, what is cut, and what moved when data arrived. The pictures and `index.html`, which
 * shows them side by side, go to `pictures/`; it ends with 1 if there is a finding.
 *
 *   npm run gallery -- [--language en,pl] [--device desktop,phone] [--theme light,dark] [--only PATTERN] [--readme]
 *
 * With `--readme` it takes those that README shows, into `docs/gallery/`.
 */
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import type { Language } from '../../../src/web/language/language.ts';
import { launchBrowser } from '../browser.ts';
import { ensureWebApp } from '../bundle.ts';
import { cutIn, faultsOf, shiftsOf } from './checks.ts';
import { forReadme, scenes } from './scenes.ts';
import type { Scene } from './scene.ts';
import { sheetOf, type Picture } from './sheet.ts';
import { openStudio, type Device, type Look, type Studio } from './studio.ts';

type Theme = 'light' | 'dark';

const root = join(import.meta.dirname, '../../..');
/** Of a WebP, 0 to 100. */
const QUALITY = 82;

const { values: flags } = parseArgs({
  options: {
    language: { type: 'string', default: 'en,pl' },
    device: { type: 'string', default: 'desktop,phone' },
    theme: { type: 'string', default: 'light,dark' },
    only: { type: 'string', default: '' },
    readme: { type: 'boolean', default: false },
  },
});
const folder = join(root, flags.readme ? 'docs/gallery' : 'pictures');
const pictures: Picture[] = [];
const findings: string[] = [];

await ensureWebApp();
await mkdir(folder, { recursive: true });
const browser = await launchBrowser();
try {
  if (flags.readme) await takeForReadme();
  else await takeAll();
} finally {
  await browser.close();
}
console.log(`${pictures.length} pictures in ${folder}`);
for (const finding of findings) console.log(finding);
process.exitCode = findings.length > 0 ? 1 : 0;

async function takeAll(): Promise<void> {
  const wanted = scenes.filter(({ name }) => new RegExp(flags.only).test(name));
  for (const language of flags.language.split(',') as Language[]) {
    for (const device of flags.device.split(',') as Device[]) {
      await inLook(browser, { language, device, scale: device === 'phone' ? 2 : 1 }, async (studio) => {
        for (const scene of wanted) await take(studio, scene, flags.theme.split(',') as Theme[]);
      });
    }
  }
  await writeFile(join(folder, 'index.html'), sheetOf(pictures));
}

async function takeForReadme(): Promise<void> {
  await rm(folder, { recursive: true });
  await mkdir(folder, { recursive: true });
  for (const { scene, theme, ...look } of forReadme) {
    await inLook(browser, { ...look, scale: 2 }, (studio) => take(studio, scene, [theme]));
  }
}

async function inLook(on: Browser, look: Look, work: (studio: Studio) => Promise<void>): Promise<void> {
  const studio = await openStudio(on, look);
  try {
    await work(studio);
  } finally {
    await studio.close();
  }
}

async function take(studio: Studio, scene: Scene, themes: readonly Theme[]): Promise<void> {
  const { language, device } = studio.look;
  try {
    const page = await scene.take(studio);
    for (const theme of themes) {
      await page.emulateMedia({ colorScheme: theme });
      const look = `${language} ${device} ${theme}`;
      const file = flags.readme ? `${scene.name}.webp` : `${scene.name}-${look.replaceAll(' ', '-')}.webp`;
      await shoot(page, join(folder, file));
      pictures.push({ scene: scene.name, look, file });
      note(`${scene.name}, ${look}`, await faultsOf(page));
    }
    note(`${scene.name}, ${language} ${device}`, [...(await cutIn(page)), ...(await shiftsOf(page))]);
  } catch (error) {
    note(`${scene.name}, ${language} ${device}`, [`could not be taken: ${String(error).slice(0, 400)}`]);
  } finally {
    await studio.clear();
  }
}

/** Playwright itself knows no WebP. */
async function shoot(page: Page, path: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY });
  await writeFile(path, Buffer.from(data, 'base64'));
  await session.detach();
  const { size } = await stat(path);
  if (flags.readme && size > 100_000) note(path, [`${Math.round(size / 1000)} KB`]);
}

function note(where: string, faults: readonly string[]): void {
  for (const fault of faults) findings.push(`${where}: ${fault}`);
}
