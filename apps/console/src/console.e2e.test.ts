import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { ProcessWorld } from '@moorline/testkit/processes';
import type { Page } from 'playwright-core';
import {
  CONSOLE,
  type ConsoleScene,
  openConsoleScene,
  openFromNavigation,
  openSignInLink,
  overflow,
  PASSWORD,
  setPassword,
  signIn,
  skip,
} from './testing/console-scene.fixture.ts';

async function openDevice(page: Page, name: string): Promise<void> {
  await openFromNavigation(page, 'Devices');
  await page.getByRole('grid', { name: 'Devices' }).getByRole('link', { name }).click();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
}

describe('the console in a browser', { skip, timeout: 240_000 }, () => {
  let scene: ConsoleScene;
  let world: ProcessWorld;
  let page: Page;
  let tenantUrl = '';
  let deviceName = '';
  const picture = (name: string): Promise<void> => scene.picture(name);

  before(async () => {
    scene = await openConsoleScene({ documents: { 'trail-light': 'device-action' } });
    ({ world, page } = scene);
    await world.start('tenant');
    await world.start('site');
    await world.attach();
    await world.enrolAgent();
    tenantUrl = world.host('tenant').ready.consoleUrl;
    deviceName = world.agent().ready.deviceName;
  });

  after(async () => {
    await scene?.[Symbol.asyncDispose]();
  });

  let spentLink = '';

  test('a one-time link signs in, leaves the address, and asks for a password', async () => {
    spentLink = await openSignInLink(page, world, 'tenant');
    await page.getByRole('heading', { name: 'Set your password' }).waitFor();
    assert.equal(new URL(page.url()).hash, '');
    await page.getByLabel(/^New password/).fill('short');
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByText('Use at least 12 characters.').waitFor();
    await picture('set-password');
    await setPassword(page);
    await page.getByText('Admin center').waitFor();
  });

  test('a spent link is refused with the way to another', async () => {
    const other = await scene.browser.newPage();
    scene.watch(other);
    await other.goto(spentLink);
    await other.getByText('This sign-in link does not work any more').waitFor();
    await other.getByText('moorline sign-in-link').waitFor();
    assert.equal(new URL(other.url()).hash, '');
    await other.close();
  });

  test('scripts come as the build compressed them', async () => {
    const encodings = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .filter((entry) => entry.name.endsWith('.js'))
        .map((entry) => {
          const { encodedBodySize, decodedBodySize } = entry as PerformanceResourceTiming;
          return { name: entry.name, isSmaller: encodedBodySize < decodedBodySize };
        }),
    );
    const large = encodings.filter(({ name }) => /index-|client-/.test(name));
    assert.ok(large.length > 0);
    for (const { name, isSmaller } of large) assert.ok(isSmaller, name);
  });

  test('the first pages are at most 300 KB of compressed script', async () => {
    const paths = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map((entry) => new URL(entry.name).pathname)
        .filter((path) => path.endsWith('.js')),
    );
    assert.ok(paths.length > 0);
    const sizes = [...new Set(paths)].map(
      (path) => gzipSync(readFileSync(join(CONSOLE, path))).length,
    );
    const total = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(total < 300_000, `${total} bytes`);
  });

  test('the device of the site appears in the list by itself, and is found by search', async () => {
    await openFromNavigation(page, 'Devices');
    await page.getByRole('link', { name: deviceName }).waitFor();
    await page.getByText('1 device', { exact: true }).waitFor();
    await picture('devices-light');
    await page.getByRole('searchbox', { name: 'Search devices' }).fill('no such device');
    await page.getByText('No device matches').waitFor();
    await page.waitForURL(/q=no/);
    await page.getByRole('button', { name: 'Clear search and filters' }).click();
    await page.getByRole('link', { name: deviceName }).waitFor();
  });

  test('a filter is part of the address, and the address brings it back', async () => {
    await page.getByRole('button', { name: /^Status:/ }).click();
    await page.getByRole('menuitemradio', { name: 'Online' }).click();
    await page.waitForURL(/online=/);
    await page.reload();
    await page.getByRole('button', { name: 'Status: Online' }).waitFor();
    await page.getByRole('link', { name: deviceName }).waitFor();
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
  });

  test('a device is opened with the keyboard alone', async () => {
    await openFromNavigation(page, 'Devices');
    const grid = page.getByRole('grid', { name: 'Devices' });
    await grid.getByRole('link', { name: deviceName }).waitFor();
    await grid.focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: deviceName, level: 1 }).waitFor();
  });

  test('the device page shows the real hardware and software of this machine', async () => {
    await openDevice(page, deviceName);
    await page.getByRole('region', { name: 'System' }).waitFor();
    await picture('device-light');
    await page.getByRole('tab', { name: 'Hardware' }).click();
    await page
      .getByRole('region', { name: 'Processors' })
      .first()
      .getByRole('row')
      .nth(1)
      .waitFor();
    await picture('hardware-light');
    await page.getByRole('tab', { name: 'Resource explorer' }).click();
    await page.getByRole('button', { name: /^Installed software/ }).click();
    await page.waitForURL(/class=InstalledSoftware/);
    await page.getByRole('table', { name: 'Installed software' }).getByRole('row').nth(1).waitFor();
    await picture('explorer-light');
  });

  test('the explorer finds a class, sorts it, asks the device through its site, and goes back in time', async () => {
    await page.getByRole('searchbox', { name: 'Search classes' }).fill('sysctl');
    await page.getByRole('button', { name: /^Sysctl/ }).click();
    await page.waitForURL(/class=Sysctl/);
    const table = page.getByRole('table', { name: 'Sysctl' });
    await table.getByRole('row').nth(1).waitFor();
    await table.getByRole('button', { name: 'Name' }).click();
    await page.waitForURL(/sort=Name/);
    await table.getByRole('button', { name: /^Name/ }).click();
    await page.waitForURL(/sort=-Name/);
    await table.getByRole('row').nth(1).getByText('vm.').first().waitFor();
    const refreshed = page.waitForResponse((response) => response.url().endsWith('/refresh'));
    await page.getByRole('button', { name: 'Refresh now' }).click();
    assert.equal((await refreshed).status(), 200);
    await page.getByRole('button', { name: 'Refresh now' }).waitFor();
    const today = new Date().toISOString().slice(0, 10);
    await page.getByLabel('Compare with').fill(today);
    await page.waitForURL(/from=/);
    await page.getByText('nothing differs.').waitFor();
    await page.reload();
    await page.getByText('nothing differs.').waitFor();
    await page.getByRole('button', { name: 'Now', exact: true }).click();
    await page.getByRole('button', { name: 'Export' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'All rows as CSV' }).click();
    assert.match((await download).suggestedFilename(), /^Sysctl-.*\.csv$/);
    await picture('explorer-sysctl-light');
  });

  test('syncing shows every hop, live, up to the answer of the agent', async () => {
    await openDevice(page, deviceName);
    await page
      .getByRole('toolbar', { name: 'Device commands' })
      .getByRole('button', { name: 'Sync machine policy' })
      .click();
    const panel = page.getByRole('dialog', { name: 'Action' });
    const hops = panel.getByRole('list', { name: 'Hops' });
    await panel.getByText(/^Took /).waitFor();
    const states = await hops.getByRole('listitem').allInnerTexts();
    assert.match(states[0] ?? '', /^Requested/);
    assert.match(states.at(-1) ?? '', /^Succeeded/);
    for (const name of ['Delivered to site', 'Authorized', 'Delivered to device', 'Running']) {
      assert.ok(
        states.some((state) => state.startsWith(name)),
        `${name} is missing of ${states.join(' | ')}`,
      );
    }
    assert.match(states[1] ?? '', /\d{2}:\d{2}:\d{2}\.\d{3}/);
    await picture('trail-light');
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'hidden' });
  });

  test('the connector of the site is healthy', async () => {
    await openFromNavigation(page, 'Connectors and tokens');
    const row = page.getByRole('table', { name: 'Connectors' }).getByRole('row').nth(1);
    await row.getByText('HQ1').waitFor();
    await row.getByText('Healthy').waitFor();
    await picture('connectors-light');
  });

  test('a token is made, shown once, and listed', async () => {
    await openFromNavigation(page, 'API tokens');
    await page.getByRole('button', { name: 'Create token' }).click();
    await page.getByLabel(/^Name/).fill('nightly report');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByText('it is shown only once').waitFor();
    assert.match(await page.getByRole('textbox', { name: 'Token' }).inputValue(), /^\S{20,}$/);
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('cell', { name: 'nightly report', exact: true }).waitFor();
  });

  test('a role is made out of found permissions, assigned by a scope tag, and changed', async () => {
    await openFromNavigation(page, 'Roles');
    await page.getByRole('button', { name: 'Create scope tag' }).click();
    const tag = page.getByRole('dialog');
    await tag.getByLabel('Name').fill('Headquarters');
    await tag.getByRole('checkbox').first().check();
    await tag.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('table', { name: 'Scope tags' }).getByText('Headquarters').waitFor();

    await page.getByRole('button', { name: 'Create role' }).click();
    const role = page.getByRole('dialog');
    await role.getByLabel('Name').fill('Scanner');
    await role.getByLabel('Search permissions').fill('malware');
    await role.getByRole('checkbox').first().check();
    await role.getByRole('button', { name: 'Create' }).click();
    await role.waitFor({ state: 'hidden' });

    await page.getByRole('button', { name: 'Commands for Scanner' }).click();
    await page.getByRole('menuitem', { name: 'Assign' }).click();
    const assign = page.getByRole('dialog');
    await assign.getByRole('checkbox', { name: 'admin' }).check();
    await assign.getByRole('radio', { name: 'Devices that carry a scope tag' }).check();
    await assign.getByRole('checkbox', { name: 'Headquarters' }).check();
    await assign.getByRole('button', { name: 'Assign', exact: true }).click();
    await page
      .getByRole('table', { name: 'Assignments' })
      .getByText('Devices of 1 scope tag')
      .waitFor();
    await picture('roles');

    await page.getByRole('button', { name: 'Commands for Scanner' }).click();
    await page.getByRole('menuitem', { name: 'Edit' }).click();
    const changed = page.getByRole('dialog');
    await changed.getByLabel('Name').fill('Scanners');
    await changed.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Commands for Scanners' }).waitFor();
  });

  test('what was done is in the audit log, whose chain is whole', async () => {
    await openFromNavigation(page, 'Audit logs');
    await page.getByRole('table', { name: 'Audit log' }).getByRole('row').nth(1).waitFor();
    await page.getByRole('button', { name: 'Verify the chain' }).click();
    await page.getByText(/nothing was changed or taken out/).waitFor();
  });

  test('every page fits a narrow window and a dark one', async () => {
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await openDevice(page, deviceName);
    await picture('device-dark');
    await page.setViewportSize({ width: 360, height: 740 });
    const device = new URL(page.url()).pathname;
    for (const path of [
      ...['/', '/devices', '/actions', device, `${device}?tab=hardware`, '/connectors'],
      ...['/enrolment-tokens', '/client-settings', '/administrators', '/api-tokens', '/audit-logs'],
    ]) {
      await page.goto(tenantUrl + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      assert.equal(await overflow(page), 0, path);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  });

  test('signing out asks for the password, and leads back to the page that was wanted', async () => {
    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.goto(`${tenantUrl}/audit-logs`);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByLabel(/^User name/).fill('admin');
    await page.getByLabel(/^Password/).fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('You are not signed in').waitFor();
    await page.getByLabel(/^Password/).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Audit logs', level: 1 }).waitFor();
  });

  test('the same console at the site says where one is, and shows its own end of the attachment', async () => {
    await signIn(page, world, 'site');
    await page.getByText('Site HQ1').waitFor();
    await openFromNavigation(page, 'Cloud attach');
    await page.getByRole('region', { name: 'Attachment' }).getByText('Contoso').waitFor();
    await page
      .getByRole('region', { name: 'Linked administrators' })
      .getByText('admin')
      .first()
      .waitFor();
    await picture('site-cloud-attach-light');
  });

  test('a tenant administrator is linked with another account of the site, and unlinked', async () => {
    const { id } = await world.clients.site.administrators.create({
      userName: 'helpdesk',
      role: 'Help desk',
    });
    await openFromNavigation(page, 'Administrators');
    const links = page.getByRole('region', { name: 'Linked tenant administrators' }).first();
    await links.getByRole('button', { name: /^Change the account of/ }).click();
    await page.getByRole('combobox', { name: /^Acts here as/ }).click();
    await page.getByRole('option', { name: /helpdesk/ }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await links.getByRole('cell', { name: 'helpdesk' }).waitFor();
    const [link] = await world.clients.site.cloudAttach.linkedAdministrators();
    assert.equal(link?.localUserId, id);
    await picture('site-administrators-light');
    await links.getByRole('button', { name: /^Unlink/ }).click();
    await page.getByRole('button', { name: 'Unlink', exact: true }).click();
    await links.getByText('Nobody is linked').waitFor();
  });

  test('the browser had nothing to complain about', () => {
    assert.deepEqual(scene.complaints, []);
  });
});
