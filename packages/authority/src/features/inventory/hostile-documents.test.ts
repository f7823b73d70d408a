import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { type DeviceId, systemEntropy, uuidv7 } from '@moorline/kernel';
import type { InventoryRow } from '@moorline/model';
import type { StateDocument } from '@moorline/model/ports';
import {
  createFakeClock,
  type FakeClock,
  type TestDatabase,
  withDatabase,
} from '@moorline/testkit';
import {
  classOf,
  createInventoryLab,
  delta,
  disk,
  INVENTORY_LAB_MIGRATIONS,
  type InventoryLab,
  os,
  PAGE,
  READER,
  row,
  whole,
} from './inventory.fixture.ts';

describe('hostile documents', () => {
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

  it('attack 8: an old delta sent again is answered with resync and changes nothing', async () => {
    const [a, b] = [[disk('a')], [disk('b')]];
    await lab.put(whole('LogicalDisk', ...a));
    const old = delta('LogicalDisk', a, b);
    await lab.put(old);
    await lab.put(delta('LogicalDisk', b, [disk('c')]));
    assert.deepEqual((await lab.put(old)).resync, ['LogicalDisk']);
    assert.deepEqual(await lab.stored('LogicalDisk'), [disk('c')]);
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
    await lab.put(...classes.map((className) => whole(className, strings(className))));
    for (const className of classes) {
      assert.deepEqual(await lab.stored(className), [strings(className)]);
    }
    const shown = await lab.devices.get(READER, lab.own.deviceId);
    assert.equal(shown.deviceName, evil);
    assert.equal(shown.serialNumber, strings('Bios').SerialNumber);
  });

  it('attack 11: NUL, escape sequences and lone surrogates are refused by column', async () => {
    for (const value of ['a\0b', '\u001b[2J', '\ud800']) {
      await assert.rejects(lab.put(whole('Device', row('Device', { Name: value }))), {
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
    await lab.put(whole('Device', row('Device', { Name: bidi })));
    assert.equal((await lab.devices.get(READER, lab.own.deviceId)).deviceName, bidi);
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
      await assert.rejects(lab.put(whole('Service'), document), { code });
    }
    await assert.rejects(lab.put(os('1'), os('2')), { code: 'inventory.class_repeated' });
    assert.deepEqual(
      (await lab.inventory.inventoryOverview(READER, lab.own.deviceId)).classes,
      [],
      'nothing of a refused request is stored',
    );
    await lab.put(whole('Memory', row('Memory', { TotalPhysicalMemory: -5 })));
    assert.equal((await lab.devices.get(READER, lab.own.deviceId)).physicalMemoryInBytes, 0);
    await lab.put({ ...os('1'), collectedAt: '9999-12-31T00:00:00Z' });
    await lab.put({ ...whole('Bios'), collectedAt: '0000-01-01T00:00:00Z' });
    const { classes } = await lab.inventory.inventoryOverview(READER, lab.own.deviceId);
    const times = Object.fromEntries(classes.map((item) => [item.className, item.collectedAt]));
    assert.equal(times.OS, '2026-11-23T12:00:00.000Z');
    assert.equal(times.Bios, '1970-01-01T00:00:00.000Z');
  });

  it('names the nearest class when one is not known', async () => {
    await assert.rejects(
      lab.put({ ...os('1'), className: 'LogicalDisc' }),
      /Did you mean LogicalDisk\?/,
    );
  });

  it('audits what it refuses, a flood of it as one record and a count', async () => {
    for (let attempt = 0; attempt < 20; attempt++) {
      await assert.rejects(lab.put({ ...os('1'), className: 'Nope' }));
    }
    await lab.refusals.flush();
    const rows = await test.asOwner(
      `select target, details->>'code' as code, details->>'repeats' as repeats
       from audit_events where authority_id = '${lab.authorityId}' order by sequence`,
    );
    assert.deepEqual(rows, [
      { target: lab.own.deviceId, code: 'inventory.class_unknown', repeats: null },
      { target: lab.own.deviceId, code: 'inventory.class_unknown', repeats: '19' },
    ]);
  });

  it('attack 9: documents go to the device whose certificate was shown, and to no other', async () => {
    const other = await lab.enrol('pc-2');
    await lab.put(os('13'));
    await assert.rejects(lab.inventory.inventoryDocument(READER, other.deviceId, 'OS', PAGE), {
      code: 'inventory.class_not_reported',
    });
    const stranger = uuidv7<DeviceId>(clock, systemEntropy);
    await assert.rejects(
      lab.inventory.putDocuments({ deviceId: stranger, certificateSerial: 'aa' }, [os('13')]),
      { code: 'devices.not_found' },
    );
  });
});
