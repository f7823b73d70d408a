import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ProcessWorld } from '@moorline/testkit/processes';
import type { Page } from 'playwright-core';
import {
  type ConsoleScene,
  openConsoleScene,
  openFromNavigation,
  overflow,
  signIn,
  skip,
} from '../../testing/console-scene.fixture.ts';

describe('the checks of cloud attach in the site’s console', { skip, timeout: 240_000 }, () => {
  let scene: ConsoleScene;
  let world: ProcessWorld;
  let page: Page;

  before(async () => {
    scene = await openConsoleScene();
    ({ world, page } = scene);
    await Promise.all([world.start('tenant'), world.start('site')]);
    await signIn(page, world, 'site');
    await openFromNavigation(page, 'Cloud attach');
  });
  after(async () => {
    await scene?.[Symbol.asyncDispose]();
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
    await scene.picture('site-prerequisites', { fullPage: true });
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
    await scene.picture('site-endpoints', { fullPage: true });
    assert.equal(await overflow(page), 0);
    assert.deepEqual(scene.complaints, []);
  });
});
