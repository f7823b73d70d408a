import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createBus } from '@moorline/bus';
import { type EnrolmentToken, Session } from '@moorline/contracts/admin';
import {
  decodeInvitation,
  deviceUri,
  ENROL_PREFIX,
  encodeInvitation,
} from '@moorline/contracts/agent';
import {
  type AuthorityId,
  type DeviceId,
  silentLogger,
  systemEntropy,
  type UserId,
} from '@moorline/kernel';
import type { Actor, Role } from '@moorline/model';
import type { IssuedIdentity } from '@moorline/model/ports';
import { createKeyAndCsr, type Issuer, openLocalCa } from '@moorline/pki';
import {
  createFakeClock,
  type FakeClock,
  type TestDatabase,
  withDatabase,
} from '@moorline/testkit';
import { AUDIT_MIGRATIONS } from '../audit/index.ts';
import { createDevices, DEVICES_MIGRATIONS, type Devices } from '../devices/index.ts';
import { createRefusals, type Refusals } from '../refusals/index.ts';
import { createEnrolment, type Enrolment } from './enrolment.ts';
import { ENROLMENT_MIGRATIONS } from './migrations.ts';

// The two kinds of host, by which this engine is told apart nowhere but here.
const [, LOWER] = Session.properties.authority.properties.kind.enum;

const actor = (role: Role): Actor => ({
  kind: 'user',
  userId: 'u' as UserId,
  name: 'ada',
  role,
  via: 'session',
});
const ADMIN = actor('Administrator');
const DAY_MS = 86_400_000;

