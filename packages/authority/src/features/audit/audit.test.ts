import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sqlOf } from '@moorline/db';
import { type TestDatabase, withDatabase } from '@moorline/testkit';
import { sql } from 'kysely';
import { type AuditTables, readAudit, recordAudit, verifyChain } from './audit.ts';
import { AUDIT_MIGRATIONS } from './migrations.ts';

describe('audit', () => {
  let test: TestDatabase;
  before(async () => {
    test = await withDatabase(AUDIT_MIGRATIONS);
  });
  after(() => test[Symbol.asyncDispose]());

  const record = (activity: string, target: string | null = null) => ({
    activity,
    actor: 'admin',
    target,
    result: 'success' as const,
    details: { b: 1, a: ['x', null] },
    at: Date.UTC(2026, 10, 1),
  });

  it('chains records without gaps, newest first when read', async () => {
    const authority = test.newAuthority();
    for (const activity of ['one', 'two', 'three']) {
      await test.database.transaction(authority, (tx) => recordAudit(tx, record(activity)));
    }
    const page = await test.database.read(authority, (tx) => readAudit(tx, { top: 2 }));
    assert.deepEqual(
      page.map((event) => [event.sequence, event.activity]),
      [
        [3, 'three'],
        [2, 'two'],
      ],
    );
    const verdict = await test.database.read(authority, verifyChain);
    assert.deepEqual(verdict, { intact: true, records: 3 });
  });

  it('leaves no record when its transaction rolls back', async () => {
    const authority = test.newAuthority();
    await assert.rejects(
      test.database.transaction(authority, async (tx) => {
        await recordAudit(tx, record('undone'));
        throw new Error('roll back');
      }),
    );
    assert.deepEqual(await test.database.read(authority, verifyChain), {
      intact: true,
      records: 0,
    });
  });

  it('keeps the chain whole when many write at once', async () => {
    const authority = test.newAuthority();
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        test.database.transaction(authority, (tx) => recordAudit(tx, record(`parallel ${index}`))),
      ),
    );
    assert.deepEqual(await test.database.read(authority, verifyChain), {
      intact: true,
      records: 20,
    });
  });

  it('attack 29: the serving role can neither change nor remove a record', async () => {
    const authority = test.newAuthority();
    await test.database.transaction(authority, (tx) => recordAudit(tx, record('kept')));
    for (const statement of [
      sql`update audit_events set actor = 'nobody'`,
      sql`delete from audit_events`,
      sql`truncate audit_events`,
    ]) {
      await assert.rejects(
        test.database.transaction(authority, (tx) => statement.execute(sqlOf<AuditTables>(tx))),
        /permission denied/,
      );
    }
  });

  it('attack 29: a record changed by the owner of the table is found', async () => {
    const authority = test.newAuthority();
    for (const activity of ['one', 'two', 'three']) {
      await test.database.transaction(authority, (tx) => recordAudit(tx, record(activity)));
    }
    await test.asOwner(
      `update audit_events set actor = 'somebody else' where authority_id = '${authority}' and sequence = 2`,
    );
    assert.deepEqual(await test.database.read(authority, verifyChain), {
      intact: false,
      records: 1,
      brokenAt: 2,
    });
  });

  it('attack 29: a record cut off the end is found', async () => {
    const authority = test.newAuthority();
    for (const activity of ['one', 'two']) {
      await test.database.transaction(authority, (tx) => recordAudit(tx, record(activity)));
    }
    await test.asOwner(
      `delete from audit_events where authority_id = '${authority}' and sequence = 2`,
    );
    const verdict = await test.database.read(authority, verifyChain);
    assert.equal(verdict.intact, false);
  });

  it('attack 29: line breaks, NUL and lone surrogates in a name stay inside their record', async () => {
    const authority = test.newAuthority();
    const name = 'eve\n{"activity":"forged"}\u0000\ud800';
    await test.database.transaction(authority, (tx) => recordAudit(tx, record('named', name)));
    const [event] = await test.database.read(authority, (tx) => readAudit(tx, { top: 10 }));
    assert.equal(event?.target, 'eve\n{"activity":"forged"}\ufffd\ufffd');
    assert.equal((await test.database.read(authority, verifyChain)).intact, true);
  });
});
