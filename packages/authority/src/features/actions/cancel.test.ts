import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import {
  createFakeClock,
  type FakeClock,
  type TestDatabase,
  withDatabase,
} from '@moorline/testkit';
import { expireActions } from './reconcile.ts';
import {
  ACTIONS_LAB_MIGRATIONS,
  type ActionsLab,
  createActionsLab,
  HELP_DESK,
  HQ1,
} from './testing/actions-lab.fixture.ts';

describe('cancelling', () => {
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

  it('cancels until the device has it, then says why not', async () => {
    const { id } = await lab.request(lab.own.deviceId);
    const cancelled = await lab.actions.cancelAction(HELP_DESK, id);
    assert.equal(cancelled.hops.at(-1)?.reason, 'Cancelled by ada.');
    assert.deepEqual(await lab.actions.cancelAction(HELP_DESK, id), cancelled);
    assert.deepEqual(await lab.actions.waitingActions(lab.own), []);
    const { id: late } = await lab.request(lab.own.deviceId);
    await lab.actions.reportActions(lab.own, [lab.report(late, 'running')]);
    await assert.rejects(lab.actions.cancelAction(HELP_DESK, late), {
      code: 'actions.too_late',
      message: /it is running/,
    });
  });

  it('asks a device that has it to end it, and ends it by the device’s word', async () => {
    const { id } = await lab.request(lab.own.deviceId);
    await lab.actions.reportActions(lab.own, [lab.report(id, 'deliveredToDevice')]);
    const asked = await lab.actions.cancelAction(HELP_DESK, id);
    assert.equal(asked.state, 'deliveredToDevice');
    assert.match(asked.cancellation?.reason ?? '', /is being asked to end it/);
    const [waiting] = await lab.actions.waitingActions(lab.own);
    assert.equal(waiting?.isCancelled, true);
    await lab.actions.reportActions(lab.own, [lab.report(id, 'cancelled')]);
    const ended = await lab.actions.readAction(HELP_DESK, id);
    assert.equal(ended.hops.at(-1)?.place, 'device');
    assert.equal(ended.state, 'cancelled');
    assert.deepEqual(await lab.actions.waitingActions(lab.own), []);
  });

  it('says that a cancellation came too late when the device had begun', async () => {
    const { id } = await lab.request(lab.own.deviceId);
    await lab.actions.reportActions(lab.own, [lab.report(id, 'deliveredToDevice')]);
    await lab.actions.cancelAction(HELP_DESK, id);
    await lab.actions.reportActions(lab.own, [
      lab.report(id, 'running'),
      lab.report(id, 'succeeded'),
    ]);
    const { state, cancellation } = await lab.actions.readAction(HELP_DESK, id);
    assert.equal(state, 'succeeded');
    assert.match(cancellation?.reason ?? '', /^It came too late\. It succeeded\./);
    const { id: other } = await lab.request(lab.own.deviceId);
    await lab.actions.cancelAction(HELP_DESK, other);
    await lab.actions.reportActions(lab.own, [lab.report(other, 'running')]);
    assert.equal(
      (await lab.actions.readAction(HELP_DESK, other)).cancellation?.reason,
      'It had been cancelled when word came that pc-1 had begun it.',
    );
  });

  it('cancels by itself what a connected device does not answer for', async () => {
    lab.devices.presence.opened(lab.own, 'c');
    const { id } = await lab.request(lab.own.deviceId);
    assert.equal((await lab.actions.cancelAction(HELP_DESK, id)).state, 'queuedForDevice');
    clock.advance(30_000);
    await expireActions(lab.parts);
    const { hops } = await lab.actions.readAction(HELP_DESK, id);
    assert.equal(hops.at(-1)?.reason, 'Cancelled by ada (Contoso); the device did not answer.');
  });

  it('audits it when an action was carried out although it had been cancelled here', async () => {
    const { id } = await lab.request(lab.own.deviceId);
    await lab.actions.cancelAction(HELP_DESK, id);
    await lab.actions.reportActions(lab.own, [lab.report(id, 'succeeded')]);
    assert.equal((await lab.actions.readAction(HELP_DESK, id)).state, 'cancelled');
    const { id: remote } = await lab.request(lab.attached);
    await lab.actions.cancelAction(HELP_DESK, remote);
    await lab.upload(HQ1, remote, 'deliveredToSite', 'succeeded');
    const lines = await lab.audit();
    assert.ok(lines.includes('actions.report actions.already_ended'));
    assert.ok(lines.includes('actions.upload actions.already_ended'));
  });
});
