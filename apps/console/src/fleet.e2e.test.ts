import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ProcessWorld } from '@moorline/testkit/processes';
import { programFile } from '@moorline/testkit/programs';
import type { Locator, Page } from 'playwright-core';
import {
  type ConsoleScene,
  isForDocuments,
  openFromNavigation as open,
  openConsoleScene,
  signIn,
  skip,
} from './testing/console-scene.fixture.ts';

/** More than two windows of the list: the end is not read with the start. */
const DEVICES = 240;

describe('the console with a fleet', { skip, timeout: 240_000 }, () => {
  let scene: ConsoleScene;
  let world: ProcessWorld;
  let simulation: ChildProcess | undefined;
  let page: Page;
  let grid: Locator;
  const picture = (name: string): Promise<void> => scene.picture(name);
  const openFromNavigation = (title: string): Promise<void> => open(page, title);
  /** The row of that place in the list, the first being 1. */
  const row = (place: number): Locator => grid.locator(`[aria-rowindex="${place + 1}"]`);
  const current = async (): Promise<number> =>
    Number(await grid.locator('[data-current]').getAttribute('aria-rowindex')) - 1;

  before(async () => {
    scene = await openConsoleScene({
      documents: { 'fleet-home-light': 'home', 'fleet-devices-light': 'devices' },
      // A change that came too late.
      expected: /status of 412/,
    });
    ({ world, page } = scene);
    await world.start('tenant');
    await world.start('site');
    await world.attach();
    simulation = await simulate(world, DEVICES, ['--always-online']);
    await knownAtTenant(world, simulation);
    grid = page.getByRole('grid', { name: 'Devices' });
    await signIn(page, world, 'tenant');
  });

  after(async () => {
    if (simulation) await stop(simulation);
    await scene?.[Symbol.asyncDispose]();
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
      return id !== null && document.getElementById(id)?.getAttribute('data-current') === 'true';
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

  test('devices are selected with the keys, acted on together, and followed', async () => {
    await openFromNavigation('Devices');
    await grid.getByRole('link').first().waitFor();
    await grid.focus();
    await page.keyboard.press('Home');
    await row(1).getByRole('link').waitFor();
    await page.keyboard.press(' ');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    const bar = page.getByRole('region', { name: 'Selection' });
    await bar.getByText('3 selected', { exact: true }).waitFor();
    assert.equal(await grid.locator('[aria-selected=true]').count(), 3);
    await bar.getByRole('button', { name: 'Run an action' }).click();
    const dialog = page.getByRole('dialog', { name: 'Run an action on 3 devices' });
    await dialog.getByRole('combobox', { name: /^Action/ }).selectOption('Sync machine policy');
    assert.ok(await dialog.getByRole('button', { name: 'Run' }).isDisabled());
    await dialog.getByLabel('Yes: Sync machine policy on 3 devices').check();
    await dialog.getByRole('button', { name: 'Run' }).click();
    await page.getByRole('heading', { name: 'Sync machine policy on 3 devices' }).waitFor();
    await page.getByText('3 of 3 devices at the end', { exact: true }).waitFor();
    await openFromNavigation('Device actions');
    await page
      .getByRole('table', { name: 'Bulk actions' })
      .getByRole('link', { name: 'Sync machine policy' })
      .waitFor();
  });

  test('all that match are selected, and what has not ended is cancelled', async () => {
    await openFromNavigation('Devices');
    await grid.getByRole('link').first().waitFor();
    await grid.focus();
    await page.keyboard.press('Home');
    await row(1).getByRole('link').waitFor();
    await page.keyboard.press('Control+a');
    const bar = page.getByRole('region', { name: 'Selection' });
    await bar.getByText(`${DEVICES} selected`, { exact: true }).waitFor();
    await bar.getByRole('button', { name: 'Run an action' }).click();
    const dialog = page.getByRole('dialog', { name: `Run an action on ${DEVICES} devices` });
    await dialog.getByRole('combobox', { name: /^Action/ }).selectOption('Full scan');
    await dialog.getByLabel(`Yes: Full scan on ${DEVICES} devices`).check();
    await dialog.getByRole('button', { name: 'Run' }).click();
    await page.getByRole('heading', { name: `Full scan on ${DEVICES} devices` }).waitFor();
    await page.getByRole('button', { name: 'Cancel what has not ended' }).click();
    await page.getByText(`${DEVICES} of ${DEVICES} devices at the end`, { exact: true }).waitFor({
      timeout: 90_000,
    });
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
    assert.deepEqual(scene.complaints, []);
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
      ...[programFile('cli'), 'simulate', '--token', token],
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
