import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { QueryOptions } from '@moorline/codecs/odata';
import { type AuthorityId, systemClock, systemEntropy, uuidv7 } from '@moorline/kernel';
import { createFakeClock, type TestDatabase, withDatabase } from '@moorline/testkit';
import { DEVICES_MIGRATIONS } from '../migrations.ts';
import {
  type DirectoryLab,
  NO_OPTIONS,
  nextTurn,
  openDirectory,
  PRESENTATION,
  storeRows,
} from './directory.fixture.ts';

const newId = (): string => uuidv7(systemClock, systemEntropy);

describe('the device directory', () => {
  let test: TestDatabase;
  let authorityId: AuthorityId;
  before(async () => {
    test = await withDatabase(DEVICES_MIGRATIONS);
  });
  after(() => test[Symbol.asyncDispose]());
  beforeEach(() => {
    authorityId = test.newAuthority();
  });

  const clock = createFakeClock(PRESENTATION.now);

  async function listed(lab: DirectoryLab, options: Partial<QueryOptions> = {}): Promise<string[]> {
    const page = await lab.directory.page({ ...NO_OPTIONS, ...options }, PRESENTATION);
    return [...(page?.ids ?? ['no answer'])];
  }
  const change = (statement: string): Promise<unknown> =>
    test.asOwner(`${statement} and authority_id = '${authorityId}'`);
  /** Lets comparisons of rows come and settle until the list is as it should be. */
  async function comparedUntil(lab: DirectoryLab, ids: readonly string[]): Promise<void> {
    for (let round = 0; round < 20; round++) {
      if (JSON.stringify(await listed(lab)) === JSON.stringify(ids)) return;
      clock.advance(5000);
      for (let turn = 0; turn < 50; turn++) await nextTurn();
      clock.advance(1000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.deepEqual(await listed(lab), ids);
  }

  it('sees what was announced before it is asked: new, changed and removed rows', async () => {
    const [a, b, c] = [newId(), newId(), newId()];
    await storeRows(test, authorityId, [
      { id: a, name: 'a' },
      { id: b, name: 'b' },
    ]);
    await using lab = await openDirectory(test, authorityId, clock);
    assert.deepEqual(await listed(lab), [a, b]);
    await storeRows(test, authorityId, [{ id: c, name: 'aa' }]);
    await lab.announce([c]);
    assert.deepEqual(await listed(lab), [a, c, b]);
    await change(`update devices set name = 'Z' where id = '${a}'`);
    await change(`delete from devices where id = '${b}'`);
    await lab.announce([a, b]);
    assert.deepEqual(await listed(lab), [c, a]);
    assert.equal(await lab.directory.count(NO_OPTIONS, PRESENTATION), 2);
  });

  it('finds by itself what nobody announced, and says so', async () => {
    const [a, b, c] = [newId(), newId(), newId()];
    await storeRows(test, authorityId, [
      { id: a, name: 'a' },
      { id: b, name: 'b' },
    ]);
    await using lab = await openDirectory(test, authorityId, clock);
    await change(`update devices set name = 'x' where id = '${a}'`);
    await change(`delete from devices where id = '${b}'`);
    await storeRows(test, authorityId, [{ id: c, name: 'c' }]);
    await comparedUntil(lab, [c, a]);
    const found = lab.warnings.reduce((sum, { devices }) => sum + Number(devices), 0);
    assert.equal(found, 3);
  });

  it('loads more rows than it reads at once, and takes in many announced at once', async () => {
    await test.asOwner(`insert into devices (authority_id, id, name, last_contact_at, enrolled_at,
        client_version, certificate_expires_at)
      select '${authorityId}', gen_random_uuid(), 'd' || lpad(n::text, 5, '0'), now(), now(), '0', now()
      from generate_series(1, 20000) n`);
    await using lab = await openDirectory(test, authorityId, clock);
    assert.equal(await lab.directory.count(NO_OPTIONS, PRESENTATION), 20_000);
    const rows = await test.asOwner(
      `update devices set name = 'e' || name where name > 'd15000' and authority_id = '${authorityId}' returning id`,
    );
    await lab.announce(rows.map((row) => String(row.id)));
    const search = await lab.directory.count({ ...NO_OPTIONS, search: ['ED'] }, PRESENTATION);
    assert.equal(search, 5000);
    await change(`delete from devices where name like 'ed%'`);
    await lab.announce(rows.map((row) => String(row.id)));
    assert.equal(await lab.directory.count(NO_OPTIONS, PRESENTATION), 15_000);
  });

  it('says nothing before it is loaded and after it has stopped', async () => {
    await storeRows(test, authorityId, [{ id: newId(), name: 'a' }]);
    const lab = await openDirectory(test, authorityId, clock);
    await lab[Symbol.asyncDispose]();
    assert.equal(await lab.directory.page(NO_OPTIONS, PRESENTATION), null);
    assert.equal(await lab.directory.count(NO_OPTIONS, PRESENTATION), null);
    assert.equal(await lab.directory.groups(0), null);
  });

  it('attack 17: holds the rows of its own authority only', async () => {
    const other = test.newAuthority();
    const theirs = newId();
    await storeRows(test, other, [{ id: theirs, name: 'secret' }]);
    await using lab = await openDirectory(test, authorityId, clock);
    await lab.announce([theirs]);
    assert.deepEqual(await listed(lab), []);
  });
});
