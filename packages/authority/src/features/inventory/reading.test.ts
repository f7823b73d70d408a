import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Actor, InventoryRow } from '@moorline/model';
import {
  createFakeClock,
  type FakeClock,
  type TestDatabase,
  withDatabase,
} from '@moorline/testkit';
import { exportInventory } from './export.ts';
import {
  ADMIN,
  createInventoryLab,
  disk,
  INVENTORY_LAB_MIGRATIONS,
  type InventoryLab,
  READER,
  row,
} from './inventory.fixture.ts';
import type { Inventory } from './inventory.ts';

const DAY_MS = 86_400_000;

const variable = (name: string, value: string): InventoryRow =>
  row('Environment', { Name: name, Location: '/etc/environment', VariableValue: value });

describe('reading inventory', () => {
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

  it('the difference of two days names what came, what went and which columns changed', async () => {
    await lab.report('LogicalDisk', disk('a', 1), disk('b', 1), disk('c', 1));
    clock.advance(DAY_MS);
    await lab.report('LogicalDisk', disk('b', 2), disk('c', 1), disk('d', 1));
    const difference = (skip: number, top: number): ReturnType<Inventory['inventoryDifference']> =>
      lab.inventory.inventoryDifference(READER, lab.own.deviceId, 'LogicalDisk', {
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
    await lab.report('LogicalDisk', disk('a', 9), disk('b', null), disk('c', 10));
    const names = async (column: string, descending: boolean, skip = 0): Promise<unknown[]> => {
      const page = { skip, top: 2, orderBy: { column, descending } };
      const { rows } = await lab.inventory.inventoryDocument(
        READER,
        lab.own.deviceId,
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
    await lab.report('LogicalDisk', disk('a', 1));
    const page = { skip: 0, top: 1, orderBy: { column: 'FreeSpac', descending: false } };
    await assert.rejects(
      lab.inventory.inventoryDocument(READER, lab.own.deviceId, 'LogicalDisk', page),
      /Did you mean FreeSpace\?/,
    );
  });

  it('attack 17: sensitive columns are empty for who may not read them: in rows, sorting and differences', async () => {
    await lab.report('Environment', variable('DB_URL', 'postgres://db/1'));
    clock.advance(DAY_MS);
    await lab.report('Environment', variable('DB_URL', 'postgres://db/2'));
    const read = (actor: Actor): ReturnType<Inventory['inventoryDocument']> =>
      lab.inventory.inventoryDocument(actor, lab.own.deviceId, 'Environment', { skip: 0, top: 9 });
    assert.equal((await read(ADMIN)).rows[0]?.VariableValue, 'postgres://db/2');
    assert.equal((await read(ADMIN)).maskedColumns, undefined);
    const answer = await read(READER);
    assert.deepEqual(answer.maskedColumns, ['VariableValue']);
    assert.equal(answer.rows[0]?.VariableValue, null);
    const wanted = { from: '2026-11-10', to: null, skip: 0, top: 9 };
    const difference = await lab.inventory.inventoryDifference(
      READER,
      lab.own.deviceId,
      'Environment',
      wanted,
    );
    assert.doesNotMatch(JSON.stringify(difference), /postgres/);
    const orderBy = { column: 'VariableValue', descending: false };
    await assert.rejects(
      lab.inventory.inventoryDocument(READER, lab.own.deviceId, 'Environment', {
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
    await lab.report('Service', ...services);
    const read = (skip: number, top: number): ReturnType<Inventory['inventoryDocument']> =>
      lab.inventory.inventoryDocument(READER, lab.own.deviceId, 'Service', { skip, top });
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
        await lab.report('Service', ...services.slice(0, 2400));
        return page;
      },
      'Service',
      'csv',
    );
    await assert.rejects(changing.stream.toArray(), { code: 'inventory.changed_meanwhile' });
  });

  it('asks for fewer rows at a time when the way cannot carry as many', async () => {
    await lab.report('LogicalDisk', disk('a', 1));
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
        return lab.inventory.inventoryDocument(READER, lab.own.deviceId, 'LogicalDisk', {
          skip,
          top,
        });
      },
      'LogicalDisk',
      'csv',
    );
    assert.equal((await stream.toArray()).length, 2);
    assert.deepEqual(asked, [1000, 250, 62]);
  });
});
