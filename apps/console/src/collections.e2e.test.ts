import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ProcessWorld } from '@moorline/testkit/processes';
import type { Page } from 'playwright-core';
import {
  type ConsoleScene,
  inventoryArrived,
  openConsoleScene,
  openFromNavigation,
  overflow,
  setPassword,
  signIn,
  skip,
} from './testing/console-scene.fixture.ts';

describe('collections in a browser', { skip, timeout: 240_000 }, () => {
  let scene: ConsoleScene;
  let world: ProcessWorld;
  let page: Page;
  let deviceName = '';
  let siteUrl = '';
  const picture = (name: string): Promise<void> => scene.picture(name);
  const openList = (): Promise<void> => openFromNavigation(page, 'Collections');
  const query = () => page.getByRole('textbox', { name: 'Query', exact: true });
  const ofTest = async () => {
    const { items } = await world.clients.site.collections.list({ search: 'Linux' });
    assert.ok(items[0]);
    return items[0];
  };

  before(async () => {
    scene = await openConsoleScene({
      documents: { 'collections-rules-light': 'collections' },
      // A change that came too late.
      expected: /status of 412/,
    });
    ({ world, page } = scene);
    await world.start('tenant');
    await world.start('site');
    await world.attach();
    await world.enrolAgent();
    await inventoryArrived(world, 'site');
    deviceName = world.agent().ready.deviceName;
    siteUrl = world.host('site').ready.consoleUrl;
    await signIn(page, world, 'site');
  });

  after(async () => {
    await scene?.[Symbol.asyncDispose]();
  });

  test('the built-in collections are listed, found by name, and say that they cannot be changed', async () => {
    await openList();
    const table = page.getByRole('table', { name: 'Collections' });
    await table.getByRole('link', { name: 'All Systems' }).waitFor();
    await page.getByText('5 collections', { exact: true }).waitFor();
    await page.getByRole('searchbox', { name: 'Search collections' }).fill('all mob');
    await page.waitForURL(/q=all/);
    await page.getByText('1 collection', { exact: true }).waitFor();
    await table.getByRole('link', { name: 'All Mobile Devices' }).click();
    await page.getByText('No members').waitFor();
    await page.getByRole('tab', { name: 'Rules' }).click();
    await page.getByText('This collection is built in and cannot be changed.').waitFor();
    assert.ok(
      await query()
        .getAttribute('readonly')
        .then((value) => value !== null),
    );
  });

  test('a query is written with completions, and what is wrong in it is told with its place', async () => {
    await openList();
    await page.getByRole('button', { name: 'Create collection' }).click();
    await page.getByLabel(/^Name\s*\*?$/).fill('Linux machines');
    await query().click();
    await page.keyboard.type('ManagedDev');
    const offered = page.getByRole('listbox', { name: 'Completions' });
    await offered.getByRole('option', { name: /^ManagedDevice/ }).waitFor();
    await picture('collections-completion-light');
    await page.keyboard.press('Enter');
    assert.equal(await query().inputValue(), 'ManagedDevice\n| ');
    await page.keyboard.type('where ');
    await page.keyboard.press('Control+Space');
    await offered.getByRole('option', { name: /^OperatingSystem/ }).waitFor();
    // What was typed just before would have asked by now: a list that is wanted stays.
    await page.waitForTimeout(300);
    assert.ok(await offered.isVisible());
    await page.keyboard.press('Escape');
    await offered.waitFor({ state: 'hidden' });
    await page.keyboard.type('OperatingSystm == "Linux"');
    const problems = page.getByRole('list', { name: 'Problems of Query' });
    const problem = problems.getByRole('button').first();
    await problem.waitFor();
    assert.match(await problem.innerText(), /^Line 2, character 9: .*OperatingSystm/);
    await picture('collections-problem-light');
    await problem.click();
    const selected = await query().evaluate((area: HTMLTextAreaElement) =>
      area.value.slice(area.selectionStart, area.selectionEnd),
    );
    assert.equal(selected, 'OperatingSystm');
    await query().fill('ManagedDevice | where OperatingSystem has "Linux"');
    await problem.waitFor({ state: 'hidden' });
  });

  test('its members are previewed before it is made, and are its members afterwards', async () => {
    await page.getByRole('button', { name: 'Preview members' }).click();
    const preview = page.getByRole('region', { name: 'Would be members' });
    await preview.getByRole('link', { name: deviceName }).waitFor();
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('heading', { name: 'Linux machines', level: 1 }).waitFor();
    const members = page.getByRole('table', { name: 'Members' });
    await members.getByRole('link', { name: deviceName }).waitFor();
    await page.getByText('1 member', { exact: true }).waitFor();
  });

  test('a member says why it is one, under an address of its own', async () => {
    await page.getByRole('button', { name: `Why is ${deviceName} a member` }).click();
    const panel = page.getByRole('dialog', { name: 'Why' });
    await panel.getByText('Takes it in').waitFor();
    await page.waitForURL(/why=/);
    await picture('collections-why-light');
    await page.reload();
    await panel.getByText('Takes it in').waitFor();
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'hidden' });
  });

  test('what another definition would change is told before it is saved', async () => {
    await page.getByRole('tab', { name: 'Rules' }).click();
    await query().fill('ManagedDevice | where OperatingSystem == "Plan 9"');
    await page.getByRole('button', { name: 'What if' }).click();
    await page.getByText('1 now, 0 after saving.').waitFor();
    await page
      .getByRole('region', { name: 'Would leave' })
      .getByRole('link', { name: deviceName })
      .waitFor();
    await picture('collections-what-if-light');
    await query().fill('ManagedDevice | where isnotempty(OperatingSystem)');
    await page.getByText('The rules have changed since this was asked.').waitFor();
    await page.getByRole('button', { name: 'What if' }).click();
    await page.getByText(/after saving\./).waitFor();
    await picture('collections-rules-light');
  });

  test('a page with unsaved changes is not left without a question', async () => {
    await page.getByRole('tab', { name: 'Members' }).click();
    await page.getByText('Leave without saving?').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    assert.match(await query().inputValue(), /isnotempty/);
  });

  test('a change that somebody else made meanwhile is told, and not undone unasked', async () => {
    const { id } = await ofTest();
    const { collections } = world.clients.site;
    await page.route(`**/configManagerCollections/${id}`, async (route) => {
      if (route.request().method() === 'PATCH') {
        await collections.update(id, { description: 'Theirs' });
      }
      await route.continue();
    });
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText(/omebody else changed this collection/).waitFor();
    await page.unrouteAll({ behavior: 'wait' });
    assert.equal((await collections.get(id)).description, 'Theirs');
    assert.match(await query().inputValue(), /isnotempty/);
    await picture('collections-conflict-light');
    await page.getByRole('button', { name: 'Keep mine' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('The collection is saved.').first().waitFor();
    const [rule] = (await collections.get(id)).rules;
    assert.ok(rule?.kind === 'query');
    assert.match(rule.query, /isnotempty/);
  });

  test('a change made elsewhere appears by itself', async () => {
    const { id } = await ofTest();
    await world.clients.site.collections.update(id, { displayName: 'Linux computers' });
    await page.getByRole('heading', { name: 'Linux computers', level: 1 }).waitFor();
  });

  test("a device's page names its collections, and at the tenant whose they are", async () => {
    const [device] = (await world.clients.site.devices.list()).items;
    assert.ok(device);
    await page.goto(`${siteUrl}/devices/${device.id}?tab=collections`);
    const table = page.getByRole('table', { name: 'Collections of the device' });
    await table.getByRole('link', { name: 'Linux computers' }).first().waitFor();
    await picture('device-collections-light');
  });

  test('the pages fit a narrow window and a dark one', async () => {
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await page.setViewportSize({ width: 360, height: 740 });
    const { id } = await ofTest();
    const one = `/collections/${id}`;
    for (const path of ['/collections', '/collections/new', one, `${one}?tab=rules`]) {
      await page.goto(siteUrl + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      if (path !== '/collections')
        await page
          .getByText(/Rules|New collection/)
          .first()
          .waitFor();
      assert.equal(await overflow(page), 0, path);
    }
    await page.getByRole('button', { name: 'What if' }).waitFor();
    await picture('collections-rules-narrow-dark');
    await page.setViewportSize({ width: 1280, height: 800 });
    await picture('collections-rules-dark');
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  });

  test('a collection is deleted after a question, and is gone from the list', async () => {
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete this collection?' });
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { name: 'Collections', level: 1 }).waitFor();
    await page.getByText('5 collections', { exact: true }).waitFor();
    await picture('collections-light');
  });

  test('who may only read sees the rules, and which permission is missing', async () => {
    const { collections, administrators } = world.clients.site;
    const { id } = await collections.create({
      displayName: 'Kept',
      limitingCollectionId: '00000000-0000-8000-8000-000000000001',
      rules: [{ kind: 'query', name: 'Query', query: 'ManagedDevice' }],
    });
    const { signInLink } = await administrators.create({
      userName: 'reader',
      role: 'Read only',
    });
    assert.ok(signInLink);
    const context = await scene.browser.newContext();
    const other = await context.newPage();
    await other.goto(siteUrl + signInLink);
    await setPassword(other);
    await other.goto(`${siteUrl}/collections/${id}?tab=rules`);
    await other
      .getByText(/^You may read these rules and not change them\..*\(groups\.manage\)/)
      .waitFor();
    assert.equal(await other.getByRole('button', { name: 'Save' }).count(), 0);
    await context.close();
  });

  test('the tenant says that the collections of the site are not its own', async () => {
    await signIn(page, world, 'tenant');
    const [device] = (await world.clients.tenant.devices.list()).items;
    assert.ok(device);
    const tenantUrl = world.host('tenant').ready.consoleUrl;
    await page.goto(`${tenantUrl}/devices/${device.id}?tab=collections`);
    await page.getByText(/are not read from here yet/).waitFor();
    await page
      .getByRole('table', { name: 'Collections of the device' })
      .getByRole('link', { name: 'All Systems' })
      .first()
      .waitFor();
    await picture('device-collections-tenant-light');
  });

  test('the browser had nothing to complain about', () => {
    assert.deepEqual(scene.complaints, []);
  });
});
