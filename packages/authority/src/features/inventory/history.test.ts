import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createBus } from '@moorline/bus';
import { Session } from '@moorline/contracts/admin';
import {
  type AuthorityId,
  type DeviceId,
  silentLogger,
  systemEntropy,
  type UserId,
  uuidv7,
} from '@moorline/kernel';
import { type Actor, canonicalRows, type InventoryRow, inventoryClass } from '@moorline/model';
import type { AuthenticatedDevice, DeviceNudge } from '@moorline/model/ports';
import {
  createFakeClock,
  type FakeClock,
  type TestDatabase,
  withDatabase,
} from '@moorline/testkit';
import { ACCESS_MIGRATIONS } from '../access/index.ts';
import { AUDIT_MIGRATIONS } from '../audit/index.ts';
import { DEVICES_MIGRATIONS, insertEnrolled } from '../devices/index.ts';
import { createRefusals } from '../refusals/index.ts';
import { exportInventory } from './export.ts';
import { createInventory, type Inventory } from './inventory.ts';
import { INVENTORY_MIGRATIONS } from './migrations.ts';
import { createRefreshes } from './refreshes.ts';

const [UPPER] = Session.properties.authority.properties.kind.enum;
const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 10, 10, 12);

function user(role: 'Administrator' | 'Read only'): Actor {
  return { kind: 'user', userId: 'u' as UserId, name: 'ada', role, via: 'session' };
}
const ADMIN = user('Administrator');
const READER = user('Read only');

function row(className: string, values: Record<string, string | number | null>): InventoryRow {
  const columns = inventoryClass(className)?.columns ?? [];
  return { ...Object.fromEntries(columns.map(({ name }) => [name, null])), ...values };
}
const disk = (name: string, free: number | null): InventoryRow =>
  row('LogicalDisk', { Name: name, DeviceID: `/dev/${name}`, Size: 10, FreeSpace: free });
const variable = (name: string, value: string): InventoryRow =>
  row('Environment', { Name: name, Location: '/etc/environment', VariableValue: value });

