import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { CollectionRule, CreateCollection } from '@moorline/contracts/admin';
import { sqlOf } from '@moorline/db';
import { createFakeClock, withDatabase } from '@moorline/testkit';
import { sql } from 'kysely';
import { ALL_SYSTEMS, BUILT_IN_GROUPS } from './built-in.ts';
import {
  ADMIN,
  actor,
  type GroupsLab,
  type GroupsTestbed,
  LAB_MIGRATIONS,
  openGroupsTestbed,
} from './groups.fixture.ts';

const DAY = 86_400_000;
const disk = (free: number | null, name = '/'): Record<string, string | number | null> => ({
  Name: name,
  Size: 100,
  FreeSpace: free,
});

describe('groups', () => {
  let bed: GroupsTestbed;
  let lab: GroupsLab;

  before(async () => {
    bed = openGroupsTestbed(await withDatabase(LAB_MIGRATIONS), createFakeClock);
  });
  after(() => bed[Symbol.asyncDispose]());
  beforeEach(() => {
    lab = bed.lab();
  });

  const query = (text: string): CollectionRule => ({ kind: 'query', name: 'rule', query: text });
  async function group(
    displayName: string,
    rules: CreateCollection['rules'],
    limitingCollectionId = ALL_SYSTEMS,
  ): Promise<string> {
    const { collection } = await lab.groups.create(ADMIN, {
      displayName,
      limitingCollectionId,
      rules,
    });
    return collection.id;
  }
  const pending = (): Promise<void> => lab.groups.evaluatePending();

  it('has the built-in ones, whose stored plans are those of their queries', async () => {
    const phone = await lab.device({ chassis_type: 'phone' });
    const server = await lab.device({ chassis_type: 'enterpriseServer' });
    const unknown = await lab.device({ operating_system: null });
    const members = await Promise.all(BUILT_IN_GROUPS.map(({ id }) => lab.members(id)));
    assert.deepEqual(members, [
      [phone, server, unknown].sort(),
      [server],
      [phone],
      [unknown],
      [server],
    ]);
    for (const { rules } of BUILT_IN_GROUPS) {
      for (const rule of rules) {
        assert.ok(rule.kind === 'query');
        const { plan } = await bed.language.check(rule.query);
        assert.deepEqual(plan, rule.plan, rule.query);
      }
    }
  });

  it('finds the members when a group is made, and follows every change', async () => {
    const full = await lab.device();
    const roomy = await lab.device();
    await lab.document(full, 'LogicalDisk', [disk(5), disk(90, '/home')]);
    await lab.document(roomy, 'LogicalDisk', [disk(50)]);
    const id = await group('Low on disk', [query('LogicalDisk | where FreeSpace * 10 < Size')]);
    assert.deepEqual(await lab.members(id), [full]);

    await lab.document(roomy, 'LogicalDisk', [disk(3)]);
    await lab.document(full, 'LogicalDisk', [disk(80)]);
    await pending();
    assert.deepEqual(await lab.members(id), [roomy]);
    assert.equal((await lab.groups.get(ADMIN, id)).collection.memberCount, 1);

    await lab.remove(roomy);
    await pending();
    assert.equal((await lab.groups.get(ADMIN, id)).collection.memberCount, 0);
    assert.equal(await lab.groups.check(), 0);
  });

  it('takes in devices that come later, by rules of every kind', async () => {
    const first = await lab.device();
    const direct = await group('Direct', [{ kind: 'direct', name: 'one', deviceIds: [first] }]);
    const names = await group('Named', [
      query('ManagedDevice | where DeviceName startswith "PC-"'),
    ]);
    const both = await group('Both', [
      { kind: 'include', name: 'named', collectionId: names },
      { kind: 'exclude', name: 'not those', collectionId: direct },
    ]);
    const second = await lab.device();
    await pending();
    assert.deepEqual(await lab.members(direct), [first]);
    assert.deepEqual(await lab.members(names), [first, second].sort());
    assert.deepEqual(await lab.members(both), [second]);
    await lab.change(second, { name: 'other' });
    await pending();
    assert.deepEqual(await lab.members(both), []);
  });

  it('keeps the members inside the limiting group, through a chain of them', async () => {
    const phone = await lab.device({ chassis_type: 'phone' });
    const laptop = await lab.device({ chassis_type: 'laptop' });
    const desktops = BUILT_IN_GROUPS[1]?.id ?? '';
    const everything = query('ManagedDevice');
    const clients = await group('Clients', [everything], desktops);
    const inner = await group('Inner', [everything], clients);
    assert.deepEqual(await lab.members(inner), [laptop]);
    await lab.change(phone, { chassis_type: 'desktop' });
    await lab.change(laptop, { chassis_type: 'tablet' });
    await pending();
    assert.deepEqual(await lab.members(inner), [phone]);
    assert.equal(await lab.groups.check(), 0);
  });

  it('lets the groups that name a changed group follow it', async () => {
    const a = await lab.device({ model: 'A' });
    const b = await lab.device({ model: 'B' });
    const base = await group('Base', [query('ManagedDevice | where Model == "A"')]);
    const rest = await group('Rest', [
      query('ManagedDevice'),
      { kind: 'exclude', name: 'x', collectionId: base },
    ]);
    assert.deepEqual(await lab.members(rest), [b]);
    await lab.groups.update(
      ADMIN,
      base,
      { rules: [query('ManagedDevice | where Model == "B"')] },
      null,
    );
    await pending();
    assert.deepEqual([await lab.members(base), await lab.members(rest)], [[b], [a]]);
  });

  it('looks again when time alone changes the answer', async () => {
    const device = await lab.device();
    await lab.document(device, 'OS', [
      { Name: 'Debian', LastBootUpTime: new Date(lab.clock.now() - 29 * DAY).toISOString() },
    ]);
    const id = await group('Not restarted', [query('OS | where LastBootUpTime < ago(30d)')]);
    assert.deepEqual(await lab.members(id), []);
    lab.clock.advance(DAY - 1000);
    await pending();
    assert.deepEqual(await lab.members(id), []);
    lab.clock.advance(2000);
    await pending();
    assert.deepEqual(await lab.members(id), [device]);
    await lab.document(device, 'OS', [
      { Name: 'Debian', LastBootUpTime: new Date(lab.clock.now()).toISOString() },
    ]);
    await pending();
    assert.deepEqual(await lab.members(id), []);
    lab.clock.advance(30 * DAY + 2);
    await pending();
    assert.deepEqual(await lab.members(id), [device]);
    assert.equal(await lab.groups.check(), 0);
  });

  it('evaluates after a kill what was committed before it', async () => {
    const device = await lab.device();
    const id = await group('Full', [query('LogicalDisk | where FreeSpace < 10')]);
    await lab.document(device, 'LogicalDisk', [disk(1)]);
    const next = lab.restart();
    await next.evaluatePending();
    assert.deepEqual(await lab.members(id), [device]);
  });

  it('notes a change that is being written while the group is made', async () => {
    const device = await lab.device();
    const wrote = Promise.withResolvers<void>();
    const mayCommit = Promise.withResolvers<void>();
    const writing = bed.test.database.transaction(lab.authorityId, async (tx) => {
      await sql`insert into inventory_documents (authority_id, device_id, class_name, hash, collected_at, received_at,
          row_count, rows)
        values (${lab.authorityId}, ${device}, 'LogicalDisk', 'h', now(), now(), 1,
          ${JSON.stringify([disk(1)])}::jsonb)`.execute(sqlOf(tx));
      wrote.resolve();
      await mayCommit.promise;
    });
    await wrote.promise;
    const making = group('Full', [query('LogicalDisk | where FreeSpace < 10')]);
    mayCommit.resolve();
    await writing;
    const id = await making;
    await pending();
    assert.deepEqual(await lab.members(id), [device]);
  });

  it('finds and mends members that no change led to, and says so as an error', async () => {
    const device = await lab.device();
    const id = await group('All', [query('ManagedDevice')]);
    await bed.test.asOwner(`delete from group_members where device_id = '${device}'`);
    assert.equal(await lab.groups.check(id), 1);
    assert.equal(lab.errors.length, 1);
    assert.deepEqual(await lab.members(id), [device]);
    assert.equal(await lab.groups.check(id), 0);
  });

  it('refuses a cycle with its path', async () => {
    const a = await group('A', []);
    const b = await group('B', [{ kind: 'include', name: 'a', collectionId: a }]);
    const c = await group('C', [], b);
    await assert.rejects(
      lab.groups.update(
        ADMIN,
        a,
        { rules: [{ kind: 'exclude', name: 'c', collectionId: c }] },
        null,
      ),
      { code: 'groups.cycle', message: /A → C → B → A|B → A → C → B|C → B → A → C/ },
    );
  });

  it('says who would be a member, and who would enter and leave', async () => {
    const a = await lab.device({ model: 'A' });
    const b = await lab.device({ model: 'B' });
    const definition = (model: string) => ({
      limitingCollectionId: ALL_SYSTEMS,
      rules: [query(`ManagedDevice | where Model == "${model}"`)],
    });
    const preview = await lab.groups.preview(ADMIN, definition('B'));
    assert.deepEqual([preview.count, preview.devices.map(({ id }) => id)], [1, [b]]);
    const id = await group('Models', definition('A').rules);
    const { entering, leaving, memberCount } = await lab.groups.whatIf(ADMIN, id, definition('B'));
    assert.deepEqual(
      [memberCount, entering.devices.map((one) => one.id), leaving.devices.map((one) => one.id)],
      [1, [b], [a]],
    );
    assert.deepEqual(await lab.members(id), [a]);
  });

  it('says why a device is a member, and why not', async () => {
    const device = await lab.device();
    await lab.document(device, 'LogicalDisk', [disk(90), disk(1, '/var')]);
    const id = await group('Full', [query('LogicalDisk | where FreeSpace < 10')]);
    const why = await lab.groups.why(ADMIN, id, device);
    assert.equal(why.isMember, true);
    assert.match(why.reason, /A member by the rule "rule"/);
    assert.deepEqual(why.rules[0]?.rows, [disk(1, '/var')]);
    const other = await lab.device();
    assert.match((await lab.groups.why(ADMIN, id, other)).reason, /no rule/);
    assert.deepEqual(
      (await lab.groups.groupsOf(ADMIN, device)).map(({ displayName }) => displayName),
      ['All Desktop and Server Clients', 'All Systems', 'Co-management Eligible Devices', 'Full'],
    );
  });

  it('protects what is built in, what is named, and what has changed meanwhile', async () => {
    const a = await group('A', []);
    const b = await group('B', [], a);
    await assert.rejects(lab.groups.remove(ADMIN, a, null), {
      code: 'groups.referenced',
      message: /"A".*: B\./,
    });
    await assert.rejects(lab.groups.remove(ADMIN, ALL_SYSTEMS, null), { code: 'groups.built_in' });
    await assert.rejects(lab.groups.update(ADMIN, b, { displayName: 'C' }, 7), {
      code: 'groups.changed_meanwhile',
    });
    await assert.rejects(group('a', []), { code: 'groups.name_taken' });
    await lab.groups.remove(ADMIN, b, 1);
    await lab.groups.remove(ADMIN, a, null);
    await assert.rejects(lab.groups.get(ADMIN, a), { code: 'groups.not_found' });
  });

  it('refuses a query with the place of what is wrong', async () => {
    await assert.rejects(group('Bad', [query('OS | where Nam == 1')]), {
      code: 'groups.query_invalid',
      message: /character 12: The name 'Nam'/,
    });
  });

  it('binds whatever a rule holds (attack 1)', async () => {
    const device = await lab.device({ model: `x'; drop table groups; --` });
    for (const operator of ['==', '=~', 'has', 'contains', 'startswith', 'endswith']) {
      const text = `ManagedDevice | where Model ${operator} "x'; drop table groups; --"`;
      const { devices } = await lab.groups.preview(ADMIN, {
        limitingCollectionId: ALL_SYSTEMS,
        rules: [query(text)],
      });
      assert.deepEqual(
        devices.map(({ id }) => id),
        [device],
        text,
      );
    }
  });

  it('lets readers read, and administrators alone change and try', async () => {
    const id = await group('A', []);
    const reader = actor('Read only');
    await lab.groups.get(reader, id);
    const body = { limitingCollectionId: ALL_SYSTEMS, rules: [] };
    for (const deed of [
      () => lab.groups.create(reader, { displayName: 'B', ...body }),
      () => lab.groups.update(reader, id, { displayName: 'B' }, null),
      () => lab.groups.remove(reader, id, null),
      () => lab.groups.preview(reader, body),
      () => lab.groups.whatIf(reader, id, body),
    ]) {
      await assert.rejects(deed, { code: 'access.denied' });
    }
  });
});
