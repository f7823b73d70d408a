import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { held } from '../bars.ts';
import { median, quantile, round } from '../stats.ts';
import type { Suite, SuiteRun } from '../suite.ts';
import { plantFleet } from '../world/fleet.ts';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const CONSOLE = join(import.meta.dirname, '..', '..', 'dist', 'console');
const PASSWORD = 'four quiet herons landing';
const LOADS = 3;
const WHEELS = 150;
const WHEEL_PIXELS = 700;
const LONG_FRAME_MS = 50;
const SETTLE_MS = 1_500;

/** What the page notes for us; the names are looked up in the page. */
interface Noted {
  firstRowsAt?: number;
  frameTimes?: number[];
}

/** The list of devices in a real Chromium, against a real host. */
export const consoleSuite: Suite = {
  name: 'console',
  about: 'the list of devices in Chromium: first rows, frames while scrolling, bytes',
  workload(run) {
    return `${size(run)} devices at a site; its console in headless Chromium of 1280 × 800 without a graphics card, on the same cores as the host; the page of devices opened ${LOADS} times with an empty cache; then ${WHEELS} turns of the wheel of ${WHEEL_PIXELS} pixels, frame by frame`;
  },
  async measure(run) {
    if (!existsSync(CHROMIUM)) {
      run.say('there is no Chromium on this machine (set CHROMIUM): the suite is left out');
      return [];
    }
    const devices = size(run);
    await using world = await run.world({ consoleFolder: CONSOLE });
    await plantFleet(world, 'site', { devices });
    await world.start('site');
    const browser = await launch();
    await using _closed = { [Symbol.asyncDispose]: () => browser.close() };
    const { url } = await world.host('site').request<{ url: string }>('signInLink');
    const signedIn = await signIn(browser, url);
    const address = new URL('/devices', world.host('site').ready.consoleUrl).href;

    const firstRows: number[] = [];
    const kilobytes: number[] = [];
    const frames: number[] = [];
    const { cpu } = await run.window(world, ['site'], 'console', async () => {
      for (let load = 0; load <= LOADS; load++) {
        const context = await browser.newContext({ storageState: signedIn, ...VIEW });
        const page = await context.newPage();
        const { firstRowsAt, bytes } = await open(page, address);
        // The first one warms up the host and the browser.
        if (load > 0) {
          firstRows.push(round(firstRowsAt));
          kilobytes.push(round(bytes / 1024));
        }
        if (load === LOADS) frames.push(...(await scroll(page)));
        await context.close();
      }
    });
    const most = Math.max(...frames);
    return [
      {
        suite: 'console',
        what: `first rows of ${devices} devices, empty cache`,
        value: median(firstRows),
        unit: 'ms',
        better: 'less',
        samples: firstRows,
        bar: held('consoleFirstRows', median(firstRows)),
      },
      {
        suite: 'console',
        what: 'bytes over the wire until the first rows',
        value: median(kilobytes),
        unit: 'KB',
        better: 'less',
        samples: kilobytes,
        bar: held('consoleFirstPage', median(kilobytes)),
      },
      {
        suite: 'console',
        what: `longest frame while scrolling through ${devices} devices`,
        value: round(most),
        unit: 'ms',
        better: 'less',
        bar: held('consoleFrame', most),
      },
      {
        suite: 'console',
        what: 'a frame while scrolling, p99',
        value: round(quantile(frames, 0.99)),
        unit: 'ms',
        better: 'less',
      },
      {
        suite: 'console',
        what: `frames over ${LONG_FRAME_MS} ms, of all`,
        value: round((frames.filter((ms) => ms > LONG_FRAME_MS).length / frames.length) * 100, 2),
        unit: '%',
        better: 'less',
      },
      {
        suite: 'console',
        what: 'processor time of site and its PostgreSQL for all of it',
        value: round(cpu.programMs + cpu.databaseMs, 0),
        unit: 'ms',
        better: 'less',
      },
    ];
  },
};

const VIEW = { viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' } as const;

function size(run: SuiteRun): number {
  return run.size({ full: 100_000, quick: 20_000 });
}

function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
}

async function signIn(
  browser: Browser,
  link: string,
): Promise<Awaited<ReturnType<BrowserContext['storageState']>>> {
  const context = await browser.newContext(VIEW);
  const page = await context.newPage();
  await page.goto(link);
  await page.getByLabel(/^New password/).fill(PASSWORD);
  await page.getByLabel(/^Confirm new password/).fill(PASSWORD);
  await page.getByRole('button', { name: 'Set password' }).click();
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
  const state = await context.storageState();
  await context.close();
  return state;
}

/** Milliseconds from the start of the navigation until a row has text, and what came over the wire by then. */
async function open(page: Page, address: string): Promise<{ firstRowsAt: number; bytes: number }> {
  let bytes = 0;
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await page.addInitScript(() => {
    const noted = globalThis as Noted;
    const look = (): void => {
      const row = document.querySelector('[role="grid"] [aria-rowindex="2"]');
      // The second frame after: what was drawn is then on the screen.
      if (row?.textContent?.includes('-')) {
        requestAnimationFrame(() => {
          noted.firstRowsAt = performance.now();
        });
      } else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  await page.goto(address, { waitUntil: 'commit' });
  await page.waitForFunction(() => (globalThis as Noted).firstRowsAt !== undefined);
  const firstRowsAt = await page.evaluate(() => (globalThis as Noted).firstRowsAt ?? Number.NaN);
  return { firstRowsAt, bytes };
}

/** Milliseconds between frames while the wheel is turned. */
async function scroll(page: Page): Promise<number[]> {
  // What the page fetches beside its rows is over; its live events never are.
  await page.waitForTimeout(SETTLE_MS);
  const grid = page.getByRole('grid', { name: 'Devices' });
  const box = await grid.boundingBox();
  if (!box) throw new Error('the list is not to be seen');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.evaluate(() => {
    const noted = globalThis as Noted;
    const frames: number[] = [];
    noted.frameTimes = frames;
    let before = performance.now();
    const next = (): void => {
      const now = performance.now();
      frames.push(now - before);
      before = now;
      if (noted.frameTimes === frames) requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  const start = await grid.evaluate((element) => element.scrollTop);
  for (let turn = 0; turn < WHEELS; turn++) await page.mouse.wheel(0, WHEEL_PIXELS);
  const end = await grid.evaluate((element) => element.scrollTop);
  if (end <= start) throw new Error('the wheel did not move the list');
  // The first frame began before the wheel did.
  return page.evaluate(() => ((globalThis as Noted).frameTimes ?? []).slice(1));
}
