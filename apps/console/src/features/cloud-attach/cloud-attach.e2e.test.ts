import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ProcessWorld } from '@moorline/testkit/processes';
import type { Page } from 'playwright-core';
import {
  type ConsoleScene,
  openConsoleScene,
  openFromNavigation,
  overflow,
  setPassword,
  signIn,
  skip,
} from '../../testing/console-scene.fixture.ts';

/** The walk of docs/attach.md. */
const DOCUMENT_PICTURES = [
  ...['attach-join-token', 'attach-prerequisites', 'attach-onboarding', 'attach-upload'],
  ...['attach-summary', 'attach-done', 'attach-overview', 'attach-connector', 'attach-device'],
];

describe('cloud attach in the site’s console', { skip, timeout: 480_000 }, () => {
  let scene: ConsoleScene;
  let world: ProcessWorld;
  let page: Page;
  let deviceName = '';
  let siteUrl = '';
  let token = '';

  const picture = (name: string): Promise<void> => scene.picture(name, { isWhole: true });
  const step = (name: string): Promise<void> =>
    page.getByRole('heading', { name: new RegExp(`^${name} \\(step`), level: 2 }).waitFor();
  const press = (name: string | RegExp): Promise<void> =>
    page.getByRole('button', { name, exact: true }).click();
  const isOn = (address: string): Promise<void> => page.waitForURL(siteUrl + address);
  /** The site dies with its database, and comes back on the same data; the page stays open. */
  const killSite = async (): Promise<void> => {
    await world.kill('site');
    await world.start('site');
  };
  /** What has the focus, as a screen reader would name it. */
  const focused = (): Promise<string> =>
    page.evaluate(() => document.activeElement?.textContent ?? '');

  before(async () => {
    scene = await openConsoleScene({
      documents: Object.fromEntries(DOCUMENT_PICTURES.map((name) => [name, name])),
      // The site is killed while the page is open; a change comes too late.
      expected: /net::ERR_|status of (?:412|50\d)/,
    });
    ({ world, page } = scene);
    await Promise.all([world.start('tenant'), world.start('site')]);
    await world.enrolAgent();
    deviceName = world.agent().ready.deviceName;
    siteUrl = world.host('site').ready.consoleUrl;
  });
  after(async () => {
    await scene?.[Symbol.asyncDispose]();
  });

  test('an administrator of the tenant makes a join token', async () => {
    await signIn(page, world, 'tenant');
    await openFromNavigation(page, 'Connectors and tokens');
    await press('Attach a site');
    await press('Create join token');
    token = await page.getByRole('textbox', { name: 'Join token' }).inputValue();
    assert.match(token, /^mlj1\./);
    await scene.picture('attach-join-token');
    await press('Close');
  });

  test('a site that is not attached leads to the wizard, whose first page judges the prerequisites', async () => {
    await signIn(page, world, 'site');
    await openFromNavigation(page, 'Cloud attach');
    await page.getByRole('link', { name: 'Configure cloud attach' }).click();
    await step('Prerequisites');
    await isOn('/cloud-attach/configure/prerequisites');
    const section = page.getByRole('region', { name: 'Prerequisites' });
    await section
      .getByText(/check with a join token/)
      .first()
      .waitFor();
    await section.getByLabel('Check against the tenant of a join token').fill(token);
    await section.getByRole('button', { name: 'Check prerequisites' }).click();
    await section.getByText(/made the join token/).waitFor();
    await section
      .getByRole('listitem')
      .filter({ hasText: 'No TLS interception: Passed' })
      .waitFor();
    await section.getByText('20 checked, none failed').waitFor();
    await scene.picture('attach-prerequisites');
  });

  test('each page has an address, is named as the current step, and takes the focus to its heading', async () => {
    const steps = page.getByRole('navigation', { name: 'Steps' });
    assert.equal(
      await steps.locator('[aria-current=step]').innerText(),
      await steps.getByRole('link').first().innerText(),
    );
    await press('Next');
    await step('Onboarding');
    await isOn('/cloud-attach/configure/onboarding');
    assert.match(await steps.locator('[aria-current=step]').innerText(), /Onboarding/);
    assert.match(await focused(), /^Onboarding \(step 2 of 5\)$/);
    await page.keyboard.press('Tab');
    await press('Back');
    await step('Prerequisites');
    assert.match(await focused(), /^Prerequisites \(step 1 of 5\)$/);
    await press('Next');
    await step('Onboarding');
  });

  test('what attaching creates on both sides is listed before anything is', async () => {
    const field = page.getByLabel(/^Join token/);
    assert.equal(await field.inputValue(), token);
    await field.fill('mlj1.?');
    await page.getByText('This is no join token').waitFor();
    await field.fill(token);
    const tenant = page.getByRole('list', { name: 'At the tenant' });
    await tenant.getByRole('listitem').filter({ hasText: 'Connector' }).first().waitFor();
    await page
      .getByRole('list', { name: 'At this site' })
      .getByRole('listitem')
      .filter({ hasText: 'Private key' })
      .waitFor();
    assert.deepEqual(await world.clients.tenant.connectors.list(), []);
    await picture('attach-onboarding');
  });

  test('a site that is killed before it is attached goes on from there', async () => {
    await killSite();
    await press('Attach, and go on');
    await step('Configure upload');
    await isOn('/cloud-attach/configure/upload');
    assert.equal((await world.clients.tenant.connectors.list()).length, 1);
  });

  test('attached, nothing has left the site before the wizard’s end', async () => {
    const { settings } = await world.clients.site.cloudAttach.uploadSettings();
    assert.equal(settings.paused, true);
    assert.equal((await world.clients.tenant.devices.list()).items.length, 0);
  });

  test('the preview shows the very rows, and which columns stay here', async () => {
    const preview = page.getByRole('region', { name: 'What would leave this site' });
    await preview.getByText('1 device would leave').waitFor();
    await preview.getByRole('cell', { name: deviceName }).waitFor();
    await page.getByRole('checkbox', { name: /^Hardware/ }).uncheck();
    await preview.getByRole('columnheader', { name: 'Hardware: stays here' }).waitFor();
  });

  test('devices of chosen collections leave, and excluded ones do not', async () => {
    const preview = page.getByRole('region', { name: 'What would leave this site' });
    await page.getByRole('radio', { name: 'Devices in chosen collections' }).check();
    await page.getByText('Choose at least one collection, or all devices.').waitFor();
    await preview.getByText('Nothing: no collection is chosen.').waitFor();
    const choose = async (label: RegExp, name: string): Promise<void> => {
      await page.getByRole('combobox', { name: label }).click();
      await page.keyboard.type(name);
      await page.getByRole('option', { name, exact: true }).click();
      await page
        .getByRole('button', { name: `Take out ${name}` })
        .first()
        .waitFor();
    };
    await choose(/^Collections/, 'All Systems');
    await preview.getByText('1 device would leave').waitFor();
    await choose(/^Excluded collections/, 'All Mobile Devices');
    await preview.getByText('1 device would leave').waitFor();
    await picture('attach-upload');
  });

  test('what is not saved yet is not left without a question', async () => {
    await page.getByRole('navigation', { name: 'Steps' }).getByText('Summary').click();
    await page.getByText('Leave without saving?').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await step('Configure upload');
  });

  test('a site that is killed while it is configured keeps what was chosen in the page', async () => {
    await killSite();
    await press('Save, and go on');
    await step('Co-management');
    const { settings } = await world.clients.site.cloudAttach.uploadSettings();
    assert.equal(settings.scope.devices, 'collections');
    assert.equal(settings.scope.excludedCollectionIds.length, 1);
    assert.equal(settings.categories.hardware, false);
    assert.equal(settings.paused, true);
  });

  test('co-management says why it cannot be set up, and is not needed', async () => {
    await page.getByText('Not available yet').first().waitFor();
    await picture('attach-co-management');
    await killSite();
    await page.reload();
    await step('Co-management');
    await press('Next');
    await step('Summary');
  });

  test('the summary tells every choice, and what it waits for', async () => {
    const chosen = page.getByRole('region', { name: 'What was chosen' });
    await chosen
      .getByText('Devices in All Systems, without those in All Mobile Devices.')
      .waitFor();
    await chosen.getByText('Attached to Contoso').waitFor();
    await page
      .getByRole('list', { name: 'Progress' })
      .getByText('Waits for you: nothing leaves before.')
      .waitFor();
    await picture('attach-summary');
  });

  test('left at its end, the wizard is offered again where one left it', async () => {
    await press('Cancel');
    await page.getByText('The configuration is not finished').waitFor();
    await page.getByRole('link', { name: 'Go on with it' }).click();
    await step('Configure upload');
    await page.getByRole('navigation', { name: 'Steps' }).getByText('Summary').click();
    await step('Summary');
  });

  test('started, the upload is followed to its end, also over a kill of the site', async () => {
    await press('Start the upload');
    await page.getByRole('button', { name: 'Close' }).waitFor();
    await killSite();
    await page.getByText('Everything is done').waitFor();
    await page
      .getByRole('list', { name: 'Progress' })
      .getByText('Everything had arrived')
      .waitFor();
    await picture('attach-done');
    const [device] = (await world.clients.tenant.devices.list()).items;
    assert.equal(device?.deviceName, deviceName);
    assert.equal(device?.manufacturer, null);
    await press('Close');
    await isOn('/cloud-attach');
  });

  test('afterwards the page says how connection, upload and endpoints are', async () => {
    await page.getByRole('region', { name: 'Attachment' }).getByText('WebSocket').waitFor();
    await page.getByRole('region', { name: 'Upload' }).getByText('Up to date').waitFor();
    const endpoints = page.getByRole('region', { name: 'Internet endpoints' }).first();
    await endpoints.getByRole('row').filter({ hasText: 'Reached' }).nth(1).waitFor();
    await scene.picture('attach-overview');
    await picture('attach-overview-whole');
  });

  test('the tenant has the connector, and the device with what was let through', async () => {
    await page.goto(`${world.host('tenant').ready.consoleUrl}/connectors`);
    await page
      .getByRole('table', { name: 'Connectors' })
      .getByRole('link', { name: 'HQ1' })
      .click();
    await page.getByRole('heading', { name: 'HQ1', level: 1 }).waitFor();
    await page.getByRole('region', { name: 'Upload' }).waitFor();
    await scene.picture('attach-connector');
    await openFromNavigation(page, 'Devices');
    await page
      .getByRole('grid', { name: 'Devices' })
      .getByRole('link', { name: deviceName })
      .click();
    await page.getByRole('heading', { name: deviceName, level: 1 }).waitFor();
    await page.getByRole('region', { name: 'System' }).waitFor();
    await scene.picture('attach-device');
    await page.goto(`${siteUrl}/cloud-attach`);
  });

  test('the properties are the same forms, and do not undo what somebody else saved', async () => {
    await page.getByRole('link', { name: 'Properties' }).click();
    await page.getByRole('heading', { name: 'Cloud attach properties', level: 1 }).waitFor();
    await page.getByRole('checkbox', { name: /^Hardware/ }).check();
    const { cloudAttach } = world.clients.site;
    await page.route('**/cloudAttach/uploadSettings', async (route) => {
      if (route.request().method() === 'PATCH') {
        await cloudAttach.updateUploadSettings({ intervalMinutes: 15 });
      }
      await route.continue();
    });
    await press('Save');
    await page.getByText('Not saved yet: somebody else changed the settings').waitFor();
    await page.unrouteAll({ behavior: 'wait' });
    await page.getByText('Every 15 minutes, at all hours, without a limit.').waitFor();
    await picture('attach-properties-conflict');
    await press('Save');
    await page.getByText('The upload settings are saved.').first().waitFor();
    const { settings } = await cloudAttach.uploadSettings();
    assert.deepEqual([settings.categories.hardware, settings.intervalMinutes], [true, 15]);
    await cloudAttach.updateUploadSettings({ intervalMinutes: 0 });
  });

  test('the pages fit a narrow window and a dark one', async () => {
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await page.setViewportSize({ width: 360, height: 740 });
    const pages = [
      ...['', '/properties'],
      ...['prerequisites', 'onboarding', 'upload', 'co-management', 'summary'].map(
        (name) => `/configure/${name}`,
      ),
    ];
    for (const path of pages) {
      await page.goto(`${siteUrl}/cloud-attach${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByRole('region').first().waitFor();
      assert.equal(await overflow(page), 0, path);
      await scene.picture(`attach-narrow-dark${path.replaceAll('/', '-')}`);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(`${siteUrl}/cloud-attach/configure/upload`);
    await page.getByText('1 device would leave').waitFor();
    await picture('attach-upload-dark');
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  });

  test('who may only read sees the properties, and which permission is missing', async () => {
    const { signInLink } = await world.clients.site.administrators.create({
      userName: 'reader',
      role: 'Read only',
    });
    assert.ok(signInLink);
    const context = await scene.browser.newContext();
    const other = await context.newPage();
    await other.goto(siteUrl + signInLink);
    await setPassword(other);
    await other.goto(`${siteUrl}/cloud-attach/properties`);
    await other
      .getByText(/^You may read these settings and not change them\..*\(connectors\.manage\)/)
      .waitFor();
    await other.getByText('1 device would leave').waitFor();
    assert.ok(await other.getByRole('checkbox', { name: /^Hardware/ }).isDisabled());
    await context.close();
  });

  test('an endpoint that is not reached says why, on demand', async () => {
    await openFromNavigation(page, 'Cloud attach');
    await world.kill('tenant');
    const section = page.getByRole('region', { name: 'Internet endpoints' }).first();
    await section.getByRole('button', { name: 'Check now' }).click();
    await section
      .getByText(/nothing listens there/)
      .first()
      .waitFor();
    await section.getByRole('row').filter({ hasText: 'Not reached' }).first().waitFor();
    assert.equal(await overflow(page), 0);
  });

  test('detached while the tenant is away, the site stands alone, and the wizard is offered again', async () => {
    await press('Detach from the tenant');
    const dialog = page.getByRole('dialog', { name: 'Detach this site?' });
    await dialog.getByRole('button', { name: 'Detach' }).click();
    await page.getByText('This site is not attached').waitFor();
    await page.getByText(/^Detached from Contoso by admin/).waitFor();
    await page.getByRole('link', { name: 'Configure cloud attach' }).waitFor();
    await picture('attach-detached');
    assert.equal((await world.clients.site.devices.list()).items.length, 1);
  });

  test('the browser had nothing to complain about', () => {
    assert.deepEqual(scene.complaints, []);
  });
});