describe('enrolment', () => {
  let test: TestDatabase;
  let folder: string;
  let issuer: Issuer;
  let clock: FakeClock;
  let authorityId: AuthorityId;
  let devices: Devices;
  let enrolment: Enrolment;
  let refusals: Refusals;
  let disconnected: string[];

  before(async () => {
    test = await withDatabase([
      ...AUDIT_MIGRATIONS,
      ...DEVICES_MIGRATIONS,
      ...ENROLMENT_MIGRATIONS,
    ]);
    folder = await mkdtemp(join(tmpdir(), 'moorline-ca-'));
  });
  after(async () => {
    await test[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    clock = createFakeClock(Date.UTC(2026, 10, 23, 12));
    issuer = await openLocalCa({
      folder,
      name: 'HQ1',
      clock,
      entropy: systemEntropy,
      logger: silentLogger,
    });
    authorityId = test.newAuthority();
    disconnected = [];
    const deps = {
      profile: {
        authorityId,
        name: 'HQ1',
        kind: LOWER,
        managedBy: LOWER,
      } as const,
      database: test.database,
      bus: createBus(silentLogger),
      clock,
      entropy: systemEntropy,
      logger: silentLogger,
    };
    refusals = createRefusals({ ...deps, authorityId });
    devices = createDevices({ ...deps, refusals, remotes: null });
    enrolment = createEnrolment({
      ...deps,
      issuer,
      devices,
      refusals,
      gatewayUrl: () => 'https://hq1.example:9444',
      nudger: {
        nudge: () => {},
        nudgeAll: () => {},
        disconnect: (id) => void disconnected.push(id),
      },
      endActions: async () => {},
    });
  });

  const makeToken = (
    options: { quota?: number; expiresInMinutes?: number } = {},
  ): Promise<EnrolmentToken> => enrolment.tokens.create(ADMIN, options);
  async function enrol(
    token: EnrolmentToken,
    name = 'pc-1',
    csr?: string,
  ): Promise<IssuedIdentity> {
    return enrolment.enrol({
      token: token.token ?? '',
      csr: csr ?? (await createKeyAndCsr(name)).csr,
      deviceName: name,
      clientVersion: '0.1.0',
      remoteAddress: '127.0.0.1',
    });
  }
  const standingOf = (identity: IssuedIdentity): { serial: string; uri: string } => ({
    serial: new X509Certificate(identity.certificate).serialNumber.toLowerCase(),
    uri: deviceUri(identity.deviceId),
  });
  const auditOf = async (): Promise<string[]> => {
    await refusals.flush();
    const rows = await test.asOwner(
      `select activity, result, details->>'code' as code, details->>'repeats' as repeats
       from audit_events where authority_id = '${authorityId}' order by sequence`,
    );
    return rows.map((row) =>
      [row.activity, row.code ?? row.result, row.repeats].filter(Boolean).join(' '),
    );
  };
  const deviceCount = async (): Promise<unknown> =>
    (
      await test.asOwner(
        `select count(*)::int as n from devices where authority_id = '${authorityId}'`,
      )
    )[0]?.n;

  it('makes a device, its certificate, and a record of it', async () => {
    const token = await makeToken();
    assert.deepEqual(
      decodeInvitation(ENROL_PREFIX, token.token ?? '')?.rootFingerprint,
      issuer.caFingerprint,
    );
    const identity = await enrol(token, 'pc-7');
    const certificate = new X509Certificate(identity.certificate);
    assert.equal(certificate.subjectAltName, `URI:${deviceUri(identity.deviceId)}`);
    assert.ok(certificate.verify(new X509Certificate(identity.caCertificate).publicKey));
    const shown = await devices.get(ADMIN, identity.deviceId);
    assert.equal(shown.deviceName, 'pc-7');
    assert.equal(shown.online, false);
    assert.deepEqual(await enrolment.authenticate(standingOf(identity)), {
      deviceId: identity.deviceId,
      certificateSerial: standingOf(identity).serial,
    });
    assert.deepEqual(await auditOf(), [
      'enrolment.create_token success',
      'enrolment.enrol success',
    ]);
  });

  it('keeps only the hash of a token’s secret', async () => {
    const token = await makeToken();
    const { secret = '' } = decodeInvitation(ENROL_PREFIX, token.token ?? '') ?? {};
    const rows = await test.asOwner(
      `select * from enrolment_tokens where authority_id = '${authorityId}'`,
    );
    assert.ok(secret.length >= 43);
    assert.ok(!JSON.stringify(rows).includes(secret));
    const [listed] = await enrolment.tokens.list(ADMIN, { before: null, top: 10 });
    assert.equal(listed?.token, undefined);
  });

  it('answers a repeated request with the device and certificate already made', async () => {
    const token = await makeToken();
    const { csr } = await createKeyAndCsr('pc-1');
    const first = await enrol(token, 'pc-1', csr);
    const again = await enrol(token, 'pc-1', csr);
    assert.deepEqual(again, first);
    assert.equal(await deviceCount(), 1);
  });

  it('makes one device of the same request sent many times at once', async () => {
    const token = await makeToken({ quota: 10 });
    const { csr } = await createKeyAndCsr('pc-1');
    const identities = await Promise.all(
      Array.from({ length: 8 }, () => enrol(token, 'pc-1', csr)),
    );
    assert.equal(new Set(identities.map((identity) => identity.deviceId)).size, 1);
    const [listed] = await enrolment.tokens.list(ADMIN, { before: null, top: 1 });
    assert.equal(listed?.used, 1);
  });

  it('attack 15: a leaked token enrols no more than its quota, however many try at once', async () => {
    const token = await makeToken({ quota: 5 });
    const results = await Promise.allSettled(
      Array.from({ length: 12 }, (_, index) => enrol(token, `thief-${index}`)),
    );
    assert.equal(results.filter((result) => result.status === 'fulfilled').length, 5);
    for (const result of results) {
      if (result.status === 'rejected') {
        assert.equal(result.reason.code, 'enrolment.token_quota_used');
      }
    }
    assert.equal(await deviceCount(), 5);
  });

  it('attack 15: a leaked token is worth nothing after its end or its revocation', async () => {
    const ended = await makeToken({ expiresInMinutes: 5 });
    const revoked = await makeToken();
    await enrolment.tokens.revoke(ADMIN, revoked.id);
    clock.advance(5 * 60_000);
    await assert.rejects(enrol(ended), { code: 'enrolment.token_expired' });
    await assert.rejects(enrol(revoked), { code: 'enrolment.token_revoked' });
    assert.equal(await deviceCount(), 0);
  });

  it('attack 7: a token with another secret, of another authority or of no form is refused and changes nothing', async () => {
    const token = await makeToken();
    const invitation = decodeInvitation(ENROL_PREFIX, token.token ?? '');
    assert.ok(invitation);
    const forged = {
      ...token,
      token: encodeInvitation(ENROL_PREFIX, { ...invitation, secret: 'x' }),
    };
    const foreign = {
      ...token,
      token: encodeInvitation(ENROL_PREFIX, {
        ...invitation,
        id: '01900000-0000-7000-8000-000000000001',
      }),
    };
    const injected = {
      ...token,
      token: encodeInvitation(ENROL_PREFIX, { ...invitation, id: "' or true --" }),
    };
    for (const wrong of [forged, foreign, injected, { ...token, token: 'garbage' }]) {
      await assert.rejects(enrol(wrong), { code: 'enrolment.token_invalid' });
    }
    assert.equal(await deviceCount(), 0);
  });

  it('refuses a bad certificate request before the token is spent', async () => {
    const token = await makeToken();
    await assert.rejects(enrol(token, 'pc-1', 'no request'), { code: 'pki.csr_malformed' });
    await enrol(token);
  });

  it('attack 6: the certificate of one device does not authenticate another', async () => {
    const token = await makeToken({ quota: 2 });
    const [a, b] = [await enrol(token, 'a'), await enrol(token, 'b')];
    await assert.rejects(
      enrolment.authenticate({ serial: standingOf(a).serial, uri: standingOf(b).uri }),
      { code: 'enrolment.device_unknown' },
    );
    await assert.rejects(enrolment.authenticate({ serial: 'ff', uri: standingOf(a).uri }), {
      code: 'enrolment.device_unknown',
    });
  });

  it('attack 6: a thief who enrols under the name of a living device gets a device of his own', async () => {
    const token = await makeToken({ quota: 2 });
    const owner = await enrol(token, 'pc-1');
    const thief = await enrol(token, 'pc-1');
    assert.notEqual(thief.deviceId, owner.deviceId);
    await enrolment.authenticate(standingOf(owner));
  });

  it('refuses a removed device from the next request on, with its reason, and closes its channel', async () => {
    const identity = await enrol(await makeToken());
    await enrolment.authenticate(standingOf(identity));
    await enrolment.remove(ADMIN, identity.deviceId);
    await assert.rejects(enrolment.authenticate(standingOf(identity)), {
      code: 'enrolment.certificate_revoked',
    });
    assert.deepEqual(disconnected, [identity.deviceId]);
    await assert.rejects(devices.get(ADMIN, identity.deviceId), { code: 'devices.not_found' });
    assert.equal(await devices.count(ADMIN, EVERYTHING), 0);
  });

  it('keeps a blocked device out until it is unblocked', async () => {
    const identity = await enrol(await makeToken());
    await enrolment.authenticate(standingOf(identity));
    await enrolment.setBlocked(ADMIN, identity.deviceId, true);
    await assert.rejects(enrolment.authenticate(standingOf(identity)), {
      code: 'enrolment.device_blocked',
    });
    const { csr } = await createKeyAndCsr('pc-1');
    const device = { deviceId: identity.deviceId, certificateSerial: 'aa' };
    await assert.rejects(enrolment.renew(device, csr), { code: 'enrolment.device_blocked' });
    await enrolment.setBlocked(ADMIN, identity.deviceId, false);
    await enrolment.authenticate(standingOf(identity));
  });

  it('renews: a new certificate for the same device, the old one good until its end', async () => {
    const identity = await enrol(await makeToken());
    clock.advance(60 * DAY_MS);
    const { csr } = await createKeyAndCsr('pc-1');
    const device = { deviceId: identity.deviceId, certificateSerial: standingOf(identity).serial };
    const renewed = await enrolment.renew(device, csr);
    assert.deepEqual(await enrolment.renew(device, csr), renewed);
    assert.equal(renewed.deviceId, identity.deviceId);
    await enrolment.authenticate(standingOf(renewed));
    clock.advance(31 * DAY_MS);
    await assert.rejects(enrolment.authenticate(standingOf(identity)), {
      code: 'enrolment.certificate_expired',
    });
    await enrolment.authenticate(standingOf(renewed));
  });

  it('attack 14: a device cannot have certificates without end', async () => {
    const identity = await enrol(await makeToken());
    const device = { deviceId: identity.deviceId, certificateSerial: standingOf(identity).serial };
    for (let count = 1; count < 10; count++) {
      await enrolment.renew(device, (await createKeyAndCsr('pc-1')).csr);
    }
    await assert.rejects(enrolment.renew(device, (await createKeyAndCsr('pc-1')).csr), {
      code: 'enrolment.too_many_certificates',
    });
  });

  it('audits a flood of refusals as the first and a count', async () => {
    for (let attempt = 0; attempt < 50; attempt++) {
      await assert.rejects(
        enrolment.enrol({
          token: 'garbage',
          csr: 'x',
          deviceName: 'x\0\ud800',
          clientVersion: '0',
          remoteAddress: '192.0.2.1',
        }),
      );
    }
    assert.deepEqual(await auditOf(), [
      'enrolment.enrol enrolment.token_invalid',
      'enrolment.enrol enrolment.token_invalid 49',
    ]);
  });

  it('denies everything about enrolment to roles without the permission, and audits the attempt', async () => {
    const identity = await enrol(await makeToken());
    for (const role of ['Help desk', 'Read only'] as const) {
      await assert.rejects(enrolment.tokens.create(actor(role), {}), { code: 'access.denied' });
      await assert.rejects(enrolment.tokens.list(actor(role), { before: null, top: 1 }), {
        code: 'access.denied',
      });
      await assert.rejects(enrolment.remove(actor(role), identity.deviceId), {
        code: 'access.denied',
      });
    }
    assert.ok((await auditOf()).includes('devices.remove access.denied'));
    await devices.get(ADMIN, identity.deviceId);
  });

  it('attack 11: markup, escapes and direction marks in a device’s name are kept as text', async () => {
    const name = `<img src=x onerror=alert(1)>\u202e\u001b[31m=cmd|' /C calc'!A0`;
    const identity = await enrol(await makeToken(), name);
    assert.equal((await devices.get(ADMIN, identity.deviceId)).deviceName, name);
    const certificate = new X509Certificate(identity.certificate);
    assert.equal(certificate.subjectAltName, `URI:${deviceUri(identity.deviceId as DeviceId)}`);
  });
});

const EVERYTHING = {
  filter: null,
  orderBy: [],
  select: null,
  top: null,
  skip: 0,
  count: false,
  search: [],
  skipToken: null,
} as const;