describe('inventory over time', () => {
  let test: TestDatabase;
  let authorityId: AuthorityId;
  let clock: FakeClock;
  let inventory: Inventory;
  let device: AuthenticatedDevice;
  let nudges: [DeviceId, DeviceNudge][];

  before(async () => {
    test = await withDatabase([
      ...AUDIT_MIGRATIONS,
      ...ACCESS_MIGRATIONS,
      ...DEVICES_MIGRATIONS,
      ...INVENTORY_MIGRATIONS,
    ]);
  });
  after(() => test[Symbol.asyncDispose]());
  beforeEach(async () => {
    authorityId = test.newAuthority();
    clock = createFakeClock(START);
    nudges = [];
    const deps = {
      profile: { authorityId, name: 'T', kind: UPPER, managedBy: UPPER } as const,
      database: test.database,
      bus: createBus(silentLogger),
      clock,
      logger: silentLogger,
      remotes: null,
      nudger: {
        nudge: (id: DeviceId, nudge: DeviceNudge) => void nudges.push([id, nudge]),
        nudgeAll() {},
        disconnect() {},
      },
    };
    const refusals = createRefusals({ ...deps, authorityId });
    inventory = createInventory({ ...deps, refusals });
    device = await enrol();
  });

  async function enrol(): Promise<AuthenticatedDevice> {
    const deviceId = uuidv7<DeviceId>(clock, systemEntropy);
    await test.database.transaction(authorityId, (tx) =>
      insertEnrolled(
        tx,
        [{ id: deviceId, name: 'pc', clientVersion: '0', certificateExpiresAt: clock.now() }],
        clock.now(),
      ),
    );
    return { deviceId, certificateSerial: 'aa' };
  }
  async function put(className: string, ...rows: InventoryRow[]): Promise<void> {
    const declared = inventoryClass(className);
    assert.ok(declared);
    const hash = createHash('sha256').update(canonicalRows(declared, rows)).digest('hex');
    const collectedAt = new Date(clock.now()).toISOString();
    const content = { kind: 'whole', rows } as const;
    const answer = await inventory.putDocuments(device, [
      { className, hash, collectedAt, content },
    ]);
    assert.deepEqual(answer.stored, [className]);
  }
  const at = async (day: string | undefined, actor = ADMIN): Promise<unknown[]> => {
    const page = { skip: 0, top: 100, day };
    const document = await inventory.inventoryDocument(actor, device.deviceId, 'LogicalDisk', page);
    return document.rows.map((each) => [each.Name, each.FreeSpace]);
  };
  const kept = async (): Promise<unknown> =>
    (
      await test.asOwner(
        `select count(*)::int as count from inventory_history where authority_id = '${authorityId}'`,
      )
    )[0]?.count;

  it('a class is shown as it stood at the end of any day, whatever came between', async () => {
    await put('LogicalDisk', disk('a', 1));
    await put('LogicalDisk', disk('a', 2));
    clock.advance(3 * DAY_MS);
    await put('LogicalDisk', disk('a', 3), disk('b', 1));
    await put('LogicalDisk', disk('a', 4), disk('b', 1));
    clock.advance(DAY_MS);
    await put('LogicalDisk', disk('b', 1));
    assert.deepEqual(await at('2026-11-10'), [['a', 2]]);
    assert.deepEqual(await at('2026-11-12'), [['a', 2]]);
    assert.deepEqual(await at('2026-11-13'), [
      ['a', 4],
      ['b', 1],
    ]);
    assert.deepEqual(await at('2026-11-14'), [['b', 1]]);
    assert.deepEqual(await at(undefined), [['b', 1]]);
    const { periods } = await inventory.inventoryHistory(READER, device.deviceId, 'LogicalDisk');
    assert.deepEqual(
      periods.map(({ from, to, rowCount }) => [from, to, rowCount]),
      [
        ['2026-11-14', '2026-11-14', 1],
        ['2026-11-13', '2026-11-13', 2],
        ['2026-11-10', '2026-11-12', 1],
      ],
    );
  });

  it('keeps one document a class and day of change, and none when nothing changes', async () => {
    await put('LogicalDisk', disk('a', 1));
    for (const free of [2, 3, 4]) await put('LogicalDisk', disk('a', free));
    assert.equal(await kept(), 0);
    clock.advance(DAY_MS);
    await put('LogicalDisk', disk('a', 4));
    assert.equal(await kept(), 0);
    for (const free of [5, 6]) await put('LogicalDisk', disk('a', free));
    assert.equal(await kept(), 1);
  });

  it('a document from before days were kept is history from when it came', async () => {
    await put('LogicalDisk', disk('a', 1));
    await test.asOwner(
      `update inventory_documents set changed_at = null where authority_id = '${authorityId}'`,
    );
    clock.advance(DAY_MS);
    await put('LogicalDisk', disk('a', 2));
    assert.deepEqual(await at('2026-11-10'), [['a', 1]]);
  });

  it('a day before the first report, in the future or too long ago is refused', async () => {
    await put('LogicalDisk', disk('a', 1));
    await assert.rejects(at('2026-11-09'), { code: 'inventory.day_unknown' });
    for (const day of ['2026-11-11', '2026-02-30', 'yesterday', "1'; drop table x", '2025-01-01'])
      await assert.rejects(at(day), { code: 'inventory.day_invalid' });
  });

  it('the difference of two days names what came, what went and which columns changed', async () => {
    await put('LogicalDisk', disk('a', 1), disk('b', 1), disk('c', 1));
    clock.advance(DAY_MS);
    await put('LogicalDisk', disk('b', 2), disk('c', 1), disk('d', 1));
    const difference = (skip: number, top: number): ReturnType<Inventory['inventoryDifference']> =>
      inventory.inventoryDifference(READER, device.deviceId, 'LogicalDisk', {
        from: '2026-11-10',
        to: null,
        skip,
        top,
      });
    const { changes, ...counts } = await difference(0, 100);
    assert.deepEqual(counts, {
      className: 'LogicalDisk',
      from: '2026-11-10',
      to: null,
      added: 1,
      removed: 1,
      changed: 1,
    });
    assert.deepEqual(
      changes.map(({ kind, before: former, after: row }) => [kind, (row ?? former)?.Name]),
      [
        ['removed', 'a'],
        ['changed', 'b'],
        ['added', 'd'],
      ],
    );
    assert.deepEqual(changes[1]?.columns, ['FreeSpace']);
    assert.equal((await difference(2, 100)).changes[0]?.after?.Name, 'd');
  });

  it('rows are sorted by a column as numbers or texts, what is not known last', async () => {
    await put('LogicalDisk', disk('a', 9), disk('b', null), disk('c', 10));
    const names = async (column: string, descending: boolean, skip = 0): Promise<unknown[]> => {
      const page = { skip, top: 2, orderBy: { column, descending } };
      const { rows } = await inventory.inventoryDocument(
        READER,
        device.deviceId,
        'LogicalDisk',
        page,
      );
      return rows.map(({ Name }) => Name);
    };
    assert.deepEqual(await names('FreeSpace', false), ['a', 'c']);
    assert.deepEqual(await names('FreeSpace', true), ['c', 'a']);
    assert.deepEqual(await names('FreeSpace', true, 2), ['b']);
    assert.deepEqual(await names('Name', true), ['c', 'b']);
  });

  it('attack 28: a column that the class does not have is refused with the nearest one', async () => {
    await put('LogicalDisk', disk('a', 1));
    const page = { skip: 0, top: 1, orderBy: { column: 'FreeSpac', descending: false } };
    await assert.rejects(
      inventory.inventoryDocument(READER, device.deviceId, 'LogicalDisk', page),
      /Did you mean FreeSpace\?/,
    );
  });

  it('attack 17: sensitive columns are empty for who may not read them: in rows, sorting and differences', async () => {
    await put('Environment', variable('DB_URL', 'postgres://db/1'));
    clock.advance(DAY_MS);
    await put('Environment', variable('DB_URL', 'postgres://db/2'));
    const read = (actor: Actor): ReturnType<Inventory['inventoryDocument']> =>
      inventory.inventoryDocument(actor, device.deviceId, 'Environment', { skip: 0, top: 9 });
    assert.equal((await read(ADMIN)).rows[0]?.VariableValue, 'postgres://db/2');
    assert.equal((await read(ADMIN)).maskedColumns, undefined);
    const answer = await read(READER);
    assert.deepEqual(answer.maskedColumns, ['VariableValue']);
    assert.equal(answer.rows[0]?.VariableValue, null);
    const wanted = { from: '2026-11-10', to: null, skip: 0, top: 9 };
    const difference = await inventory.inventoryDifference(
      READER,
      device.deviceId,
      'Environment',
      wanted,
    );
    assert.doesNotMatch(JSON.stringify(difference), /postgres/);
    const orderBy = { column: 'VariableValue', descending: false };
    await assert.rejects(
      inventory.inventoryDocument(READER, device.deviceId, 'Environment', {
        skip: 0,
        top: 9,
        orderBy,
      }),
      { code: 'inventory.column_unknown' },
    );
  });

  it('an export has every row, and breaks off when the document changes under it', async () => {
    const services = Array.from({ length: 2500 }, (_, index) =>
      row('Service', { Name: `s${String(index).padStart(4, '0')}`, DisplayName: '=1+1' }),
    );
    await put('Service', ...services);
    const read = (skip: number, top: number): ReturnType<Inventory['inventoryDocument']> =>
      inventory.inventoryDocument(READER, device.deviceId, 'Service', { skip, top });
    const json = await exportInventory(read, 'Service', 'json');
    assert.equal(json.fileName, 'Service-2026-11-10.json');
    const rows: unknown = JSON.parse((await json.stream.toArray()).join(''));
    assert.deepEqual(rows, services);
    const csv = await exportInventory(read, 'Service', 'csv');
    const lines = (await csv.stream.toArray()).join('').trimEnd().split('\r\n');
    assert.equal(lines.length, 2501);
    assert.match(lines[1] ?? '', /^s0000,'=1\+1,/);
    const changing = await exportInventory(
      async (skip, top) => {
        const page = await read(skip, top);
        await put('Service', ...services.slice(0, 2400));
        return page;
      },
      'Service',
      'csv',
    );
    await assert.rejects(changing.stream.toArray(), { code: 'inventory.changed_meanwhile' });
  });

  it('asks for fewer rows at a time when the way cannot carry as many', async () => {
    await put('LogicalDisk', disk('a', 1));
    const asked: number[] = [];
    const { stream } = await exportInventory(
      async (skip, top) => {
        asked.push(top);
        if (top > 100) {
          const { MoorlineError } = await import('@moorline/kernel');
          throw new MoorlineError({
            code: 'relay.result_too_large',
            kind: 'failure',
            status: 413,
            text: 'too large',
          });
        }
        return inventory.inventoryDocument(READER, device.deviceId, 'LogicalDisk', { skip, top });
      },
      'LogicalDisk',
      'csv',
    );
    assert.equal((await stream.toArray()).length, 2);
    assert.deepEqual(asked, [1000, 250, 62]);
  });

  describe('asked of the device', () => {
    const refresh = (actor = ADMIN, className = 'LogicalDisk'): Promise<unknown> =>
      inventory.refreshInventory(actor, device.deviceId, className);
    const setOnline = (): Promise<unknown> =>
      test.asOwner(
        `update devices set online = true where authority_id = '${authorityId}' and id = '${device.deviceId}'`,
      );
    const nudged = async (): Promise<void> => {
      while (nudges.length === 0) await new Promise(setImmediate);
    };

    it('is answered when the document is stored, and by that of no other class', async () => {
      await setOnline();
      const answer = refresh();
      await nudged();
      await put('Service');
      clock.advance(1000);
      await put('LogicalDisk', disk('a', 1));
      assert.deepEqual(await answer, { receivedAt: '2026-11-10T12:00:01.000Z' });
      assert.deepEqual(nudges, [[device.deviceId, { inventory: ['LogicalDisk'] }]]);
    });

    it('two who ask for the same wait for one answer', async () => {
      const nudger = {
        nudge: (id: DeviceId, nudge: DeviceNudge) => void nudges.push([id, nudge]),
        nudgeAll() {},
        disconnect() {},
      };
      const refreshes = createRefreshes({ clock, nudger });
      const both = [1, 2].map(() => refreshes.ask(device.deviceId, 'OS'));
      refreshes.stored(device.deviceId, ['OS']);
      assert.deepEqual(await Promise.all(both), [{ receivedAt: START }, { receivedAt: START }]);
      assert.equal(nudges.length, 1);
    });

    it('says so when the device does not answer, is not connected, or is not to be asked by this role', async () => {
      await assert.rejects(refresh(), { code: 'inventory.device_offline', status: 409 });
      await setOnline();
      await assert.rejects(refresh(READER), { code: 'access.denied' });
      await assert.rejects(refresh(ADMIN, 'LogicalDisc'), { code: 'inventory.class_unknown' });
      const silent = assert.rejects(refresh(), { code: 'inventory.device_silent', status: 504 });
      await nudged();
      clock.advance(13_000);
      await silent;
    });

    it('attack 14: a device is asked for few classes at a time', async () => {
      await setOnline();
      const names = ['OS', 'Bios', 'Device', 'Memory', 'Process', 'Service', 'User', 'TPM'];
      const asked = names.map((name) => assert.rejects(refresh(ADMIN, name)));
      while (nudges.length < names.length) await new Promise(setImmediate);
      await assert.rejects(refresh(), { code: 'inventory.refreshes_busy', status: 503 });
      clock.advance(13_000);
      await Promise.all(asked);
    });
  });

  describe('the partitions', () => {
    const partitions = async (): Promise<string[]> =>
      (
        await test.asOwner(
          `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
           where i.inhparent = 'inventory_history'::regclass order by 1`,
        )
      ).map(({ name }) => String(name));

    it('are made for the days to come, and dropped with what they hold when it is too old', async () => {
      // Days that no other test has written to: what lies in the rest already stays there.
      clock.advance(200 * DAY_MS);
      await put('LogicalDisk', disk('a', 1));
      await test.asOwner(`select inventory_history_keep('2027-05-29')`);
      assert.ok((await partitions()).includes('inventory_history_20270605'));
      clock.advance(DAY_MS);
      await put('LogicalDisk', disk('a', 2));
      assert.equal(await kept(), 1);
      const held = await test.asOwner(
        `select count(*)::int as count from inventory_history_20270530 where authority_id = '${authorityId}'`,
      );
      assert.equal(held[0]?.count, 1);
      await test.asOwner(`select inventory_history_keep('2027-08-28')`);
      assert.equal(await kept(), 1, 'ninety days are kept');
      await test.asOwner(`select inventory_history_keep('2027-08-29')`);
      assert.equal(await kept(), 0);
      assert.ok(!(await partitions()).includes('inventory_history_20270530'));
    });

    it('who serves may have them kept, by the database’s own calendar, and can neither make, drop nor read one', async () => {
      const serve = (text: string): Promise<unknown> =>
        test.database.transaction(authorityId, async (tx) => {
          const { sql } = await import('kysely');
          const { sqlOf } = await import('@moorline/db');
          return sql.raw(text).execute(sqlOf(tx));
        });
      await serve('select inventory_history_maintain()');
      const [name = ''] = (await partitions()).filter((each) => !each.endsWith('rest'));
      await assert.rejects(serve(`select * from ${name}`));
      await assert.rejects(serve(`drop table ${name}`));
      await assert.rejects(serve(`select inventory_history_keep('2300-01-01')`));
    });

    it('attack 9: another authority’s history is not seen, and a device’s goes with it', async () => {
      await put('LogicalDisk', disk('a', 1));
      clock.advance(DAY_MS);
      await put('LogicalDisk', disk('a', 2));
      const other = test.newAuthority();
      const seen = await test.database.read(other, async (tx) => {
        const { sql } = await import('kysely');
        const { sqlOf } = await import('@moorline/db');
        return (await sql`select 1 from inventory_history`.execute(sqlOf(tx))).rows.length;
      });
      assert.equal(seen, 0);
      assert.equal(await kept(), 1);
      await test.asOwner(`delete from devices where authority_id = '${authorityId}'`);
      assert.equal(await kept(), 0);
    });
  });
});
