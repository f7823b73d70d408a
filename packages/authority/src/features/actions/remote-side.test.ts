import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { readChanges } from '@moorline/db';
import {
  createFakeClock,
  type FakeClock,
  type TestDatabase,
  withDatabase,
} from '@moorline/testkit';
import { AUDIT_MIGRATIONS } from '../audit/index.ts';
import { DEVICES_MIGRATIONS } from '../devices/index.ts';
import { ACTIONS_MIGRATIONS } from './migrations.ts';
import {
  type ActionsLab,
  createActionsLab,
  HELP_DESK,
  HQ1,
  HQ2,
  LOWER,
} from './testing/actions-lab.fixture.ts';

describe('actions between authorities', () => {
  let test: TestDatabase;
  let clock: FakeClock;
  let lab: ActionsLab;

  before(async () => {
    test = await withDatabase([...AUDIT_MIGRATIONS, ...DEVICES_MIGRATIONS, ...ACTIONS_MIGRATIONS]);
  });
  after(() => test[Symbol.asyncDispose]());
  beforeEach(async () => {
    clock = createFakeClock(Date.UTC(2026, 10, 23, 12));
    lab = await createActionsLab(test, clock);
  });

  it('queues an action for an attached device with the reason, and wakes its delivery', async () => {
    const { id, hops } = await lab.request(lab.attached);
    assert.equal(hops.at(-1)?.reason, 'Waiting for HQ1 to connect: it manages pc-2.');
    lab.isOnline = true;
    clock.advance(1);
    const { hops: online } = await lab.request(lab.attached);
    assert.equal(
      online.at(-1)?.reason,
      'Being handed to HQ1, which manages pc-2 and is connected.',
    );
    assert.deepEqual(lab.told, [`wake ${HQ1}`, `wake ${HQ1}`]);
    const queue = await lab.actions.remoteActionQueue.queuedFor(HQ1);
    assert.equal(queue[0]?.id, id);
    assert.deepEqual(queue[0]?.actor, HELP_DESK);
    assert.deepEqual(await lab.actions.remoteActionQueue.queuedFor(HQ2), []);
  });

  it('takes over the hops that the managing authority uploads, in order and once', async () => {
    const { id } = await lab.request(lab.attached);
    await lab.upload(HQ1, id, 'deliveredToSite', 'authorized', 'queuedForDevice');
    assert.deepEqual(await lab.actions.remoteActionQueue.queuedFor(HQ1), []);
    const full = [
      'deliveredToSite',
      'authorized',
      'queuedForDevice',
      'running',
      'succeeded',
    ] as const;
    await lab.upload(HQ1, id, ...full);
    await lab.upload(HQ1, id, 'deliveredToSite');
    await lab.upload(HQ1, id, ...full);
    assert.deepEqual(await lab.states(id), ['requested', 'queued', ...full]);
    assert.equal((await lab.actions.readAction(HELP_DESK, id)).result?.message, 'Done.');
  });

  it('attack 9: hops from a connector that does not manage the device are ignored', async () => {
    const { id } = await lab.request(lab.attached);
    const { id: local } = await lab.request(lab.own.deviceId);
    await lab.upload(HQ2, id, 'deliveredToSite', 'succeeded');
    await lab.upload(HQ1, local, 'succeeded');
    assert.deepEqual(await lab.states(id), ['requested', 'queued']);
    assert.equal((await lab.actions.readAction(HELP_DESK, local)).state, 'queuedForDevice');
  });

  it('ends an action that the managing authority refused, with its reason', async () => {
    const { id } = await lab.request(lab.attached);
    await lab.actions.remoteActionQueue.refused(id, 'HQ1', 'No local account is linked.');
    await lab.actions.remoteActionQueue.refused(id, 'HQ1', 'Again.');
    const { hops, state } = await lab.actions.readAction(HELP_DESK, id);
    assert.equal(state, 'refused');
    assert.equal(hops.length, 3);
    assert.equal(hops.at(-1)?.place, LOWER);
    assert.equal(hops.at(-1)?.reason, 'No local account is linked.');
  });

  it('a relayed request begins with its delivery, is one action however often it comes, and is told back', async () => {
    const id = lab.newActionId();
    const [first, second] = await Promise.all([lab.relay(id), lab.relay(id)]);
    assert.deepEqual(second, first);
    assert.deepEqual(
      first.hops.map((hop) => hop.reason),
      [
        'Contoso has it, for grace of Contoso.',
        'Allowed: ada has the role Administrator.',
        'Waiting for pc-1 to connect: it was last in contact less than a minute ago.',
      ],
    );
    assert.equal(first.requestedBy, 'grace (Contoso)');
    assert.equal((await lab.actions.waitingActions(lab.own)).length, 1);
    const { to } = await test.database.read(lab.authorityId, (tx) =>
      readChanges(tx, { topics: ['action'], after: '0.0', limit: 9 }),
    );
    await lab.actions.reportActions(lab.own, [lab.report(id, 'running')]);
    const { entries } = await test.database.read(lab.authorityId, (tx) =>
      readChanges(tx, { topics: ['action'], after: to, limit: 9 }),
    );
    assert.deepEqual(
      entries.map((entry) => entry.key),
      [id],
    );
    const [uploaded] = await lab.actions.uploadSource.readActions([id]);
    assert.deepEqual(
      uploaded?.hops.map((hop) => hop.state),
      ['deliveredToSite', 'authorized', 'queuedForDevice', 'running'],
    );
    assert.equal(
      (await lab.audit()).filter((line) => line.startsWith('actions.request')).length,
      1,
    );
  });

  it('tells nobody else of actions that were requested here', async () => {
    const { id } = await lab.request(lab.own.deviceId);
    assert.deepEqual(await lab.actions.uploadSource.readActions([id]), []);
    const page = await test.database.read(lab.authorityId, (tx) =>
      readChanges(tx, { topics: ['action'], after: '0.0', limit: 9 }),
    );
    assert.deepEqual(page.entries, []);
  });

  it('refuses an id that belongs to another action', async () => {
    const id = lab.newActionId();
    await lab.relay(id);
    const other = await lab.enrol('pc-9');
    await assert.rejects(lab.relay(id, other.deviceId), { code: 'actions.id_taken' });
  });

  it('cancels behind a connector only what has not left', async () => {
    const { id } = await lab.request(lab.attached);
    await lab.upload(HQ1, id, 'deliveredToSite');
    await assert.rejects(lab.actions.cancelAction(HELP_DESK, id), { code: 'actions.too_late' });
    const { id: waiting } = await lab.request(lab.attached);
    await lab.actions.cancelAction(HELP_DESK, waiting);
    assert.deepEqual(await lab.actions.remoteActionQueue.queuedFor(HQ1), []);
  });
});
