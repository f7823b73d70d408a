import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { ADMIN_PATHS } from '@moorline/contracts/admin';
import {
  type AuthorityId,
  type ConnectorId,
  type DeviceId,
  systemClock,
  systemEntropy,
  uuidv7,
} from '@moorline/kernel';
import { canonicalRows, type InventoryRow, inventoryClass } from '@moorline/model';
import type { AuthenticatedDevice, UploadedDevice } from '@moorline/model/ports';
import { createKeyAndCsr } from '@moorline/pki';
import { type TestDatabase, withDatabase } from '@moorline/testkit';
import { AUTHORITY_MIGRATIONS } from '../../../authority.ts';
import { type HttpLab, openHttpLab } from '../../../http-lab.fixture.ts';
import { DEVICE_ROWS } from '../../../topics.ts';
import { deviceColumns } from '../entity.ts';
import { createDirectoryCopy, type DirectoryCopy } from './copy.ts';

const HQ2 = uuidv7<ConnectorId>(systemClock, systemEntropy);
const SUMMARY = {
  name: 'PC-1',
  operatingSystem: 'Windows',
  osVersion: '10.0',
  manufacturer: 'Dell',
  model: 'Latitude',
  serialNumber: 'S1',
  architecture: 'x64',
  chassisType: 'laptop',
  physicalMemoryBytes: 1,
  totalStorageBytes: 2,
  freeStorageBytes: null,
  ethernetMacAddress: null,
  wifiMacAddress: null,
} as const;

describe('whatever writes devices', () => {
  let test: TestDatabase;
  let authorityId: AuthorityId;
  let lab: HttpLab;
  let copy: DirectoryCopy;
  before(async () => {
    test = await withDatabase(AUTHORITY_MIGRATIONS);
    authorityId = test.newAuthority();
    lab = await openHttpLab(test.database, authorityId);
    copy = createDirectoryCopy({
      authorityId,
      database: test.database,
      columns: deviceColumns({ own: 'mdm', attached: 'mdm' }, 0),
    });
    lab.bus.subscribe(DEVICE_ROWS, (ids) => copy.announce(ids));
    await copy.load(new AbortController().signal);
  });
  after(async () => {
    await lab[Symbol.asyncDispose]();
    await test[Symbol.asyncDispose]();
  });

  /** What was announced is all that differs: compared row by row with the table, nothing is left. */
  async function assertAnnounced(what: string): Promise<void> {
    await copy.catchUp();
    const { suspects, isRoundOver } = await copy.compareNext();
    assert.deepEqual(suspects, [], what);
    assert.equal(isRoundOver, true);
  }
  const device = (index: number): AuthenticatedDevice => ({
    deviceId: lab.ids[index] ?? ('' as DeviceId),
    certificateSerial: 'aa',
  });
  const uploaded = (id: DeviceId, name: string): UploadedDevice => ({
    id,
    summary: { ...SUMMARY, name },
    online: true,
    lastContactAt: '2026-11-23T11:00:00.000Z',
    enrolledAt: '2026-11-01T00:00:00.000Z',
    clientVersion: '0.1.0',
    certificateExpiresAt: '2027-01-01T00:00:00.000Z',
  });

  it('announces it: enrolment, renewal, presence, inventory, blocking, uploads and removals', async () => {
    const { authority } = lab;
    const { body } = await lab.call('POST', ADMIN_PATHS.enrolmentTokens, { body: { quota: 1 } });
    await authority.devicePort.enrol({
      token: body.token,
      csr: (await createKeyAndCsr('foxtrot')).csr,
      deviceName: 'foxtrot',
      clientVersion: '0.1.0',
      remoteAddress: '127.0.0.1',
    });
    await assertAnnounced('enrolment');
    assert.equal(copy.table?.count, 6);

    await authority.devicePort.renew(device(0), (await createKeyAndCsr('alpha')).csr);
    await assertAnnounced('renewal');

    authority.devicePort.channelOpened(device(1), 'c1');
    authority.devicePort.contacted(device(2), { clientVersion: '9.9', remoteAddress: '192.0.2.1' });
    await written(`online and id = '${lab.ids[1]}'`);
    await assertAnnounced('presence');
    authority.devicePort.channelClosed(device(1), 'c1');
    await written(`not online and id = '${lab.ids[1]}'`);
    await assertAnnounced('presence');

    const declared = inventoryClass('OS');
    assert.ok(declared);
    const rows: InventoryRow[] = [
      Object.fromEntries(
        declared.columns.map(({ name }) => [name, name === 'Name' ? 'Debian' : null]),
      ),
    ];
    const hash = createHash('sha256').update(canonicalRows(declared, rows)).digest('hex');
    const { stored } = await authority.devicePort.putDocuments(device(3), [
      {
        className: 'OS',
        hash,
        collectedAt: new Date().toISOString(),
        content: { kind: 'whole', rows },
      },
    ]);
    assert.deepEqual(stored, ['OS']);
    await assertAnnounced('inventory');

    for (const verb of ['block', 'unblock']) {
      const path = `${ADMIN_PATHS.managedDevices}/${lab.ids[3]}/${verb}`;
      assert.equal((await lab.call('POST', path)).status, 204);
      await assertAnnounced(verb);
    }

    const ids = Array.from({ length: 300 }, () => uuidv7<DeviceId>(systemClock, systemEntropy));
    for (const name of ['PC', 'pc', 'PC']) {
      await test.database.transaction(authorityId, async (tx) => {
        const devices = ids.map((id) => uploaded(id, name));
        await (await authority.uploadSink.stageDevices(tx, devices)).apply(HQ2);
      });
      await assertAnnounced('upload');
    }
    assert.equal(copy.table?.count, 306);
    await test.database.transaction(authorityId, (tx) =>
      authority.uploadSink.removeDevices(tx, HQ2, ids.slice(0, 200)),
    );
    await assertAnnounced('removal of uploaded devices');

    const path = `${ADMIN_PATHS.managedDevices}/${lab.ids[4]}`;
    assert.equal((await lab.call('DELETE', path)).status, 204);
    await assertAnnounced('removal');
    assert.equal(copy.table?.count, 105);
  });

  async function written(condition: string): Promise<void> {
    for (;;) {
      const [row] = await test.asOwner(
        `select 1 from devices where authority_id = '${authorityId}' and ${condition}`,
      );
      if (row) return;
    }
  }

  it('leaves counters that equal a recount, the list’s count and the totals', async () => {
    const [recount] = await test.asOwner(
      `select count(*)::int as n from devices where authority_id = '${authorityId}'`,
    );
    const [counter] = await test.asOwner(
      `select sum(total)::int as n from device_counters where authority_id = '${authorityId}'`,
    );
    assert.equal(recount?.n, 105);
    assert.equal(counter?.n, 105);
    assert.equal((await lab.call('GET', `${ADMIN_PATHS.managedDevices}/$count`)).body, '105');
    const { body } = await lab.call('GET', ADMIN_PATHS.managedDeviceOverview);
    assert.equal(body.enrolledDeviceCount, 105);
  });
});
