import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { systemEntropy, type UserId } from '@moorline/kernel';
import { BUILT_IN_ROLES, PERMISSIONS, permissionsOf, type Role, reachOf } from '@moorline/model';
import {
  createFakeClock,
  type FakeClock,
  type TestDatabase,
  withDatabase,
} from '@moorline/testkit';
import { AUDIT_MIGRATIONS } from '../audit/index.ts';
import { type Access, createAccess } from './access.ts';
import type { AssignmentContent } from './assignments.ts';
import type { UserActor } from './authorize.ts';
import { ACCESS_MIGRATIONS } from './migrations.ts';

const HQ1 = '01900000-0000-7000-8000-0000000000a1';
const HQ2 = '01900000-0000-7000-8000-0000000000a2';

describe('custom roles', () => {
  let test: TestDatabase;
  let clock: FakeClock;
  let access: Access;
  let admin: UserActor;
  let changes: number;
  let authorityId: string;

  before(async () => {
    test = await withDatabase([...AUDIT_MIGRATIONS, ...ACCESS_MIGRATIONS]);
  });
  after(() => test[Symbol.asyncDispose]());
  beforeEach(async () => {
    clock = createFakeClock(Date.UTC(2026, 10, 1));
    changes = 0;
    const id = test.newAuthority();
    authorityId = id;
    access = createAccess({
      authorityId: id,
      database: test.database,
      clock,
      entropy: systemEntropy,
      onChanged: () => void changes++,
    });
    admin = await actorOf((await access.administrators.first()).id);
  });

  async function actorOf(id: UserId): Promise<UserActor> {
    const actor = await access.authenticator.localActor(id);
    assert.ok(actor);
    return { ...actor, via: 'session' };
  }

  async function account(userName: string, role: Role = 'None'): Promise<UserActor> {
    return actorOf((await access.administrators.create(admin, { userName, role })).id);
  }

  function role(name: string, ...permissions: string[]) {
    return access.roles.create(admin, { name, description: '', permissions });
  }

  function assignment(
    roleId: string,
    member: UserActor,
    rest: Partial<AssignmentContent> = {},
  ): AssignmentContent {
    return {
      roleId,
      name: 'One',
      description: '',
      members: [member.userId],
      reachesAll: true,
      tagIds: [],
      groupIds: [],
      ...rest,
    };
  }

  async function activities(): Promise<string[]> {
    const rows = await test.asOwner(
      `select activity from audit_events where authority_id = '${authorityId}'
        and activity like 'access.%role%' or activity like 'access.%scope%' order by sequence`,
    );
    return rows.map((row) => String(row.activity));
  }

  it('gives what a role says with the next request, and takes it with the next', async () => {
    const grace = await account('grace');
    assert.deepEqual(permissionsOf(grace), []);
    const scanner = await role('Scanner', 'devices.scan', 'devices.read');
    const given = await access.assignments.create(admin, assignment(scanner.id, grace));
    const now = await actorOf(grace.userId);
    assert.deepEqual(permissionsOf(now), ['devices.read', 'devices.scan']);
    assert.equal(now.role, 'Scanner');
    await access.roles.update(admin, scanner.id, { permissions: ['devices.read'] }, null);
    assert.deepEqual(permissionsOf(await actorOf(grace.userId)), ['devices.read']);
    await access.assignments.remove(admin, given.id, null);
    assert.deepEqual(permissionsOf(await actorOf(grace.userId)), []);
    assert.equal(changes, 4);
    assert.deepEqual(await activities(), [
      'access.create_role',
      'access.create_role_assignment',
      'access.update_role',
      'access.delete_role_assignment',
    ]);
  });

  it('joins what several assignments give, each on its own devices', async () => {
    const grace = await account('grace');
    const seer = await role('Seer', 'devices.read', 'audit.read');
    const doer = await role('Doer', 'devices.restart');
    const content = { name: 'HQ', description: '', origins: [HQ1] };
    const tag = await access.scopeTags.create(admin, content);
    const limited = { reachesAll: false, tagIds: [tag.id] };
    await access.assignments.create(admin, assignment(seer.id, grace, limited));
    await access.assignments.create(admin, assignment(doer.id, grace));
    const now = await actorOf(grace.userId);
    assert.deepEqual(reachOf(now, 'devices.read'), { origins: [HQ1], groups: [] });
    assert.equal(reachOf(now, 'devices.restart'), null);
    assert.equal(reachOf(now, 'audit.read'), undefined, 'it is about everything');
    await access.scopeTags.update(admin, tag.id, { origins: [HQ2, HQ2] }, null);
    assert.deepEqual(reachOf(await actorOf(grace.userId), 'devices.read'), {
      origins: [HQ2],
      groups: [],
    });
  });

  it('changes no role that is built in, and gives no role the name of another', async () => {
    for (const { id, name } of BUILT_IN_ROLES) {
      await assert.rejects(access.roles.update(admin, id, { name: 'X' }, null), {
        code: 'access.role_built_in',
      });
      await assert.rejects(access.roles.remove(admin, id, null), {
        code: 'access.role_built_in',
      });
      await assert.rejects(role(name.toUpperCase()), { code: 'access.role_name_taken' });
    }
    await role('Scanner');
    await assert.rejects(role('scanner'), { code: 'access.role_name_taken' });
    await assert.rejects(role('Other', 'devices.raed'), { code: 'access.permission_unknown' });
  });

  it('attack 18: nobody gives, changes or takes over what they do not hold', async () => {
    const keeper = await role('Keeper', 'roles.manage', 'roles.read', 'administrators.manage');
    const grace = await account('grace');
    const assigned = await access.assignments.create(admin, assignment(keeper.id, grace));
    const top = await role('Top', ...PERMISSIONS);
    const hers = await actorOf(grace.userId);
    const deeds: (() => Promise<unknown>)[] = [
      () => access.roles.create(hers, { name: 'A', description: '', permissions: ['audit.read'] }),
      () => access.roles.update(hers, keeper.id, { permissions: [...PERMISSIONS] }, null),
      () => access.roles.update(hers, top.id, { permissions: ['roles.read'] }, null),
      () => access.roles.remove(hers, top.id, null),
      () => access.assignments.create(hers, assignment(top.id, hers)),
      () => access.assignments.update(hers, assigned.id, { roleId: top.id }, null),
      () => access.administrators.create(hers, { userName: 'm', role: 'Administrator' }),
      () => access.administrators.update(hers, hers.userId, { role: 'Read only' }),
      () => access.administrators.update(hers, admin.userId, { isDisabled: true }),
      () => access.administrators.requireOver(hers, admin.userId),
    ];
    for (const deed of deeds) await assert.rejects(deed, { code: 'access.exceeds_own' });
    assert.deepEqual(permissionsOf(await actorOf(grace.userId)), permissionsOf(hers));
  });

  it('attack 18: a limited hold is no hold to give from, and a tag moves only with what it limits', async () => {
    const grace = await account('grace');
    const manager = await role('Manager', 'roles.manage', 'roles.read');
    const seer = await role('Seer', 'devices.read');
    const tag = await access.scopeTags.create(admin, {
      name: 'HQ',
      description: '',
      origins: [HQ1],
    });
    await access.assignments.create(admin, assignment(manager.id, grace));
    const limited = { reachesAll: false, tagIds: [tag.id] };
    await access.assignments.create(admin, assignment(seer.id, grace, limited));
    const hers = await actorOf(grace.userId);
    for (const deed of [
      () => access.assignments.create(hers, assignment(seer.id, hers)),
      () => access.scopeTags.update(hers, tag.id, { origins: [HQ1, HQ2] }, null),
    ]) {
      await assert.rejects(deed, { code: 'access.exceeds_own' });
    }
  });

  it('attack 18: a token of somebody with assigned roles holds no more than they, now or later', async () => {
    const grace = await account('grace');
    const seer = await role('Seer', 'devices.read', 'devices.sync');
    const given = await access.assignments.create(admin, assignment(seer.id, grace));
    const hers = await actorOf(grace.userId);
    const tooHigh = access.apiTokens.create(hers, { displayName: 't', role: 'Help desk' });
    await assert.rejects(tooHigh, { code: 'access.role_too_high' });
    const { secret } = await access.apiTokens.create(hers, { displayName: 't' });
    const byToken = await access.authenticator.token(secret);
    assert.deepEqual(permissionsOf(byToken?.actor ?? grace), ['devices.read', 'devices.sync']);
    const another = access.apiTokens.create({ ...hers, via: 'token' }, { displayName: 'u' });
    await assert.rejects(another, { code: 'access.session_required' });
    await access.assignments.remove(admin, given.id, null);
    const later = await access.authenticator.token(secret);
    assert.deepEqual(permissionsOf(later?.actor ?? admin), []);
  });

  it('refuses a change of what somebody else has changed since', async () => {
    const scanner = await role('Scanner', 'devices.scan');
    const grace = await account('grace');
    const given = await access.assignments.create(admin, assignment(scanner.id, grace));
    const tag = await access.scopeTags.create(admin, { name: 'HQ', description: '', origins: [] });
    await access.roles.update(admin, scanner.id, { name: 'Scan' }, 1);
    await access.assignments.update(admin, given.id, { name: 'Two' }, 1);
    await access.scopeTags.update(admin, tag.id, { name: 'HQ 1' }, 1);
    for (const deed of [
      () => access.roles.update(admin, scanner.id, { name: 'Late' }, 1),
      () => access.roles.remove(admin, scanner.id, 1),
      () => access.assignments.update(admin, given.id, { name: 'Late' }, 1),
      () => access.assignments.remove(admin, given.id, 1),
      () => access.scopeTags.update(admin, tag.id, { name: 'Late' }, 1),
      () => access.scopeTags.remove(admin, tag.id, 1),
    ]) {
      await assert.rejects(deed, { code: 'access.changed_meanwhile' });
    }
  });

  it('keeps what is in use, and takes no assignment that reaches nothing or names what is not there', async () => {
    const scanner = await role('Scanner', 'devices.scan');
    const grace = await account('grace');
    const tag = await access.scopeTags.create(admin, { name: 'HQ', description: '', origins: [] });
    const limited = { reachesAll: false, tagIds: [tag.id] };
    await access.assignments.create(admin, assignment(scanner.id, grace, limited));
    await assert.rejects(access.roles.remove(admin, scanner.id, null), {
      code: 'access.role_assigned',
    });
    await assert.rejects(access.scopeTags.remove(admin, tag.id, null), {
      code: 'access.scope_tag_used',
    });
    for (const [content, code] of [
      [assignment(scanner.id, grace, { reachesAll: false }), 'access.assignment_empty'],
      [assignment(scanner.id, grace, { tagIds: [tag.id] }), 'access.assignment_empty'],
      [assignment(HQ1, grace), 'access.role_not_found'],
      [assignment(scanner.id, grace, { members: [HQ1] }), 'access.administrator_not_found'],
      [assignment(scanner.id, grace, { members: ["'"] }), 'access.administrator_not_found'],
      [
        assignment(scanner.id, grace, { reachesAll: false, tagIds: [HQ1] }),
        'access.scope_tag_not_found',
      ],
    ] as const) {
      await assert.rejects(access.assignments.create(admin, content), { code });
    }
  });

  it('denies who may read roles to change them, and who may not even that to see them', async () => {
    const reader = await role('Reader', 'roles.read');
    const grace = await account('grace');
    const before = await actorOf(grace.userId);
    await assert.rejects(access.roles.list(before), { code: 'access.denied' });
    await assert.rejects(access.scopeTags.list(before), { code: 'access.denied' });
    await access.assignments.create(admin, assignment(reader.id, grace));
    const hers = await actorOf(grace.userId);
    assert.deepEqual(
      (await access.roles.list(hers)).map(({ name }) => name),
      ['Administrator', 'Help desk', 'Read only', 'Reader'],
    );
    for (const deed of [
      () => access.roles.create(hers, { name: 'A', description: '', permissions: [] }),
      () => access.assignments.create(hers, assignment(reader.id, hers)),
      () => access.scopeTags.create(hers, { name: 'A', description: '', origins: [] }),
    ]) {
      await assert.rejects(deed, { code: 'access.denied' });
    }
  });
});
