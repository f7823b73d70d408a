import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createBus } from '@moorline/bus';
import { Session } from '@moorline/contracts/admin';
import { readChanges } from '@moorline/db';
import {
  type AuthorityId,
  type ConnectorId,
  type DeviceId,
  silentLogger,
  systemEntropy,
  type UserId,
  uuidv7,
} from '@moorline/kernel';
import {
  type Actor,
  canonicalRows,
  type InventoryRow,
  inventoryClass,
  type RowDelta,
  rowDelta,
} from '@moorline/model';
import type {
  AuthenticatedDevice,
  DeviceNudger,
  RemoteAuthorities,
  StateDocument,
} from '@moorline/model/ports';
import {
  createFakeClock,
  type FakeClock,
  type TestDatabase,
  withDatabase,
} from '@moorline/testkit';
import fc from 'fast-check';
import { AUDIT_MIGRATIONS } from '../audit/index.ts';
import {
  createDevices,
  DEVICES_MIGRATIONS,
  type Devices,
  insertEnrolled,
} from '../devices/index.ts';
import { createRefusals, type Refusals } from '../refusals/index.ts';
import { createInventory, type Inventory } from './inventory.ts';
import { INVENTORY_MIGRATIONS } from './migrations.ts';

// The two kinds of host, by which this engine is told apart nowhere but here.
const [UPPER] = Session.properties.authority.properties.kind.enum;

const READER: Actor = {
  kind: 'user',
  userId: 'u' as UserId,
  name: 'ada',
  role: 'Read only',
  via: 'session',
};
const PAGE = { skip: 0, top: 100 };
const nudger: DeviceNudger = { nudge() {}, nudgeAll() {}, disconnect() {} };

function classOf(name: string): NonNullable<ReturnType<typeof inventoryClass>> {
  const found = inventoryClass(name);
  assert.ok(found, name);
  return found;
}

function row(className: string, values: Record<string, string | number>): InventoryRow {
  const empty = classOf(className).columns.map((column) => [column.name, null] as const);
  return { ...Object.fromEntries(empty), ...values };
}

const hash = (className: string, rows: readonly InventoryRow[]): string =>
  createHash('sha256')
    .update(canonicalRows(classOf(className), rows))
    .digest('hex');

function whole(className: string, ...rows: InventoryRow[]): StateDocument {
  return {
    className,
    hash: hash(className, rows),
    collectedAt: '2026-11-23T11:59:00.000Z',
    content: { kind: 'whole', rows },
  };
}

function delta(
  className: string,
  from: readonly InventoryRow[],
  to: readonly InventoryRow[],
  change: RowDelta = rowDelta(classOf(className), from, to),
): StateDocument {
  return {
    className,
    hash: hash(className, to),
    collectedAt: '2026-11-23T11:59:30.000Z',
    content: { kind: 'delta', baseHash: hash(className, from), ...change },
  };
}

const disk = (name: string, freeSpace = 1): InventoryRow =>
  row('LogicalDisk', { Name: name, DeviceID: `/dev/${name}`, Size: 10, FreeSpace: freeSpace });
const os = (version: string): StateDocument =>
  whole('OS', row('OS', { Name: 'Debian', Version: version }));

