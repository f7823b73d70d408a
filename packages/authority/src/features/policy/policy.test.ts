import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { DEFAULT_CLIENT_SETTINGS } from '@moorline/contracts/agent';
import type { UserId } from '@moorline/kernel';
import type { Actor } from '@moorline/model';
import type { DeviceNudge } from '@moorline/model/ports';
import { createFakeClock, type TestDatabase, withDatabase } from '@moorline/testkit';
import { AUDIT_MIGRATIONS } from '../audit/index.ts';
import { POLICY_MIGRATIONS } from './migrations.ts';
import { createPolicy, type Policy } from './policy.ts';

const user = (role: 'Administrator' | 'Read only'): Actor => ({
  kind: 'user',
  userId: 'u' as UserId,
  name: 'u',
  role,
  via: 'session',
});
const code = (expected: string) => (error: unknown) => {
  assert.equal((error as { code?: string }).code, expected);
  return true;
};

describe('policy', () => {
  let test: TestDatabase;
  let policy: Policy;
  let nudges: DeviceNudge[];
  before(async () => {
    test = await withDatabase([...AUDIT_MIGRATIONS, ...POLICY_MIGRATIONS]);
  });
  after(() => test[Symbol.asyncDispose]());
  beforeEach(() => {
    nudges = [];
    policy = createPolicy({
      authorityId: test.newAuthority(),
      database: test.database,
      clock: createFakeClock(),
      nudger: { nudge: () => {}, nudgeAll: (nudge) => nudges.push(nudge), disconnect: () => {} },
    });
  });

  it('gives a device without a cursor the defaults, and nothing more at that cursor', async () => {
    const first = await policy.desiredState(null);
    assert.deepEqual(
      first.documents.map((document) => document.body),
      [DEFAULT_CLIENT_SETTINGS],
    );
    assert.deepEqual((await policy.desiredState(first.cursor)).documents, []);
  });

  it('gives what changed since a cursor, once, and tells the connected devices', async () => {
    const { cursor } = await policy.desiredState(null);
    await policy.changeClientSettings(user('Administrator'), { inventoryMinutes: 30 });
    assert.deepEqual(nudges, [{ desired: true }]);
    const next = await policy.desiredState(cursor);
    assert.deepEqual(next.documents, [
      {
        name: 'client-settings',
        version: 1,
        body: { ...DEFAULT_CLIENT_SETTINGS, inventoryMinutes: 30 },
      },
    ]);
    assert.deepEqual((await policy.desiredState(next.cursor)).documents, []);
  });

  it('says everything again to a cursor that it cannot have given', async () => {
    await policy.changeClientSettings(user('Administrator'), { inventoryMinutes: 30 });
    for (const cursor of ['99', 'x', '-1', '']) {
      assert.equal((await policy.desiredState(cursor)).documents.length, 1, cursor);
    }
  });

  it('needs policy.read to read and policy.manage to change', async () => {
    await policy.clientSettings(user('Read only'));
    await assert.rejects(policy.clientSettings(null), code('access.not_signed_in'));
    await assert.rejects(
      policy.changeClientSettings(user('Read only'), { inventoryMinutes: 30 }),
      code('access.denied'),
    );
    assert.deepEqual(nudges, []);
  });

  it('refuses a class that does not exist, with the nearest that does', async () => {
    await assert.rejects(
      policy.changeClientSettings(user('Administrator'), { disabledClasses: ['Proces'] }),
      /Did you mean Process\?/,
    );
  });

  it('of two that change the same version, lets one through', async () => {
    const outcomes = await Promise.allSettled(
      [30, 45].map((inventoryMinutes) =>
        policy.changeClientSettings(user('Administrator'), { inventoryMinutes }, 0),
      ),
    );
    assert.deepEqual(outcomes.map((outcome) => outcome.status).sort(), ['fulfilled', 'rejected']);
  });
});
