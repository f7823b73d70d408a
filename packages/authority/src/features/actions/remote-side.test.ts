import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { readChanges } from '@moorline/db';
import {
  createFakeClock,
  type FakeClock,
  type TestDatabase,
  withDatabase,
} from '@moorline/testkit';
import {
  ACTIONS_LAB_MIGRATIONS,
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
    test = await withDatabase(ACTIONS_LAB_MIGRATIONS);
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

  it('cancels at once behind a connector what has not left', async () => {
    const { id } = await lab.request(lab.attached);
    assert.equal((await lab.actions.cancelAction(HELP_DESK, id)).state, 'cancelled');
    assert.deepEqual(await lab.actions.remoteActionQueue.queuedFor(HQ1), []);
    assert.deepEqual(await lab.actions.remoteActionQueue.cancelsFor(HQ1), []);
  });

  it('asks the connector to end what has left, and says what it waits for', async () => {
    const { remoteActionQueue: queue } = lab.actions;
    const { id } = await lab.request(lab.attached);
    await lab.upload(HQ1, id, 'deliveredToSite', 'authorized', 'queuedForDevice');
    lab.told.length = 0;
    const asked = await lab.actions.cancelAction(HELP_DESK, id);
    assert.equal(asked.state, 'queuedForDevice');
    assert.equal(
      asked.cancellation?.reason,
      'HQ1 may have it, and is asked to end it when it connects.',
    );
    assert.deepEqual(lab.told, [`wake ${HQ1}`]);
    assert.deepEqual(await queue.cancelsFor(HQ1), [{ id, actor: HELP_DESK }]);
    assert.deepEqual(await queue.cancelsFor(HQ2), []);
    await queue.cancelAnswered(id, 'HQ1', { kind: 'taken' });
    assert.deepEqual(await queue.cancelsFor(HQ1), []);
    await lab.upload(HQ1, id, 'cancelled');
    assert.equal((await lab.actions.readAction(HELP_DESK, id)).state, 'cancelled');
  });

  it('says so when the end was asked for too late', async () => {
    const { remoteActionQueue: queue } = lab.actions;
    const { id } = await lab.request(lab.attached);
    await lab.upload(HQ1, id, 'deliveredToSite');
    await lab.actions.cancelAction(HELP_DESK, id);
    await queue.cancelAnswered(id, 'HQ1', { kind: 'refused', reason: 'It is running.' });
    const { cancellation } = await lab.actions.readAction(HELP_DESK, id);
    assert.equal(cancellation?.reason, 'HQ1 does not end it: It is running.');
    await lab.upload(HQ1, id, 'running', 'succeeded');
    const ended = await lab.actions.readAction(HELP_DESK, id);
    assert.equal(ended.state, 'succeeded');
    assert.match(ended.cancellation?.reason ?? '', /^It came too late\./);
  });

  it('does not deliver any more what may have left when its end was asked for', async () => {
    lab.hasLeft = true;
    const { remoteActionQueue: queue } = lab.actions;
    const { id } = await lab.request(lab.attached);
    const { state } = await lab.actions.cancelAction(HELP_DESK, id);
    assert.equal(state, 'queued');
    assert.deepEqual(await queue.queuedFor(HQ1), []);
    await queue.cancelAnswered(id, 'HQ1', { kind: 'notThere' });
    const { hops } = await lab.actions.readAction(HELP_DESK, id);
    assert.equal(hops.at(-1)?.reason, 'Cancelled by ada (Contoso) before HQ1 had it.');
  });

  it('hands over a long queue page by page', async () => {
    for (let count = 0; count < 3; count++) await lab.request(lab.attached);
    const { remoteActionQueue: queue } = lab.actions;
    const [first, ...rest] = await queue.queuedFor(HQ1);
    assert.equal(rest.length, 2);
    assert.deepEqual(await queue.queuedFor(HQ1, first), rest);
  });
});
