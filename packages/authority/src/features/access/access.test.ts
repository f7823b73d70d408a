import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { UserId } from '@moorline/kernel';
import { systemEntropy } from '@moorline/kernel';
import { PERMISSIONS, ROLE_PERMISSIONS, ROLES } from '@moorline/model';
import {
  createFakeClock,
  type FakeClock,
  type TestDatabase,
  withDatabase,
} from '@moorline/testkit';
import { AUDIT_MIGRATIONS } from '../audit/index.ts';
import { type Access, createAccess } from './access.ts';
import { authorize, type UserActor } from './authorize.ts';
import { ACCESS_MIGRATIONS } from './migrations.ts';
import { passwordWeakness } from './secrets.ts';

const PASSWORD = 'correct horse battery';

function helperActor(userId: UserId): UserActor {
  return { kind: 'user', userId, name: 'helper', role: 'Help desk', via: 'session' };
}

describe('authorize', () => {
  it('denies nobody-signed-in and every permission that a role does not list', () => {
    assert.throws(() => authorize(null, 'devices.read'), { code: 'access.not_signed_in' });
    for (const role of ROLES) {
      const actor = {
        kind: 'user',
        userId: 'u' as UserId,
        name: 'u',
        role,
        via: 'session',
      } as const;
      for (const permission of PERMISSIONS) {
        if (ROLE_PERMISSIONS[role].includes(permission)) authorize(actor, permission);
        else assert.throws(() => authorize(actor, permission), { code: 'access.denied' });
      }
    }
  });

  it('lets Read only and Help desk change nothing that is not theirs', () => {
    const writes = PERMISSIONS.filter((permission) => !permission.endsWith('.read'));
    assert.deepEqual(
      writes.filter((permission) => ROLE_PERMISSIONS['Read only'].includes(permission)),
      [],
    );
    assert.deepEqual(
      writes.filter((permission) => ROLE_PERMISSIONS['Help desk'].includes(permission)),
      [
        'devices.sync',
        'devices.wake',
        'devices.scan',
        'devices.restart',
        'devices.collectDiagnostics',
        'actions.cancel',
      ],
    );
  });
});

