import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { type ConnectorId, type DeviceId, systemEntropy, uuidv7 } from '@moorline/kernel';
import type { InventoryRow } from '@moorline/model';
import type { AuthenticatedDevice, StateDocument } from '@moorline/model/ports';
import {
  createFakeClock,
  type FakeClock,
  type TestDatabase,
  withDatabase,
} from '@moorline/testkit';
import fc from 'fast-check';
import {
  createInventoryLab,
  delta,
  disk,
  hash,
  INVENTORY_LAB_MIGRATIONS,
  type InventoryLab,
  os,
  READER,
  row,
  whole,
} from './inventory.fixture.ts';
import type { Inventory } from './inventory.ts';

describe('inventory', () => {
  let test: TestDatabase;
  let clock: FakeClock;
  let lab: InventoryLab;

  before(async () => {
    test = await withDatabase(INVENTORY_LAB_MIGRATIONS);
  });
  after(() => test[Symbol.asyncDispose]());
  beforeEach(async () => {
    clock = createFakeClock(Date.UTC(2026, 10, 23, 12));
    lab = await createInventoryLab(test, clock);
  });

  it('stores whole documents and makes the device’s summary from them', async () => {
    const answer = await lab.put(
      os('13'),
      whole('LogicalDisk', disk('b'), disk('a', 4)),
      whole('ComputerSystem', row('ComputerSystem', { Manufacturer: 'Dell', Model: 'R760' })),
    );
    assert.deepEqual(answer, { stored: ['OS', 'LogicalDisk', 'ComputerSystem'], resync: [] });
    const shown = await lab.devices.get(READER, lab.own.deviceId);
    assert.equal(shown.deviceName, 'pc-1');
    assert.equal(shown.operatingSystem, 'Debian');
    assert.equal(shown.manufacturer, 'Dell');
    assert.equal(shown.totalStorageSpaceInBytes, 20);
    assert.equal(shown.freeStorageSpaceInBytes, 5);
    assert.deepEqual(await lab.stored('LogicalDisk'), [disk('a', 4), disk('b')]);
  });

  it('takes the name of the device from its inventory once it says one', async () => {
    await lab.put(whole('Device', row('Device', { Name: 'web-01' })));
    assert.equal((await lab.devices.get(READER, lab.own.deviceId)).deviceName, 'web-01');
  });

  it('applies a delta to its base, and asks for the whole when the base is another', async () => {
    const [a, b] = [
      [disk('a'), disk('b')],
      [disk('a', 2), disk('c')],
    ];
    await lab.put(whole('LogicalDisk', ...a));
    assert.deepEqual(await lab.put(delta('LogicalDisk', a, b)), {
      stored: ['LogicalDisk'],
      resync: [],
    });
    assert.deepEqual(await lab.stored('LogicalDisk'), b);
    const answer = await lab.put(delta('LogicalDisk', a, [disk('z')]), os('13'));
    assert.deepEqual(answer, { stored: ['OS'], resync: ['LogicalDisk'] });
    assert.deepEqual(await lab.stored('LogicalDisk'), b);
  });

  it('asks for the whole when a delta does not lead to the hash that it promises', async () => {
    await lab.put(whole('LogicalDisk', disk('a')));
    const lie = delta('LogicalDisk', [disk('a')], [disk('b')], { put: [disk('c')], drop: [] });
    assert.deepEqual((await lab.put(lie)).resync, ['LogicalDisk']);
    assert.deepEqual(await lab.stored('LogicalDisk'), [disk('a')]);
  });

  it('any sequence of deltas leaves what the device has', async () => {
    const state = fc.uniqueArray(
      fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd'), free: fc.nat(3) }),
      { selector: (item) => item.name, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(state, { minLength: 1, maxLength: 6 }), async (states) => {
        let known: InventoryRow[] = [];
        await lab.put(whole('LogicalDisk'));
        for (const next of states) {
          const rows = next.map((item) => disk(item.name, item.free));
          assert.deepEqual((await lab.put(delta('LogicalDisk', known, rows))).resync, []);
          known = rows;
        }
        assert.equal(
          hash('LogicalDisk', await lab.stored('LogicalDisk')),
          hash('LogicalDisk', known),
        );
      }),
      { numRuns: 15 },
    );
  });

  it('leaves the change log alone when nothing of the summary differs', async () => {
    await lab.put(os('13'));
    const end = (await lab.changes()).to;
    await lab.put(os('13'), whole('Service'));
    await lab.put(whole('OS', row('OS', { Name: 'Debian', Version: '13', BuildNumber: 'x' })));
    assert.equal((await lab.changes()).to, end);
    assert.equal((await lab.changes()).count, 1);
  });

  it('answers a page of a document without the rest', async () => {
    const rows = ['a', 'b', 'c', 'd', 'e'].map((name) => disk(name));
    await lab.put(whole('LogicalDisk', ...rows));
    const page = await lab.inventory.inventoryDocument(READER, lab.own.deviceId, 'LogicalDisk', {
      skip: 1,
      top: 2,
    });
    assert.equal(page.rowCount, 5);
    assert.deepEqual(page.rows, [disk('b'), disk('c')]);
  });

  it('asks the authority that manages an attached device, with the caller’s own rights', async () => {
    const id = uuidv7<DeviceId>(clock, systemEntropy);
    const origin = uuidv7<ConnectorId>(clock, systemEntropy);
    await test.asOwner(
      `insert into devices (authority_id, id, origin, last_contact_at, enrolled_at, client_version, certificate_expires_at)
       values ('${lab.authorityId}', '${id}', '${origin}', now(), now(), '0', now())`,
    );
    await lab.inventory.inventoryOverview(READER, id);
    assert.deepEqual(lab.relayed.at(-1), [origin, READER, id]);
  });

  describe('of many devices at once', () => {
    const putOf = (
      sender: AuthenticatedDevice,
      ...documents: StateDocument[]
    ): ReturnType<Inventory['putDocuments']> => lab.inventory.putDocuments(sender, documents);
    const fleet = (count: number): Promise<AuthenticatedDevice[]> =>
      Promise.all(Array.from({ length: count }, (_, index) => lab.enrol(`pc-${index}`)));
    const overview = async (sender: AuthenticatedDevice): Promise<string[]> =>
      (await lab.inventory.inventoryOverview(READER, sender.deviceId)).classes.map(
        (item) => item.className,
      );

    it('stores every device’s own documents and summary, in few transactions', async () => {
      const senders = await fleet(90);
      const transactions = async (): Promise<number> =>
        Number(
          (
            await test.asOwner(
              `select count(distinct xmin::text) as count from inventory_documents
               where authority_id = '${lab.authorityId}'`,
            )
          )[0]?.count,
        );
      await Promise.all(
        senders.map((sender, index) =>
          putOf(sender, os(String(index)), whole('LogicalDisk', disk('a', index))),
        ),
      );
      for (const [index, sender] of senders.entries()) {
        const shown = await lab.devices.get(READER, sender.deviceId);
        assert.equal(shown.osVersion, String(index));
        assert.equal(shown.freeStorageSpaceInBytes, index);
      }
      const count = await transactions();
      assert.ok(count <= 4, `${count} transactions`);
      assert.equal(
        (await lab.changes()).count,
        91,
        'one entry a device, and the first one’s enrolment',
      );
    });

    it('what is wrong with one device’s documents harms no other’s', async () => {
      const senders = await fleet(8);
      const base = [disk('a')];
      await Promise.all(senders.map((sender) => putOf(sender, whole('LogicalDisk', ...base))));
      const many = Array.from({ length: 1001 }, (_, index) => disk(`x${index}`));
      // Each row is right, and together with what is stored they are too many: found out inside the transaction.
      const bad = delta('LogicalDisk', base, many.slice(0, 1000), {
        put: many.slice(0, 1000),
        drop: [],
      });
      const stranger = {
        deviceId: uuidv7<DeviceId>(clock, systemEntropy),
        certificateSerial: 'aa',
      };
      const outcomes = await Promise.allSettled([
        ...senders.map((sender, index) =>
          index === 3
            ? putOf(sender, os('13'), bad)
            : putOf(sender, os('13'), delta('LogicalDisk', base, [disk('a', index)])),
        ),
        putOf(stranger, os('13')),
      ]);
      const codes = outcomes.map((outcome) =>
        outcome.status === 'rejected' ? outcome.reason.code : 'stored',
      );
      assert.deepEqual(codes, [
        ...['stored', 'stored', 'stored', 'inventory.too_many_rows'],
        ...['stored', 'stored', 'stored', 'stored', 'devices.not_found'],
      ]);
      const [, , , hostile] = senders;
      assert.ok(hostile);
      assert.deepEqual(
        await overview(hostile),
        ['LogicalDisk'],
        'nothing of its request is stored',
      );
    });

    it('two requests of one device are stored one after the other, also when both come at once', async () => {
      const states = [[disk('a')], [disk('b')], [disk('c')]];
      const [first = [], second = [], third = []] = states;
      await lab.put(whole('LogicalDisk', ...first));
      const answers = await Promise.all([
        lab.put(delta('LogicalDisk', first, second)),
        lab.put(delta('LogicalDisk', second, third)),
      ]);
      assert.deepEqual(
        answers.map(({ resync }) => resync),
        [[], []],
      );
      assert.deepEqual(await lab.stored('LogicalDisk'), third);
    });

    it('attack 12: large documents of many devices go in groups of bounded size, and beyond that they are told to wait', async () => {
      const senders = await fleet(12);
      const text = 'x'.repeat(255);
      const rows = Array.from({ length: 4000 }, (_, index) =>
        row('InstalledSoftware', {
          ProductName: `${index} ${text}`.slice(0, 255),
          ProductVersion: text,
          Architecture: 'x',
          Source: 'dpkg',
          Publisher: text,
          Section: text.slice(0, 128),
          Description: text,
        }),
      );
      const document = whole('InstalledSoftware', ...rows);
      const outcomes = await Promise.allSettled(senders.map((sender) => putOf(sender, document)));
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      assert.ok(refused.length > 0 && refused.length < 12, `${refused.length} refused`);
      for (const { reason } of refused) {
        assert.equal(reason.code, 'inventory.busy');
        assert.equal(reason.status, 503);
        assert.equal(reason.details.retryAfterSeconds, 5);
      }
      const counts = await Promise.all(
        senders.map(async (sender) => (await overview(sender)).length),
      );
      const total = counts.reduce((sum, count) => sum + count, 0);
      assert.equal(total, 12 - refused.length, 'exactly what was answered is stored');
    });

    it('a summary takes what two classes have a say in from the one that did not change, too', async () => {
      const computer = (memory: number): StateDocument =>
        whole('ComputerSystem', row('ComputerSystem', { TotalPhysicalMemory: memory, Model: 'm' }));
      await lab.put(computer(5), whole('Memory', row('Memory', { TotalPhysicalMemory: 7 })));
      await lab.put(computer(6));
      assert.equal((await lab.devices.get(READER, lab.own.deviceId)).physicalMemoryInBytes, 7);
      await lab.put(whole('Memory', row('Memory', {})));
      assert.equal((await lab.devices.get(READER, lab.own.deviceId)).physicalMemoryInBytes, 6);
      assert.equal((await lab.devices.get(READER, lab.own.deviceId)).model, 'm');
    });
  });
});
