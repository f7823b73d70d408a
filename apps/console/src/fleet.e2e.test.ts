import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createProcessWorld, type ProcessWorld } from '@moorline/testkit/processes';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const CONSOLE = process.env.MOORLINE_CONSOLE ?? join(ROOT, 'dist', 'console');
const SCREENSHOTS = join(ROOT, '.build', 'screenshots');
/** Pictures of the documents, taken when they are asked for: otherwise every run would change them. */
const PICTURES: Readonly<Record<string, string>> = {
  'fleet-home-light': 'home',
  'fleet-devices-light': 'devices',
};
const PASSWORD = 'four quiet herons landing';
/** More than two windows of the list: the end is not read with the start. */
const DEVICES = 240;

const browserPath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const skip =
  process.env.MOORLINE_NO_CHROMIUM === '1' || !existsSync(browserPath)
    ? 'no Chromium on this machine'
    : false;

describe('the console with a fleet', { skip, timeout: 240_000 }, () => {
  let world: ProcessWorld;
  let simulation: ChildProcess | undefined;
  let browser: Browser;
  let page: Page;
  let grid: Locator;
  const complaints: string[] = [];
  const picture = async (name: string): Promise<void> => {
    const path = join(SCREENSHOTS, `${name}.png`);
    await page.screenshot({ path });
    const file = PICTURES[name];
    if (file && process.env.UPDATE_IMAGES === '1') {
      await copyFile(path, join(ROOT, 'docs', 'images', `${file}.png`));
    }
  };
  const openFromNavigation = async (title: string): Promise<void> => {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: title }).click();
    await page.getByRole('heading', { name: title, level: 1 }).waitFor();
  };
  /** The row of that place in the list, the first being 1. */
  const row = (place: number): Locator => grid.locator(`[aria-rowindex="${place + 1}"]`);
  const current = async (): Promise<number> =>
    Number(await grid.locator('[data-current]').getAttribute('aria-rowindex')) - 1;

  before(async () => {
    assert.ok(existsSync(join(CONSOLE, 'index.html')), 'build the console first: npm run build');
    await mkdir(SCREENSHOTS, { recursive: true });
    world = await createProcessWorld({ programs: 'source', consoleFolder: CONSOLE });
    await world.start('tenant');
    await world.start('site');
    await world.attach();
    simulation = await simulate(world, DEVICES, ['--always-online']);
    await knownAtTenant(world, simulation);
    browser = await chromium.launch({
      executablePath: browserPath,
      args: [
        ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
        ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      ],
    });
    page = await browser.newPage({
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
      colorScheme: 'light',
    });
    page.setDefaultTimeout(10_000);
    page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
    page.on('console', (message) => {
      if (!['error', 'warning'].includes(message.type())) return;
      // Chromium reports every refused request: being asked to sign in, and a change that came too late.
      if (/status of (401|412)/.test(message.text())) return;
      complaints.push(message.text());
    });
    grid = page.getByRole('grid', { name: 'Devices' });
    const { url } = await world.host('tenant').request<{ url: string }>('signInLink');
    await page.goto(url);
    await page.getByLabel(/^New password/).fill(PASSWORD);
    await page.getByLabel(/^Confirm new password/).fill(PASSWORD);
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
  });

  after(async () => {
    await browser?.close();
    if (simulation) await stop(simulation);
    await world?.[Symbol.asyncDispose]();
  });

  test('every number of Home leads to the list behind it', async () => {
    const tiles = [
      [/^Devices\s*240$/, '/devices', '240 devices'],
      [/^Inactive for 7 days\s*0$/, '/devices?activity=inactive', 'No device matches'],
      [/^Actions under way\s*0$/, '/actions?view=pending', 'Nothing is under way'],
      [/^Failed in 7 days\s*0$/, '/actions?view=failed', 'Nothing failed'],
    ] as const;
    await page.getByRole('link', { name: tiles[0][0] }).waitFor();
    for (const [name, address, sight] of tiles) {
      await page.getByRole('link', { name }).first().click();
      await page.getByText(sight, { exact: true }).waitFor();
      const { pathname, search } = new URL(page.url());
      assert.equal(pathname + search, address);
      await openFromNavigation('Home');
    }
  });

  test('every part of a drawing leads to its devices, as many as it says', async () => {
    for (const [title, filter] of [
      ['Operating systems', 'OS'],
      ['Where they are managed', 'Site'],
    ] as const) {
      const bar = page
        .getByRole('region', { name: title })
        .getByRole('link', { name: /%/ })
        .first();
      const [label = '', count = ''] = (await bar.innerText()).split('\n');
      await bar.click();
      await page.getByText(`${/\d+/.exec(count)?.[0]} devices`, { exact: true }).waitFor();
      const chosen = page.getByRole('button', { name: new RegExp(`^${filter}:`) });
      assert.ok(label.endsWith((await chosen.innerText()).split(':')[1]?.trim() ?? '-'), label);
      await openFromNavigation('Home');
    }
    const online = page
      .getByRole('region', { name: 'Activity' })
      .getByRole('link', { name: /^Online now/ });
    await online.click();
    await page.getByRole('button', { name: 'Status: Online' }).waitFor();
  });

  test('the keys reach the end of a long list at once, and its start again', async () => {
    await openFromNavigation('Devices');
    await row(1).getByRole('link').waitFor();
    assert.equal(await grid.getAttribute('aria-rowcount'), String(DEVICES + 1));
    await grid.focus();
    await page.keyboard.press('End');
    await row(DEVICES).getByRole('link').waitFor();
    assert.equal(await current(), DEVICES);
    const isReferred = await grid.evaluate((element) => {
      const id = element.getAttribute('aria-activedescendant');
      return id !== null && document.getElementById(id)?.getAttribute('aria-selected') === 'true';
    });
    assert.ok(isReferred, 'the grid does not name its current row');
    await page.keyboard.press('ArrowUp');
    assert.equal(await current(), DEVICES - 1);
    await page.keyboard.press('Home');
    await page.keyboard.press('PageDown');
    await page.keyboard.press('ArrowDown');
    const place = await current();
    assert.ok(place > 5 && place < 40, String(place));
    const name = await row(place).getByRole('link').innerText();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name, level: 1 }).waitFor();
  });

  test('the scrollbar is that of all rows, and only those in sight exist', async () => {
    await openFromNavigation('Devices');
    await row(1).getByRole('link').waitFor();
    const sizes = await grid.evaluate((element) => {
      element.scrollTop = element.scrollHeight / 2;
      return { height: element.scrollHeight, view: element.clientHeight };
    });
    assert.ok(sizes.height >= DEVICES * 40, JSON.stringify(sizes));
    await row(DEVICES / 2 + 2)
      .getByRole('link')
      .waitFor();
    assert.equal(await row(1).count(), 0);
    const drawn = await grid.locator('[data-index]').count();
    assert.ok(drawn < sizes.view / 40 + 20, `${drawn} rows`);
    assert.equal(await grid.locator('[data-index][aria-busy=true]').count(), 0);
  });

  test('going back from a device leads to the rows where one was', async () => {
    const link = row(DEVICES / 2 + 2).getByRole('link');
    const name = await link.innerText();
    const top = await grid.evaluate((element) => element.scrollTop);
    await link.click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    await page.goBack();
    await link.waitFor();
    assert.equal(await grid.evaluate((element) => element.scrollTop), top);
  });

  test('another order begins at its start', async () => {
    await page.getByRole('columnheader', { name: 'Device name' }).getByRole('button').click();
    await page.waitForURL(/sort=-deviceName/);
    await row(1).getByRole('link').waitFor();
    const names = await Promise.all(
      [1, 2, 3].map((place) => row(place).getByRole('link').innerText()),
    );
    assert.deepEqual([...names].sort().reverse(), names);
    assert.equal(await grid.evaluate((element) => element.scrollTop), 0);
  });

  test('settings that somebody else saved meanwhile are told, kept, and not undone', async () => {
    await openFromNavigation('Client settings');
    const poll = page.getByLabel(/^Policy polling/);
    await poll.fill('45');
    const { clientSettings } = world.clients.tenant;
    const before = await clientSettings.get();
    await clientSettings.set({ ...before, inventoryMinutes: 120 });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Not saved yet: somebody else changed the settings').waitFor();
    await page
      .getByText(`Inventory went from ${before.inventoryMinutes} to 120 minutes.`)
      .waitFor();
    assert.equal((await clientSettings.get()).policyPollMinutes, before.policyPollMinutes);
    await picture('settings-conflict');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The settings are saved.').first().waitFor();
    const { policyPollMinutes, inventoryMinutes } = await clientSettings.get();
    assert.deepEqual([policyPollMinutes, inventoryMinutes], [45, 120]);
  });

  const isForDocuments = process.env.UPDATE_IMAGES === '1';
  test('the documents show an organization at work', { skip: !isForDocuments }, async () => {
    const { devices, actions } = world.clients.tenant;
    for (const device of (await devices.list({ top: 14, skip: 60 })).items) {
      await actions.wait(await devices.triggerAction(device.id, 'refreshMachinePolicy'));
    }
    if (simulation) await stop(simulation);
    simulation = await simulate(world, 1, []);
    for await (const _event of world.clients.tenant.liveEvents()) {
      const { onlineDeviceCount } = await devices.overview();
      if (onlineDeviceCount > 20 && onlineDeviceCount < DEVICES) break;
    }
    await openFromNavigation('Home');
    await page
      .getByRole('table', { name: 'Recent actions' })
      .getByRole('link', { name: /^[A-Z]{3}-/ })
      .first()
      .waitFor();
    await picture('fleet-home-light');
    await openFromNavigation('Devices');
    await row(1).getByRole('link').waitFor();
    await picture('fleet-devices-light');
  });

  test('the browser had nothing to complain about', () => {
    assert.deepEqual(complaints, []);
  });
});

