import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { UploadState } from '@moorline/contracts/admin';
import { Constellation } from './constellation.ts';

const ALL = { hardware: true, operatingSystem: true, health: true };

describe('what a site uploads, on the engines that it and its tenant really have', () => {
  let world: Constellation;
  /** Collection of the site that has the second device, and no other. */
  let second: string;
  before(async () => {
    world = await Constellation.create({ devices: 3 });
    await world.settle();
    second = await collectionOf('Second', [idOf(1)]);
  });
  after(() => world?.[Symbol.asyncDispose]());

  const idOf = (index: number): string => world.agents[index]?.deviceId ?? '';
  const upload = (): Promise<UploadState> => world.site.client.cloudAttach.upload();

  async function collectionOf(displayName: string, deviceIds: string[]): Promise<string> {
    const made = await world.site.client.collections.create({
      displayName,
      limitingCollectionId: '00000000-0000-8000-8000-000000000001',
      rules: [{ kind: 'direct', name: 'These', deviceIds }],
    });
    return made.id;
  }

  /** Compares until both agree: a device that is just changing is left out, and seen the next time. */
  async function repaired(): Promise<void> {
    for (;;) {
      await world.settle();
      const { digest } = await world.site.client.cloudAttach.resyncUpload();
      if (digest.state === 'agrees' && digest.skippedBuckets === 0) return;
    }
  }

  async function idsAtTenant(): Promise<string[]> {
    const { items } = await world.tenant.client.devices.list();
    return items.map(({ id }) => id).sort();
  }

  it('agrees with its tenant, column by column, on what was uploaded', async () => {
    const { digest } = await world.site.client.cloudAttach.resyncUpload();
    assert.deepEqual([digest.state, digest.differingDevices], ['agrees', 0]);
  });

  it('finds and repairs rows that were changed, lost and added at the tenant', async () => {
    const { asOwner } = world.tenant;
    const [one, two] = [idOf(0), idOf(1)];
    await asOwner(`update devices set model = 'Forged', online = not online where id = '${one}'`);
    await asOwner(`insert into devices (authority_id, id, origin, name, last_contact_at, enrolled_at,
        client_version, certificate_expires_at)
      select authority_id, overlay(id::text placing '00000000' from 1 for 8)::uuid, origin, 'NOBODY',
        last_contact_at, enrolled_at, client_version, certificate_expires_at
      from devices where id = '${two}'`);
    await asOwner(`delete from devices where id = '${two}'`);
    const { digest } = await world.site.client.cloudAttach.resyncUpload();
    assert.equal(digest.state, 'repairing');
    assert.ok(digest.differingDevices > 0);
    await repaired();
    assert.deepEqual(await idsAtTenant(), [idOf(0), idOf(1), idOf(2)].sort());
    assert.notEqual((await world.tenant.client.devices.get(one)).model, 'Forged');
  });

  it('follows the members of a collection: who leaves the scope leaves the tenant', async () => {
    const { cloudAttach, collections } = world.site.client;
    await cloudAttach.updateUploadSettings({
      scope: { devices: 'collections', collectionIds: [second], excludedCollectionIds: [] },
    });
    await world.settle();
    assert.deepEqual(await idsAtTenant(), [idOf(1)]);

    await collections.update(second, {
      rules: [{ kind: 'direct', name: 'These', deviceIds: [idOf(0), idOf(2)] }],
    });
    await world.settle();
    assert.deepEqual(await idsAtTenant(), [idOf(0), idOf(2)].sort());
    const state = await upload();
    assert.deepEqual([state.devicesInScope, state.devicesExcluded], [2, 1]);
    await assert.rejects(collections.delete(second), { code: 'groups.in_upload_scope' });
  });

  it('keeps a device back that is in an excluded collection, and agrees on the rest', async () => {
    const excluded = await collectionOf('Board', [idOf(2)]);
    await world.site.client.cloudAttach.updateUploadSettings({
      scope: { devices: 'all', collectionIds: [], excludedCollectionIds: [excluded] },
    });
    await world.settle();
    assert.deepEqual(await idsAtTenant(), [idOf(0), idOf(1)].sort());
    const { digest } = await world.site.client.cloudAttach.resyncUpload();
    assert.equal(digest.state, 'agrees');
  });

  it('refuses what the tenant asks of a device that is not uploaded', async () => {
    const { tenant } = world;
    await tenant.asOwner(`insert into devices (authority_id, id, origin, name, last_contact_at,
        enrolled_at, client_version, certificate_expires_at)
      select authority_id, '${idOf(2)}', origin, 'GUESSED', last_contact_at, enrolled_at,
        client_version, certificate_expires_at from devices where id = '${idOf(0)}'`);
    await assert.rejects(tenant.client.devices.inventory(idOf(2)), {
      code: 'relay.device_not_uploaded',
    });
    await world.site.client.cloudAttach.resyncUpload();
    await repaired();
    assert.deepEqual(await idsAtTenant(), [idOf(0), idOf(1)].sort());
  });

  it('shows at the tenant what is not uploaded as that, and never as a value', async () => {
    const { cloudAttach } = world.site.client;
    const shown = () => world.tenant.client.devices.get(idOf(0));
    assert.equal((await shown()).notUploaded, null);
    await cloudAttach.updateUploadSettings({
      categories: { hardware: false, operatingSystem: true, health: false },
    });
    await world.settle();
    const device = await shown();
    assert.equal(device.notUploaded, 'hardware,health');
    assert.deepEqual(
      [device.model, device.serialNumber, device.clientVersion, device.online],
      [null, null, null, null],
    );
    assert.equal(device.clientActivity, 'unknown');
    assert.notEqual(device.operatingSystem, null);
    const { digest } = await cloudAttach.resyncUpload();
    assert.equal(digest.state, 'agrees');
    await cloudAttach.updateUploadSettings({ categories: ALL });
    await world.settle();
    assert.equal((await shown()).online, true);
  });
});