describe('access', () => {
  let test: TestDatabase;
  let clock: FakeClock;
  let access: Access;
  before(async () => {
    test = await withDatabase([...AUDIT_MIGRATIONS, ...ACCESS_MIGRATIONS]);
  });
  after(() => test[Symbol.asyncDispose]());
  beforeEach(() => {
    clock = createFakeClock(Date.UTC(2026, 10, 1));
    access = createAccess({
      authorityId: test.newAuthority(),
      database: test.database,
      clock,
      entropy: systemEntropy,
    });
  });

  async function signedInByLink(): Promise<{ actor: UserActor; secret: string }> {
    const link = await access.firstSignInLink();
    const session = await access.signIn.withLink(link.path.split('#')[1] ?? '', '127.0.0.1');
    const found = await access.authenticator.session(session.secret);
    assert.ok(found);
    assert.equal(found.fromLink, true);
    return { actor: found.actor, secret: session.secret };
  }

  it('spends a one-time link once, and not after its hour', async () => {
    const link = await access.firstSignInLink();
    const secret = link.path.split('#')[1] ?? '';
    await access.signIn.withLink(secret, '127.0.0.1');
    await assert.rejects(access.signIn.withLink(secret, '127.0.0.1'), {
      code: 'access.link_invalid',
    });
    const late = (await access.firstSignInLink()).path.split('#')[1] ?? '';
    clock.advance(61 * 60_000);
    await assert.rejects(access.signIn.withLink(late, '127.0.0.1'), {
      code: 'access.link_invalid',
    });
  });

  it('of two that spend the same link at once, lets one in', async () => {
    const secret = (await access.firstSignInLink()).path.split('#')[1] ?? '';
    const outcomes = await Promise.allSettled([
      access.signIn.withLink(secret, 'a'),
      access.signIn.withLink(secret, 'b'),
    ]);
    assert.equal(outcomes.filter((outcome) => outcome.status === 'fulfilled').length, 1);
  });

  it('sets a first password after a link, then signs in with it, and asks for it afterwards', async () => {
    const { actor, secret } = await signedInByLink();
    const change = { newPassword: PASSWORD, currentPassword: undefined, sessionSecret: secret };
    await access.signIn.setPassword(actor, { ...change, fromLink: true });
    const session = await access.signIn.withPassword('ADMIN', PASSWORD, '127.0.0.1');
    assert.equal((await access.authenticator.session(session.secret))?.actor.name, 'admin');
    await assert.rejects(access.signIn.setPassword(actor, { ...change, fromLink: false }), {
      code: 'access.password_wrong',
    });
    assert.equal((await access.authenticator.session(secret))?.fromLink, false);
  });

  it('attack 21: a link that a session made for itself is no way around the password', async () => {
    const { actor, secret } = await signedInByLink();
    const unspent = await access.signIn.createLink(actor.userId, 'admin');
    await access.signIn.setPassword(actor, {
      newPassword: PASSWORD,
      currentPassword: undefined,
      fromLink: true,
      sessionSecret: secret,
    });
    await assert.rejects(access.signIn.withLink(unspent.secret, 'thief'), {
      code: 'access.link_invalid',
    });
    const own = await access.signIn.createLink(actor.userId, 'admin', { keepsPassword: true });
    const session = await access.signIn.withLink(own.secret, 'thief');
    const found = await access.authenticator.session(session.secret);
    assert.deepEqual([found?.fromLink, found?.hasPassword], [false, true]);
  });

  it('refuses a wrong password, an unknown name and a disabled account alike', async () => {
    const { actor, secret } = await signedInByLink();
    await access.signIn.setPassword(actor, {
      newPassword: PASSWORD,
      currentPassword: undefined,
      fromLink: true,
      sessionSecret: secret,
    });
    const helper = await access.administrators.create(actor, {
      userName: 'helper',
      role: 'Help desk',
    });
    await access.administrators.update(actor, helper.id, { isDisabled: true });
    for (const [name, password] of [
      ['admin', 'something else entirely'],
      ['nobody', PASSWORD],
      ['helper', ''],
    ] as const) {
      await assert.rejects(access.signIn.withPassword(name, password, '127.0.0.1'), {
        code: 'access.sign_in_failed',
      });
    }
  });

  it('ends a session at sign-out, after 12 hours, and when its account is disabled', async () => {
    const { actor, secret } = await signedInByLink();
    const second = await signedInByLink();
    await access.signIn.signOut(second.secret);
    assert.equal(await access.authenticator.session(second.secret), null);
    const helper = await access.administrators.create(actor, {
      userName: 'helper',
      role: 'Help desk',
    });
    const link = await access.signIn.createLink(helper.id, 'admin');
    const session = await access.signIn.withLink(link.secret, '127.0.0.1');
    await access.administrators.update(actor, helper.id, { isDisabled: true });
    assert.equal(await access.authenticator.session(session.secret), null);
    clock.advance(12 * 60 * 60_000);
    assert.equal(await access.authenticator.session(secret), null);
  });

  it('keeps an administrator: the last one can be neither demoted nor disabled', async () => {
    const { actor } = await signedInByLink();
    for (const change of [{ role: 'Read only' as const }, { isDisabled: true }]) {
      await assert.rejects(access.administrators.update(actor, actor.userId, change), {
        code: 'access.last_administrator',
      });
    }
  });

  it('refuses a second account of a name, in whatever case', async () => {
    const { actor } = await signedInByLink();
    await assert.rejects(
      access.administrators.create(actor, { userName: 'ADMIN', role: 'Read only' }),
      { code: 'access.name_taken' },
    );
  });

  it('attack 18: a token never has more rights than its owner, now or later', async () => {
    const { actor } = await signedInByLink();
    const helper = await access.administrators.create(actor, {
      userName: 'helper',
      role: 'Help desk',
    });
    const helpDesk = helperActor(helper.id);
    await assert.rejects(
      access.apiTokens.create(helpDesk, { displayName: 't', role: 'Administrator' }),
      { code: 'access.role_too_high' },
    );
    const token = await access.apiTokens.create(helpDesk, { displayName: 't' });
    assert.equal((await access.authenticator.token(token.secret))?.actor.role, 'Help desk');
    await access.administrators.update(actor, helper.id, { role: 'Read only' });
    assert.equal((await access.authenticator.token(token.secret))?.actor.role, 'Read only');
    await access.administrators.update(actor, helper.id, { isDisabled: true });
    assert.equal(await access.authenticator.token(token.secret), null);
  });

  it('forgets a token when it is revoked or has expired, and shows nobody another’s', async () => {
    const { actor } = await signedInByLink();
    const helper = await access.administrators.create(actor, {
      userName: 'helper',
      role: 'Help desk',
    });
    const helpDesk = helperActor(helper.id);
    const own = await access.apiTokens.create(actor, { displayName: 'ci', expiresInDays: 1 });
    assert.deepEqual(await access.apiTokens.list(helpDesk), []);
    await assert.rejects(access.apiTokens.revoke(helpDesk, own.id), {
      code: 'access.token_not_found',
    });
    const other = await access.apiTokens.create(actor, { displayName: 'other' });
    await access.apiTokens.revoke(actor, other.id);
    assert.equal(await access.authenticator.token(other.secret), null);
    clock.advance(24 * 60 * 60_000);
    assert.equal(await access.authenticator.token(own.secret), null);
  });

  it('does not know the sessions and tokens of another authority', async () => {
    const { secret } = await signedInByLink();
    const token = await access.firstApiToken('ci');
    const other = createAccess({
      authorityId: test.newAuthority(),
      database: test.database,
      clock,
      entropy: systemEntropy,
    });
    assert.equal(await other.authenticator.session(secret), null);
    assert.equal(await other.authenticator.token(token), null);
  });
});

describe('passwords', () => {
  it('are refused when short, repetitive, well known, or made of the user name', () => {
    for (const weak of [
      'short',
      'aaaaaaaaaaaaaaaa',
      'password12345',
      'admin-admin-x1',
      '1234567890abc',
    ]) {
      assert.notEqual(passwordWeakness(weak, 'admin'), undefined, weak);
    }
    assert.equal(passwordWeakness(PASSWORD, 'admin'), undefined);
  });
});