/** Gives the site its devices with the user's own command; those of an earlier run on the same folder come back. */
async function simulate(
  world: ProcessWorld,
  quota: number,
  flags: readonly string[],
): Promise<ChildProcess> {
  const { token } = await world.clients.site.enrolmentTokens.create({ quota });
  assert.ok(token);
  return spawn(
    process.execPath,
    [
      ...[join(ROOT, 'apps', 'cli', 'src', 'main.ts'), 'simulate', '--token', token],
      ...['--devices', String(DEVICES), '--rate', '200', ...flags],
      ...['--data', join(world.folder, 'simulation')],
    ],
    { stdio: 'ignore' },
  );
}

async function stop(simulation: ChildProcess): Promise<void> {
  if (simulation.exitCode !== null || simulation.signalCode !== null) return;
  simulation.kill('SIGINT');
  await once(simulation, 'exit');
}

/** Waits until the tenant knows every device, and what each is. */
async function knownAtTenant(world: ProcessWorld, simulation: ChildProcess): Promise<void> {
  const over = new AbortController();
  simulation.once('exit', () => over.abort());
  const { devices, liveEvents } = world.clients.tenant;
  for await (const event of liveEvents({ signal: over.signal })) {
    if (event.topic !== 'device' && event.topic !== 'reset') continue;
    const { enrolledDeviceCount, onlineDeviceCount } = await devices.overview();
    if (enrolledDeviceCount !== DEVICES || onlineDeviceCount !== DEVICES) continue;
    if ((await devices.count('operatingSystem eq null')) === 0) return;
  }
  throw new Error('the simulation ended before the tenant knew its devices');
}
