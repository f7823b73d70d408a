import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createProcessWorld, type HostName, type ProcessWorld } from '@moorline/testkit/processes';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

export const ROOT: string = fileURLToPath(new URL('../../../..', import.meta.url));
export const CONSOLE: string = process.env.MOORLINE_CONSOLE ?? join(ROOT, 'dist', 'console');
export const PASSWORD = 'four quiet herons landing';
/** The documents' pictures are the tests' own, taken when they are asked for: otherwise every run would change them. */
export const isForDocuments: boolean = process.env.UPDATE_IMAGES === '1';

const SCREENSHOTS = join(ROOT, '.build', 'screenshots');
const browserPath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Of a suite that needs a browser: false, or why it cannot run here. */
export const skip: string | false =
  process.env.MOORLINE_NO_CHROMIUM === '1' || !existsSync(browserPath)
    ? 'no Chromium on this machine'
    : false;

/** A tenant and a site that serve the console, not started yet, and a page of a browser that is watched. */
export interface ConsoleScene extends AsyncDisposable {
  readonly world: ProcessWorld;
  readonly browser: Browser;
  readonly context: BrowserContext;
  readonly page: Page;
  /** Every error and warning that watched pages have given so far. */
  readonly complaints: readonly string[];
  watch(page: Page): void;
  /**
   * Keeps a picture of the page in `.build/screenshots`, and in `docs/images` when the documents are made.
   * `isWhole`: as high as what is on the page, not as its window.
   */
  picture(name: string, options?: { readonly isWhole?: boolean }): Promise<void>;
}

export interface ConsoleSceneOptions {
  /** Pictures of the documents: the picture's name to that of its file in `docs/images`. */
  readonly documents?: Readonly<Record<string, string>>;
  /** Complaints that the suite brings about itself. Being asked to sign in is never one. */
  readonly expected?: RegExp;
}

export async function openConsoleScene(options: ConsoleSceneOptions = {}): Promise<ConsoleScene> {
  assert.ok(existsSync(join(CONSOLE, 'index.html')), `no console in ${CONSOLE}: npm run build`);
  await mkdir(SCREENSHOTS, { recursive: true });
  await using undo = new AsyncDisposableStack();
  const world = undo.use(await createProcessWorld({ consoleFolder: CONSOLE }));
  const browser = await chromium.launch({
    executablePath: browserPath,
    args: [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
  undo.defer(() => browser.close());
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    colorScheme: 'light',
  });
  const page = await context.newPage();
  // What is awaited comes however slow the machine is; this only ends a test whose event does not come at all.
  page.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  const watch = (watched: Page): void => {
    watched.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
    watched.on('console', (message) => {
      if (!['error', 'warning'].includes(message.type())) return;
      // Chromium reports every refused request; being asked to sign in is one.
      if (/status of 401/.test(message.text()) || options.expected?.test(message.text())) return;
      complaints.push(message.text());
    });
  };
  watch(page);
  const owned = undo.move();
  return {
    world,
    browser,
    context,
    page,
    complaints,
    watch,
    async picture(name, { isWhole = false } = {}) {
      const path = join(SCREENSHOTS, `${name}.png`);
      const size = page.viewportSize();
      if (isWhole && size) {
        // The page scrolls inside of its frame, whose height is the window's.
        const hidden = await page
          .getByRole('main')
          .evaluate((main) => main.scrollHeight - main.clientHeight);
        await page.setViewportSize({ ...size, height: size.height + hidden });
      }
      // What was said of the last command may still stand there, and covers something.
      await page.screenshot({ path, style: '.fui-Toast { visibility: hidden }' });
      if (isWhole && size) await page.setViewportSize(size);
      const file = options.documents?.[name];
      if (file !== undefined && isForDocuments) {
        await copyFile(path, join(ROOT, 'docs', 'images', `${file}.png`));
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Waits until the host knows what each of its devices is: an agent that has enrolled takes its inventory afterwards. */
export async function inventoryArrived(world: ProcessWorld, name: HostName): Promise<void> {
  const { devices } = world.clients[name];
  while ((await devices.count()) === 0 || (await devices.count('operatingSystem eq null')) > 0) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Opens a one-time link of the host's first administrator; returns the link, which is spent by it. */
export async function openSignInLink(
  page: Page,
  world: ProcessWorld,
  name: HostName,
): Promise<string> {
  const { url } = await world.host(name).request<{ url: string }>('signInLink');
  await page.goto(url);
  return url;
}

/** On the page that a first sign-in leads to. */
export async function setPassword(page: Page): Promise<void> {
  await page.getByLabel(/^New password/).fill(PASSWORD);
  await page.getByLabel(/^Confirm new password/).fill(PASSWORD);
  await page.getByRole('button', { name: 'Set password' }).click();
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
}

/** Signs the host's first administrator in, who has no password yet. */
export async function signIn(page: Page, world: ProcessWorld, name: HostName): Promise<void> {
  await openSignInLink(page, world, name);
  await setPassword(page);
}

export async function openFromNavigation(page: Page, title: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: title }).click();
  await page.getByRole('heading', { name: title, level: 1 }).waitFor();
}

/** By how much the page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
}
