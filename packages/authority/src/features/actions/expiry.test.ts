import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import {
  createFakeClock,
  type FakeClock,
  type TestDatabase,
  withDatabase,
} from '@moorline/testkit';
import { pruneEnded } from './prune.ts';
import { expireActions } from './reconcile.ts';
import {
  ACTIONS_LAB_MIGRATIONS,
  type ActionsLab,
  administrator,
  createActionsLab,
  HELP_DESK,
  KIND,
} from './testing/actions-lab.fixture.ts';

describe('expiry', () => {
  let test: TestDatabase;
  let clock: FakeClock;
  let lab: ActionsLab;

  before(async () => {
    test = await withDatabase(ACTIONS_LAB_MIGRATIONS);
  });
  after(() => test[Symbol.asyncDispose]());
  beforeEach(async () => {
    clock = createFakeClock(Date.UTC(2026, 10, 23, 12));
    lab = await createActionsLab(test, clock);
  });

  it('expires by the default and at the longest that are set', async () => {
    const settings = { defaultExpiryMinutes: 60, maximumExpiryMinutes: 120 };
    await lab.actions.settings.change(administrator('Administrator'), settings);
    assert.equal((await lab.request(lab.own.deviceId)).expiresAt, '2026-11-23T13:00:00.000Z');
    const asked = await lab.actions.requestAction(HELP_DESK, {
      deviceId: lab.own.deviceId,
      kind: KIND,
      expiresAt: '2027-01-01T00:00:00Z',
    });
    assert.equal(asked.expiresAt, '2026-11-23T14:00:00.000Z');
    await assert.rejects(
      lab.actions.settings.change(administrator('Administrator'), { maximumExpiryMinutes: 30 }),
      { code: 'actions.settings_invalid' },
    );
    await assert.rejects(lab.actions.settings.change(HELP_DESK, { keepActionsDays: 1 }), {
      code: 'access.denied',
    });
  });

  it('forgets what ended longer ago than it is kept, and nothing else', async () => {
    const { id: old } = await lab.request(lab.own.deviceId);
    await lab.actions.cancelAction(HELP_DESK, old);
    const { id: open } = await lab.request(lab.own.deviceId);
    clock.advance(180 * 86_400_000 - 1);
    assert.equal(await pruneEnded(lab.parts), 0);
    clock.advance(2);
    assert.equal(await pruneEnded(lab.parts), 1);
    await assert.rejects(lab.actions.readAction(HELP_DESK, old), { code: 'actions.not_found' });
    assert.equal((await lab.actions.readAction(HELP_DESK, open)).id, open);
  });

  it('expires what was not fetched in time, and waits longer for what is on its way elsewhere', async () => {
    const { id } = await lab.request(lab.own.deviceId);
    const { id: remote } = await lab.request(lab.attached);
    clock.advance(24 * 3_600_000 - 1);
    assert.equal(await expireActions(lab.parts), 0);
    clock.advance(1);
    assert.equal(await expireActions(lab.parts), 1);
    assert.equal((await lab.states(id)).at(-1), 'expired');
    assert.deepEqual(await lab.actions.waitingActions(lab.own), []);
    clock.advance(120_000);
    assert.equal(await expireActions(lab.parts), 1);
    const { hops } = await lab.actions.readAction(HELP_DESK, remote);
    assert.equal(hops.at(-1)?.reason, 'HQ1 was not connected in time. Request it again.');
  });

  it('does not wait for an answer for ever', async () => {
    const { id } = await lab.request(lab.own.deviceId);
    await lab.actions.reportActions(lab.own, [lab.report(id, 'running')]);
    clock.advance(7 * 24 * 3_600_000);
    await expireActions(lab.parts);
    const { state, hops } = await lab.actions.readAction(HELP_DESK, id);
    assert.equal(state, 'failed');
    assert.equal(hops.at(-1)?.reason, 'The device has not answered within 7 days.');
  });
});
