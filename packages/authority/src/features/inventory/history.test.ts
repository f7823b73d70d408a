import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import {
  createFakeClock,
  type FakeClock,
  type TestDatabase,
  withDatabase,
} from '@moorline/testkit';
import {
  ADMIN,
  createInventoryLab,
  disk,
  INVENTORY_LAB_MIGRATIONS,
  type InventoryLab,
  READER,
} from './inventory.fixture.ts';

const DAY_MS = 86_400_000;

describe('inventory over time', () => {
  let test: TestDatabase;
  let clock: FakeClock;
  let lab: InventoryLab;

  before(async () => {
    test = await withDatabase(INVENTORY_LAB_MIGRATIONS);
  });
  after(() => test[Symbol.asyncDispose]());
  beforeEach(async () => {
    clock = createFakeClock(Date.UTC(2026, 10, 10, 12));
    lab = await createInventoryLab(test, clock);
  });

  const at = async (day: string | undefined, actor = ADMIN): Promise<unknown[]> => {
    const page = { skip: 0, top: 100, day };
    const document = await lab.inventory.inventoryDocument(
      actor,
      lab.own.deviceId,
      'LogicalDisk',
      page,
    );
    return document.rows.map((each) => [each.Name, each.FreeSpace]);
  };
  const kept = async (): Promise<unknown> =>
    (
      await test.asOwner(
        `select count(*)::int as count from inventory_history where authority_id = '${lab.authorityId}'`,
      )
    )[0]?.count;

  it('a class is shown as it stood at the end of any day, whatever came between', async () => {
    await lab.report('LogicalDisk', disk('a', 1));
    await lab.report('LogicalDisk', disk('a', 2));
    clock.advance(3 * DAY_MS);
    await lab.report('LogicalDisk', disk('a', 3), disk('b', 1));
    await lab.report('LogicalDisk', disk('a', 4), disk('b', 1));
    clock.advance(DAY_MS);
    await lab.report('LogicalDisk', disk('b', 1));
    assert.deepEqual(await at('2026-11-10'), [['a', 2]]);
    assert.deepEqual(await at('2026-11-12'), [['a', 2]]);
    assert.deepEqual(await at('2026-11-13'), [
      ['a', 4],
      ['b', 1],
    ]);
    assert.deepEqual(await at('2026-11-14'), [['b', 1]]);
    assert.deepEqual(await at(undefined), [['b', 1]]);
    const { periods } = await lab.inventory.inventoryHistory(
      READER,
      lab.own.deviceId,
      'LogicalDisk',
    );
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
    await lab.report('LogicalDisk', disk('a', 1));
    for (const free of [2, 3, 4]) await lab.report('LogicalDisk', disk('a', free));
    assert.equal(await kept(), 0);
    clock.advance(DAY_MS);
    await lab.report('LogicalDisk', disk('a', 4));
    assert.equal(await kept(), 0);
    for (const free of [5, 6]) await lab.report('LogicalDisk', disk('a', free));
    assert.equal(await kept(), 1);
  });

  it('a document from before days were kept is history from when it came', async () => {
    await lab.report('LogicalDisk', disk('a', 1));
    await test.asOwner(
      `update inventory_documents set changed_at = null where authority_id = '${lab.authorityId}'`,
    );
    clock.advance(DAY_MS);
    await lab.report('LogicalDisk', disk('a', 2));
    assert.deepEqual(await at('2026-11-10'), [['a', 1]]);
  });

  it('a day before the first report, in the future or too long ago is refused', async () => {
    await lab.report('LogicalDisk', disk('a', 1));
    await assert.rejects(at('2026-11-09'), { code: 'inventory.day_unknown' });
    for (const day of ['2026-11-11', '2026-02-30', 'yesterday', "1'; drop table x", '2025-01-01'])
      await assert.rejects(at(day), { code: 'inventory.day_invalid' });
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
      await lab.report('LogicalDisk', disk('a', 1));
      await test.asOwner(`select inventory_history_keep('2027-05-29')`);
      assert.ok((await partitions()).includes('inventory_history_20270605'));
      clock.advance(DAY_MS);
      await lab.report('LogicalDisk', disk('a', 2));
      assert.equal(await kept(), 1);
      const held = await test.asOwner(
        `select count(*)::int as count from inventory_history_20270530 where authority_id = '${lab.authorityId}'`,
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
        test.database.transaction(lab.authorityId, async (tx) => {
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
      await lab.report('LogicalDisk', disk('a', 1));
      clock.advance(DAY_MS);
      await lab.report('LogicalDisk', disk('a', 2));
      const other = test.newAuthority();
      const seen = await test.database.read(other, async (tx) => {
        const { sql } = await import('kysely');
        const { sqlOf } = await import('@moorline/db');
        return (await sql`select 1 from inventory_history`.execute(sqlOf(tx))).rows.length;
      });
      assert.equal(seen, 0);
      assert.equal(await kept(), 1);
      await test.asOwner(`delete from devices where authority_id = '${lab.authorityId}'`);
      assert.equal(await kept(), 0);
    });
  });
});