describe('inventory', () => {
  let test: TestDatabase;
  let authorityId: AuthorityId;
  let clock: FakeClock;
  let devices: Devices;
  let inventory: Inventory;
  let refusals: Refusals;
  let device: AuthenticatedDevice;
  const relayed: unknown[] = [];

  before(async () => {
    test = await withDatabase([
      ...AUDIT_MIGRATIONS,
      ...DEVICES_MIGRATIONS,
      ...INVENTORY_MIGRATIONS,
    ]);
  });
  after(() => test[Symbol.asyncDispose]());
  beforeEach(async () => {
    authorityId = test.newAuthority();
    clock = createFakeClock(Date.UTC(2026, 10, 23, 12));
    const deps = {
      profile: {
        authorityId,
        name: 'T',
        kind: UPPER,
        managedBy: UPPER,
      } as const,
      database: test.database,
      bus: createBus(silentLogger),
      clock,
      logger: silentLogger,
      nudger,
      remotes: {
        describe: () => ({ name: 'HQ1', online: true }),
        inventoryOverview: async (...call: unknown[]) => {
          relayed.push(call);
          return { classes: [] };
        },
      } as unknown as RemoteAuthorities,
    };
    refusals = createRefusals({ ...deps, authorityId });
    devices = createDevices({ ...deps, refusals });
    inventory = createInventory({ ...deps, refusals });
    device = await enrol('pc-1');
  });

  async function enrol(name: string): Promise<AuthenticatedDevice> {
    const deviceId = uuidv7<DeviceId>(clock, systemEntropy);
    await test.database.transaction(authorityId, (tx) =>
      insertEnrolled(
        tx,
        [{ id: deviceId, name, clientVersion: '0', certificateExpiresAt: clock.now() }],
        clock.now(),
      ),
    );
    return { deviceId, certificateSerial: 'aa' };
  }
  const put = (...documents: StateDocument[]): ReturnType<Inventory['putDocuments']> =>
    inventory.putDocuments(device, documents);
  const stored = async (className: string): Promise<readonly InventoryRow[]> =>
    (await inventory.inventoryDocument(READER, device.deviceId, className, PAGE)).rows;
  const changes = async (): Promise<number> =>
    (
      await test.database.read(authorityId, (tx) =>
        readChanges(tx, { topics: ['device'], after: '0.0', limit: 100 }),
      )
    ).entries.length;
  const position = async (): Promise<string> =>
    (
      await test.database.read(authorityId, (tx) =>
        readChanges(tx, { topics: ['device'], after: '0.0', limit: 100 }),
      )
    ).to;

  it('stores whole documents and makes the device’s summary from them', async () => {
    const answer = await put(
      os('13'),
      whole('LogicalDisk', disk('b'), disk('a', 4)),
      whole('ComputerSystem', row('ComputerSystem', { Manufacturer: 'Dell', Model: 'R760' })),
    );
    assert.deepEqual(answer, { stored: ['OS', 'LogicalDisk', 'ComputerSystem'], resync: [] });
    const shown = await devices.get(READER, device.deviceId);
    assert.equal(shown.deviceName, 'pc-1');
    assert.equal(shown.operatingSystem, 'Debian');
    assert.equal(shown.manufacturer, 'Dell');
    assert.equal(shown.totalStorageSpaceInBytes, 20);
    assert.equal(shown.freeStorageSpaceInBytes, 5);
    assert.deepEqual(await stored('LogicalDisk'), [disk('a', 4), disk('b')]);
  });

  it('takes the name of the device from its inventory once it says one', async () => {
    await put(whole('Device', row('Device', { Name: 'web-01' })));
    assert.equal((await devices.get(READER, device.deviceId)).deviceName, 'web-01');
  });

  it('applies a delta to its base, and asks for the whole when the base is another', async () => {
    const [a, b] = [
      [disk('a'), disk('b')],
      [disk('a', 2), disk('c')],
    ];
    await put(whole('LogicalDisk', ...a));
    assert.deepEqual(await put(delta('LogicalDisk', a, b)), {
      stored: ['LogicalDisk'],
      resync: [],
    });
    assert.deepEqual(await stored('LogicalDisk'), b);
    const answer = await put(delta('LogicalDisk', a, [disk('z')]), os('13'));
    assert.deepEqual(answer, { stored: ['OS'], resync: ['LogicalDisk'] });
    assert.deepEqual(await stored('LogicalDisk'), b);
  });

  it('asks for the whole when a delta does not lead to the hash that it promises', async () => {
    await put(whole('LogicalDisk', disk('a')));
    const lie = delta('LogicalDisk', [disk('a')], [disk('b')], { put: [disk('c')], drop: [] });
    assert.deepEqual((await put(lie)).resync, ['LogicalDisk']);
    assert.deepEqual(await stored('LogicalDisk'), [disk('a')]);
  });

  it('any sequence of deltas leaves what the device has', async () => {
    const state = fc.uniqueArray(
      fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd'), free: fc.nat(3) }),
      { selector: (item) => item.name, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(state, { minLength: 1, maxLength: 6 }), async (states) => {
        let known: InventoryRow[] = [];
        await put(whole('LogicalDisk'));
        for (const next of states) {
          const rows = next.map((item) => disk(item.name, item.free));
          assert.deepEqual((await put(delta('LogicalDisk', known, rows))).resync, []);
          known = rows;
        }
        assert.equal(hash('LogicalDisk', await stored('LogicalDisk')), hash('LogicalDisk', known));
      }),
      { numRuns: 15 },
    );
  });

  it('attack 8: an old delta sent again is answered with resync and changes nothing', async () => {
    const [a, b] = [[disk('a')], [disk('b')]];
    await put(whole('LogicalDisk', ...a));
    const old = delta('LogicalDisk', a, b);
    await put(old);
    await put(delta('LogicalDisk', b, [disk('c')]));
    assert.deepEqual((await put(old)).resync, ['LogicalDisk']);
    assert.deepEqual(await stored('LogicalDisk'), [disk('c')]);
  });

  it('leaves the change log alone when nothing of the summary differs', async () => {
    await put(os('13'));
    const end = await position();
    await put(os('13'), whole('Service'));
    await put(whole('OS', row('OS', { Name: 'Debian', Version: '13', BuildNumber: 'x' })));
    assert.equal(await position(), end);
    assert.equal(await changes(), 1);
  });

  it('attack 1: SQL metacharacters in every reported string are stored as text', async () => {
    const evil = `'; drop table devices; -- $1 \\ " %s \${x} {{7*7}}`;
    const strings = (className: string): InventoryRow => {
      const columns = classOf(className).columns.filter((column) => column.type === 'string');
      return row(
        className,
        Object.fromEntries(
          columns.map((column) => [column.name, evil.slice(0, column.maxLength ?? 1024)]),
        ),
      );
    };
    const classes = ['Device', 'OS', 'ComputerSystem', 'Bios', 'LogicalDisk', 'NetworkAdapter'];
    await put(...classes.map((className) => whole(className, strings(className))));
    for (const className of classes) {
      assert.deepEqual(await stored(className), [strings(className)]);
    }
    const shown = await devices.get(READER, device.deviceId);
    assert.equal(shown.deviceName, evil);
    assert.equal(shown.serialNumber, strings('Bios').SerialNumber);
  });

  it('attack 11: NUL, escape sequences and lone surrogates are refused by column', async () => {
    for (const value of ['a\0b', '\u001b[2J', '\ud800']) {
      await assert.rejects(put(whole('Device', row('Device', { Name: value }))), {
        code: 'inventory.row_invalid',
        details: {
          className: 'Device',
          row: 1,
          column: 'Name',
          problem: 'holds a character that is not text',
        },
      });
    }
    const bidi = '<b>\u202egnp.exe</b>=1+1';
    await put(whole('Device', row('Device', { Name: bidi })));
    assert.equal((await devices.get(READER, device.deviceId)).deviceName, bidi);
  });

  it('attack 13: wrong types, unknown columns, odd numbers and years are refused or bounded', async () => {
    const bad: [StateDocument, string][] = [
      [{ ...os('1'), className: 'Oss' }, 'inventory.class_unknown'],
      [{ ...os('1'), className: 'constructor' }, 'inventory.class_unknown'],
      [whole('Device', { ...row('Device', {}), Extra: 1 }), 'inventory.row_invalid'],
      [whole('Device', row('Device', { Name: 5 })), 'inventory.row_invalid'],
      [whole('Memory', row('Memory', { TotalPhysicalMemory: 1.5 })), 'inventory.row_invalid'],
      [
        { ...os('1'), content: { kind: 'whole', rows: [null as unknown as InventoryRow] } },
        'inventory.row_invalid',
      ],
      [whole('LogicalDisk', disk('a'), disk('a')), 'inventory.key_repeated'],
      [whole('OS', row('OS', {}), row('OS', {})), 'inventory.too_many_rows'],
      [{ ...os('1'), collectedAt: 'yesterday' }, 'inventory.time_invalid'],
      [{ ...os('1'), hash: 'f'.repeat(64) }, 'inventory.hash_mismatch'],
      [
        whole('LogicalDisk', ...Array.from({ length: 1001 }, (_, index) => disk(String(index)))),
        'inventory.too_many_rows',
      ],
    ];
    for (const [document, code] of bad) {
      await assert.rejects(put(whole('Service'), document), { code });
    }
    await assert.rejects(put(os('1'), os('2')), { code: 'inventory.class_repeated' });
    assert.deepEqual(
      (await inventory.inventoryOverview(READER, device.deviceId)).classes,
      [],
      'nothing of a refused request is stored',
    );
    await put(whole('Memory', row('Memory', { TotalPhysicalMemory: -5 })));
    assert.equal((await devices.get(READER, device.deviceId)).physicalMemoryInBytes, 0);
    await put({ ...os('1'), collectedAt: '9999-12-31T00:00:00Z' });
    await put({ ...whole('Bios'), collectedAt: '0000-01-01T00:00:00Z' });
    const { classes } = await inventory.inventoryOverview(READER, device.deviceId);
    const times = Object.fromEntries(classes.map((item) => [item.className, item.collectedAt]));
    assert.equal(times.OS, '2026-11-23T12:00:00.000Z');
    assert.equal(times.Bios, '1970-01-01T00:00:00.000Z');
  });

  it('names the nearest class when one is not known', async () => {
    await assert.rejects(
      put({ ...os('1'), className: 'LogicalDisc' }),
      /Did you mean LogicalDisk\?/,
    );
  });

  it('audits what it refuses, a flood of it as one record and a count', async () => {
    for (let attempt = 0; attempt < 20; attempt++) {
      await assert.rejects(put({ ...os('1'), className: 'Nope' }));
    }
    await refusals.flush();
    const rows = await test.asOwner(
      `select target, details->>'code' as code, details->>'repeats' as repeats
       from audit_events where authority_id = '${authorityId}' order by sequence`,
    );
    assert.deepEqual(rows, [
      { target: device.deviceId, code: 'inventory.class_unknown', repeats: null },
      { target: device.deviceId, code: 'inventory.class_unknown', repeats: '19' },
    ]);
  });

  it('attack 9: documents go to the device whose certificate was shown, and to no other', async () => {
    const other = await enrol('pc-2');
    await put(os('13'));
    await assert.rejects(inventory.inventoryDocument(READER, other.deviceId, 'OS', PAGE), {
      code: 'inventory.class_not_reported',
    });
    const stranger = uuidv7<DeviceId>(clock, systemEntropy);
    await assert.rejects(
      inventory.putDocuments({ deviceId: stranger, certificateSerial: 'aa' }, [os('13')]),
      { code: 'devices.not_found' },
    );
  });

  it('answers a page of a document without the rest', async () => {
    const rows = ['a', 'b', 'c', 'd', 'e'].map((name) => disk(name));
    await put(whole('LogicalDisk', ...rows));
    const page = await inventory.inventoryDocument(READER, device.deviceId, 'LogicalDisk', {
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
       values ('${authorityId}', '${id}', '${origin}', now(), now(), '0', now())`,
    );
    await inventory.inventoryOverview(READER, id);
    assert.deepEqual(relayed.at(-1), [origin, READER, id]);
  });

  describe('of many devices at once', () => {
    const putOf = (
      sender: AuthenticatedDevice,
      ...documents: StateDocument[]
    ): ReturnType<Inventory['putDocuments']> => inventory.putDocuments(sender, documents);
    const fleet = (count: number): Promise<AuthenticatedDevice[]> =>
      Promise.all(Array.from({ length: count }, (_, index) => enrol(`pc-${index}`)));
    const overview = async (sender: AuthenticatedDevice): Promise<string[]> =>
      (await inventory.inventoryOverview(READER, sender.deviceId)).classes.map(
        (item) => item.className,
      );

    it('stores every device’s own documents and summary, in few transactions', async () => {
      const senders = await fleet(90);
      const transactions = async (): Promise<number> =>
        Number(
          (
            await test.asOwner(
              `select count(distinct xmin::text) as count from inventory_documents
               where authority_id = '${authorityId}'`,
            )
          )[0]?.count,
        );
      await Promise.all(
        senders.map((sender, index) =>
          putOf(sender, os(String(index)), whole('LogicalDisk', disk('a', index))),
        ),
      );
      for (const [index, sender] of senders.entries()) {
        const shown = await devices.get(READER, sender.deviceId);
        assert.equal(shown.osVersion, String(index));
        assert.equal(shown.freeStorageSpaceInBytes, index);
      }
      const count = await transactions();
      assert.ok(count <= 4, `${count} transactions`);
      assert.equal(await changes(), 91, 'one entry a device, and the first one’s enrolment');
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
      await put(whole('LogicalDisk', ...first));
      const answers = await Promise.all([
        put(delta('LogicalDisk', first, second)),
        put(delta('LogicalDisk', second, third)),
      ]);
      assert.deepEqual(
        answers.map(({ resync }) => resync),
        [[], []],
      );
      assert.deepEqual(await stored('LogicalDisk'), third);
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
      await put(computer(5), whole('Memory', row('Memory', { TotalPhysicalMemory: 7 })));
      await put(computer(6));
      assert.equal((await devices.get(READER, device.deviceId)).physicalMemoryInBytes, 7);
      await put(whole('Memory', row('Memory', {})));
      assert.equal((await devices.get(READER, device.deviceId)).physicalMemoryInBytes, 6);
      assert.equal((await devices.get(READER, device.deviceId)).model, 'm');
    });
  });
});
