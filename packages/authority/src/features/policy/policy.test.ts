import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { Session } from '@moorline/contracts/admin';
import { DEFAULT_CLIENT_SETTINGS } from '@moorline/contracts/agent';
import { type AuthorityId, type DeviceId, silentLogger, type UserId } from '@moorline/kernel';
import type { Actor, Role } from '@moorline/model';
import { createFakeClock, type TestDatabase, withDatabase } from '@moorline/testkit';
import { AUDIT_MIGRATIONS } from '../audit/index.ts';
import { POLICY_MIGRATIONS } from './migrations.ts';
import { createPolicy, type Policy } from './policy.ts';

// The two kinds of host, by which this engine is told apart nowhere but here.
const [UPPER] = Session.properties.authority.properties.kind.enum;

const actor = (role: Role): Actor => ({
  kind: 'user',
  userId: 'u' as UserId,
  name: 'ada',
  role,
  via: 'session',
});
const ADMIN = actor('Administrator');
const DEVICE = { deviceId: 'd' as DeviceId, certificateSerial: 'aa' };

describe('policy', () => {
  let test: TestDatabase;
  let authorityId: AuthorityId;
  let policy: Policy;
  let nudges: number;

  before(async () => {
    test = await withDatabase([...AUDIT_MIGRATIONS, ...POLICY_MIGRATIONS]);
  });
  after(() => test[Symbol.asyncDispose]());
  beforeEach(() => {
    authorityId = test.newAuthority();
    nudges = 0;
    policy = createPolicy({
      profile: { authorityId, name: 'T', kind: UPPER, managedBy: UPPER },
      database: test.database,
      clock: createFakeClock(),
      logger: silentLogger,
      nudger: { nudge: () => {}, nudgeAll: () => void nudges++, disconnect: () => {} },
    });
  });

  it('desires the defaults until somebody changes them', async () => {
    const state = await policy.desiredState(DEVICE, null);
    assert.deepEqual(state.documents, [
      { name: 'client-settings', version: 1, body: DEFAULT_CLIENT_SETTINGS },
    ]);
    assert.deepEqual((await policy.desiredState(DEVICE, state.cursor)).documents, []);
  });

  it('gives a device what changed since its cursor, and tells those that are connected', async () => {
    const { cursor } = await policy.desiredState(DEVICE, null);
    await policy.changeClientSettings(ADMIN, { inventoryMinutes: 30 }, null);
    assert.equal(nudges, 1);
    const [document] = (await policy.desiredState(DEVICE, cursor)).documents;
    assert.deepEqual(document?.body, { ...DEFAULT_CLIENT_SETTINGS, inventoryMinutes: 30 });
    assert.equal(document?.version, 2);
  });

  it('gives everything for a cursor that it never gave', async () => {
    for (const cursor of ['99', 'x', '', '-1', "1' or true"]) {
      assert.equal((await policy.desiredState(DEVICE, cursor)).documents.length, 1);
    }
  });

  it('refuses a change that was made from an older version', async () => {
    const { version } = await policy.readClientSettings(ADMIN);
    await policy.changeClientSettings(ADMIN, { inventoryMinutes: 30 }, version);
    await assert.rejects(policy.changeClientSettings(ADMIN, { inventoryMinutes: 45 }, version), {
      code: 'policy.changed_meanwhile',
    });
  });

  it('gives concurrent changes versions of their own and keeps both', async () => {
    await Promise.all([
      policy.changeClientSettings(ADMIN, { inventoryMinutes: 30 }, null),
      policy.changeClientSettings(ADMIN, { policyPollMinutes: 5 }, null),
    ]);
    const { settings, version } = await policy.readClientSettings(ADMIN);
    assert.equal(version, 3);
    assert.deepEqual([settings.inventoryMinutes, settings.policyPollMinutes], [30, 5]);
  });

  it('makes no version of a change that changes nothing', async () => {
    const { version } = await policy.changeClientSettings(ADMIN, { inventoryMinutes: 60 }, null);
    assert.equal(version, 1);
    assert.equal(nudges, 0);
  });

  it('names the nearest class when a disabled one does not exist', async () => {
    await assert.rejects(
      policy.changeClientSettings(ADMIN, { disabledClasses: ['Proces'] }, null),
      /Did you mean Process\?/,
    );
  });

  it('lets readers read and only administrators change', async () => {
    await policy.readClientSettings(actor('Read only'));
    await assert.rejects(
      policy.changeClientSettings(actor('Help desk'), { inventoryMinutes: 30 }, null),
      { code: 'access.denied' },
    );
  });
});
