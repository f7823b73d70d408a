import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createProcessWorld, type ProcessWorld } from '@moorline/testkit/processes';
import { type Browser, chromium, type Page } from 'playwright-core';

const ROOT = fileURLToPath(new URL('../../../../..', import.meta.url));
const CONSOLE = process.env.MOORLINE_CONSOLE ?? join(ROOT, 'dist', 'console');
const SCREENSHOTS = join(ROOT, '.build', 'screenshots');
const PASSWORD = 'four quiet herons landing';

const browserPath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const skip =
  process.env.MOORLINE_NO_CHROMIUM === '1' || !existsSync(browserPath)
    ? 'no Chromium on this machine'
    : false;

describe('the checks of cloud attach in the site’s console', { skip, timeout: 240_000 }, () => {
  let world: ProcessWorld;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  before(async () => {
    assert.ok(existsSync(join(CONSOLE, 'index.html')), `no console in ${CONSOLE}: npm run build`);
    await mkdir(SCREENSHOTS, { recursive: true });
    world = await createProcessWorld({ programs: 'source', consoleFolder: CONSOLE });
    await Promise.all([world.start('tenant'), world.start('site')]);
    browser = await chromium.launch({
      executablePath: browserPath,
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    });
    page = await browser.newPage({
      viewport: { width: 1280, height: 900 },
      reducedMotion: 'reduce',
    });
    page.on('console', (message) => {
      const isComplaint = ['error', 'warning'].includes(message.type());
      if (isComplaint && !/status of 401/.test(message.text())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
    const { url } = await world.host('site').request<{ url: string }>('signInLink');
    await page.goto(url);
    await page.getByLabel(/^New password/).fill(PASSWORD);
    await page.getByLabel(/^Confirm new password/).fill(PASSWORD);
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
    await page
      .getByRole('navigation', { name: 'Main' })
      .getByRole('link', { name: 'Cloud attach' })
      .click();
  });
  after(async () => {
    await browser?.close();
    await world?.[Symbol.asyncDispose]();
  });

  test('before attaching, a join token is checked, and every prerequisite says what was found', async () => {
    const section = page.getByRole('region', { name: 'Prerequisites' });
    await section
      .getByText(/check with a join token/)
      .first()
      .waitFor();
    const { token } = await world.clients.tenant.connectors.createJoinToken({});
    await section.getByLabel('Check against the tenant of a join token').fill(token);
    await section.getByRole('button', { name: 'Check prerequisites' }).click();
    await section.getByText(/made the join token/).waitFor();
    const items = section.getByRole('listitem');
    assert.equal(await items.count(), 20);
    await items.filter({ hasText: 'No TLS interception: Passed' }).waitFor();
    await items
      .filter({ hasText: 'At least one client: Warning' })
      .getByText('Enrol a device')
      .waitFor();
    await section.getByText('20 checked, none failed').waitFor();
    await page.screenshot({ path: join(SCREENSHOTS, 'site-prerequisites.png'), fullPage: true });
  });

  test('once attached, the endpoints are listed with result and time, and checked on demand', async () => {
    await world.attach();
    const section = page.getByRole('region', { name: 'Internet endpoints' }).first();
    const rows = section.getByRole('row').filter({ hasText: 'Reached' });
    await rows.nth(1).waitFor();
    await page.getByRole('region', { name: 'Attachment' }).getByText('WebSocket').waitFor();
    await world.kill('tenant');
    await section.getByRole('button', { name: 'Check now' }).click();
    await section
      .getByText(/nothing listens there/)
      .first()
      .waitFor();
    await section.getByRole('row').filter({ hasText: 'Not reached' }).first().waitFor();
    await page.screenshot({ path: join(SCREENSHOTS, 'site-endpoints.png'), fullPage: true });
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    assert.equal(overflow, 0);
    assert.deepEqual(complaints, []);
  });
});
