import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  AGENT_LIMITS,
  AGENT_PATHS,
  AGENT_PROTOCOL,
  decodeInvitation,
  deviceUri,
  ENROL_PREFIX,
  encodeInvitation,
} from '@moorline/contracts/agent';
import { FEDERATION_PATHS, JOIN_PREFIX } from '@moorline/contracts/federation';
import { silentLogger, systemClock, systemEntropy, uuidv7 } from '@moorline/kernel';
import { createKeyAndCsr, openLocalCa } from '@moorline/pki';
import { assertRefused, auditedRefusal, refusedWith, stateOf } from './bad-input.fixture.ts';
import { Constellation, type Star } from './constellation.ts';
import {
  type Answer,
  askGateway,
  enrolSimulatedDevice,
  type Gateway,
  openGateway,
  type SimulatedDevice,
} from './simulated-device.ts';

// Two requests for a certificate, as `openssl req -new` makes them: an RSA key, and P-256 with CA:TRUE.
const RSA_CSR = `-----BEGIN CERTIFICATE REQUEST-----
MIICVjCCAT4CAQAwETEPMA0GA1UEAwwGZGV2aWNlMIIBIjANBgkqhkiG9w0BAQEF
AAOCAQ8AMIIBCgKCAQEAs/E8xXADCaJedahZ/X+o6cNo6iIoQvveXZpKtEUkmqDF
dj6d2LzP4b5MkYxy0Gnt8mRrW+43t+NFkdWyin1V6g+xBK9EC0az1OATvWQqiJ1T
/Y6b70Mkew4Np6YbGytoKu6snR2vPNCP+JkYAETe9U1cv+6wD1fFejxBuHQoCqUl
g3crNRvMBY2jRYav+1mj+m4czF/FBsvhvQ0QsJVUftOnOFyRszooSN8fqMhqYAzw
uhVWl4wF8lRtVXzyWODcsQLz5FfoxaYqSIlQFwjw/Klu35qnqARGEhEC17EeQRSz
HmuDJIhdt2+pmfFhw1ZRuOPypQ29ByEzt5DEU/JIlwIDAQABoAAwDQYJKoZIhvcN
AQELBQADggEBAC85ZcaXrxVQT2A6lMvefv1aMxzKhHgRm6Vhg+qQjd2EBJxMuP/9
yPjMYMThWeFBXHyUadaB8yYEm57MudvW9dAYNZ+7rAtRX37CpgHxRIcEUkjSXmNr
oqZA3kYC5GzlqnNO8r/gbTMre1GjeM4DuCmMbZ3sDbTdvzCrB4MwhVaLaikXDwfJ
M6yo8zNGZl6IcbJdNj5HgiSjiJcK7tX3CSDNEE1E2FyBbOrjeGTzm3ls8Xi+2t5V
bMWuXxfdisNzvh4rhFDYzYTNEcUcABneDg1raFtjMYEasdQhsul8L1mqEH1bCMvt
LDE2H9mBbu3/7pq5+kX1sSRIlKAitb6YcD0=
-----END CERTIFICATE REQUEST-----
`;
const CA_CSR = `-----BEGIN CERTIFICATE REQUEST-----
MIHvMIGVAgEAMBExDzANBgNVBAMMBmRldmljZTBZMBMGByqGSM49AgEGCCqGSM49
AwEHA0IABPFPJRcCiH2gBViCExJJxXSstPiNe3xPhyT1WnNzJWlCbFtn5nVuEaa9
5J4emwTfK41GRRteHNHhAlv+I/naFqOgIjAgBgkqhkiG9w0BCQ4xEzARMA8GA1Ud
EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhANfq7SGCvrn3gzu8Y1orSqG2
zLewwjANQuGCotHZ0EBWAiEAjAWg6msiTNw9L3ncJn1l1BJLMmMtpm7oWrFLcqzx
SFo=
-----END CERTIFICATE REQUEST-----
`;
const FOREIGN_ROOT = 'f'.repeat(64);
// Without cursors: whether a device is online goes up by itself.
const TENANT_STATE = [
  ['connectors', 'id, epoch, certificate_serial, next_serial, revoked_at'],
  ['join_tokens', 'id, used_at'],
] as const;
const SITE_STATE = [
  ['attachments', 'connector_id, certificate, key_file'],
  ['linked_administrators', 'tenant_user_id, local_user_id'],
] as const;

describe('bad input is refused with its code, audited, and changes nothing', () => {
  let world: Constellation;
  let gateway: Gateway;
  let one: SimulatedDevice;
  let other: SimulatedDevice;
  before(async () => {
    world = await Constellation.create({ devices: 0, attached: false });
    const { token = '' } = await world.site.client.enrolmentTokens.create({ quota: 2 });
    gateway = await openGateway(token);
    one = await enrolSimulatedDevice(gateway, 'PC-1');
    other = await enrolSimulatedDevice(gateway, 'PC-2');
  });
  after(async () => {
    await one?.[Symbol.asyncDispose]();
    await other?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
  });

  async function unchanged<T>(star: Star, work: () => Promise<T>): Promise<T> {
    const more = star === world.tenant ? TENANT_STATE : SITE_STATE;
    const before = await stateOf(star, more);
    const value = await work();
    assert.equal(await stateOf(star, more), before);
    return value;
  }

  async function enrol(tokenText: string, csr?: string): Promise<Answer> {
    return askGateway(gateway, null, 'POST', AGENT_PATHS.enrol, {
      protocol: AGENT_PROTOCOL,
      token: tokenText,
      csr: csr ?? (await createKeyAndCsr('PC-3')).csr,
      deviceName: 'PC-3',
      clientVersion: '0.0.0',
    });
  }

  function altered(prefix: string, text: string, change: object): string {
    const invitation = decodeInvitation(prefix, text);
    assert.ok(invitation);
    return encodeInvitation(prefix, { ...invitation, ...change });
  }

  /** A device's certificate of the host's own authority that the host never issued to anybody. */
  async function forgedCertificate(star: Star, uri: string) {
    const issuer = await openLocalCa({
      folder: dirname(star.host.ready.caFile),
      name: star.host.ready.name,
      clock: systemClock,
      entropy: systemEntropy,
      logger: silentLogger,
    });
    const { privateKey, csr } = await createKeyAndCsr('forged');
    const profile = { kind: 'client', uri, commonName: 'forged', lifeMs: 3_600_000 } as const;
    return { key: privateKey, cert: (await issuer.issueFromCsr(csr, profile)).pem };
  }

  it('a join token whose secret is wrong', async () => {
    const { tenant, site } = world;
    const { token } = await tenant.client.connectors.createJoinToken({});
    const wrong = altered(JOIN_PREFIX, token, { secret: 'guessed' });
    await unchanged(site, () =>
      unchanged(tenant, () =>
        assertRefused(
          site.client.cloudAttach.attach({ joinToken: wrong }),
          'attach.join_token_invalid',
        ),
      ),
    );
    for (const [star, activity] of [
      [tenant, 'connectors.attach'],
      [site, 'cloudAttach.attach'],
    ] as const) {
      await auditedRefusal(star, activity, 'attach.join_token_invalid');
    }
  });

  it('a join token that is none, and one with the wrong fingerprint', async () => {
    const { site, tenant } = world;
    const { token } = await tenant.client.connectors.createJoinToken({});
    for (const [joinToken, code] of [
      ['mlj1.nonsense', 'attach.join_token_malformed'],
      [altered(JOIN_PREFIX, token, { rootFingerprint: FOREIGN_ROOT }), 'pki.root_mismatch'],
    ] as const) {
      await unchanged(site, () =>
        assertRefused(site.client.cloudAttach.attach({ joinToken }), code),
      );
      await auditedRefusal(site, 'cloudAttach.attach', code);
    }
  });

  it('a join token that was used', async () => {
    const { tenant, site } = world;
    const { token } = await tenant.client.connectors.createJoinToken({});
    await site.client.cloudAttach.attach({ joinToken: token });
    await world.settle();
    await unchanged(site, () =>
      unchanged(tenant, () =>
        assertRefused(
          site.client.cloudAttach.attach({ joinToken: token }),
          'attach.join_token_used',
        ),
      ),
    );
    await auditedRefusal(tenant, 'connectors.attach', 'attach.join_token_used');
    await auditedRefusal(site, 'cloudAttach.attach', 'attach.join_token_used');
  });

  it('an enrolment token with the wrong fingerprint, before the token is sent', async () => {
    const { site } = world;
    const { token = '' } = await site.client.enrolmentTokens.create();
    const wrong = altered(ENROL_PREFIX, token, { rootFingerprint: FOREIGN_ROOT });
    await unchanged(site, async () => {
      await assert.rejects(openGateway(wrong), { code: 'pki.root_mismatch' });
    });
  });

  it('an enrolment token that is wrong, expired, used up or revoked', async () => {
    const { site } = world;
    const { enrolmentTokens } = site.client;
    const [expired, revoked] = [await enrolmentTokens.create(), await enrolmentTokens.create()];
    await enrolmentTokens.revoke(revoked.id);
    await site.asOwner(
      `update enrolment_tokens set expires_at = now() - interval '1 s' where id = '${expired.id}'`,
    );
    for (const [text = '', code] of [
      [altered(ENROL_PREFIX, gateway.tokenText, { secret: 'x' }), 'enrolment.token_invalid'],
      [expired.token, 'enrolment.token_expired'],
      [gateway.tokenText, 'enrolment.token_quota_used'],
      [revoked.token, 'enrolment.token_revoked'],
    ] as const) {
      const answer = await unchanged(site, () => enrol(text));
      assert.deepEqual(refusedWith(answer), { status: 403, code });
      const { actor } = await auditedRefusal(site, 'enrolment.enrol', code);
      assert.equal(actor, '127.0.0.1');
    }
  });

  it('a request for a certificate with a foreign key type, or one that asks to be a CA', async () => {
    const { site, tenant } = world;
    const { token = '' } = await site.client.enrolmentTokens.create();
    const join = decodeInvitation(
      JOIN_PREFIX,
      (await tenant.client.connectors.createJoinToken({})).token,
    );
    assert.ok(join);
    const ca = await readFile(tenant.host.ready.caFile, 'utf8');
    const tenantGateway = { url: join.url, ca };
    for (const [csr, code] of [
      [RSA_CSR, 'pki.csr_key_type'],
      [CA_CSR, 'pki.csr_requests_ca'],
    ] as const) {
      const enrolled = await unchanged(site, () => enrol(token, csr));
      assert.deepEqual(refusedWith(enrolled), { status: 400, code });
      await auditedRefusal(site, 'enrolment.enrol', code);

      const renewed = await unchanged(site, () => one.send('POST', AGENT_PATHS.renew, { csr }));
      assert.deepEqual(refusedWith(renewed), { status: 400, code });
      await auditedRefusal(site, 'enrolment.renew', code);

      const attached: Answer = await unchanged(tenant, () =>
        askGateway(tenantGateway, null, 'POST', FEDERATION_PATHS.attach, {
          protocol: 1,
          tokenId: join.id,
          tokenSecret: join.secret,
          csr,
          siteId: uuidv7(systemClock, systemEntropy),
          siteName: 'Evil',
          siteVersion: '1',
          epoch: uuidv7(systemClock, systemEntropy),
        }),
      );
      assert.deepEqual(refusedWith(attached), { status: 400, code });
      await auditedRefusal(tenant, 'connectors.attach', code);
    }
  });

  it('attack 6: a certificate of this authority that names a device it was not issued to', async () => {
    const forged = await forgedCertificate(world.site, deviceUri(other.deviceId));
    const answer = await unchanged(world.site, () =>
      askGateway(gateway, forged, 'GET', AGENT_PATHS.actions),
    );
    assert.deepEqual(refusedWith(answer), { status: 403, code: 'enrolment.device_unknown' });
    const event = await auditedRefusal(
      world.site,
      'enrolment.authenticate',
      'enrolment.device_unknown',
    );
    assert.equal(event.actor, deviceUri(other.deviceId));
  });

  it('attack 6: a certificate of another authority', async () => {
    const forged = await forgedCertificate(world.tenant, deviceUri(one.deviceId));
    const answer = await unchanged(world.site, () =>
      askGateway(gateway, forged, 'GET', AGENT_PATHS.actions),
    );
    assert.deepEqual(refusedWith(answer), { status: 401, code: 'request.certificate_required' });
    await auditedRefusal(world.site, 'agent.request', 'request.certificate_required');
  });

  it('attack 9: a report of a device on the action of another', async () => {
    const { site } = world;
    const id = await site.client.devices.triggerAction(other.deviceId, 'refreshMachinePolicy');
    const report = { id, state: 'succeeded', at: new Date().toISOString(), result: null };
    const answer = await unchanged(site, () =>
      one.send('POST', AGENT_PATHS.reports, { reports: [report] }),
    );
    assert.deepEqual(refusedWith(answer), { status: 404, code: 'actions.not_found' });
    const event = await auditedRefusal(site, 'actions.report', 'actions.not_found');
    assert.equal(event.actor, `device ${one.deviceId}`);
    await site.client.actions.cancel(id);
  });

  it('attack 31: the certificate of a device at the federation, of a connector at the agents’ paths', async () => {
    const { tenant } = world;
    const { token = '' } = await tenant.client.enrolmentTokens.create();
    const tenantGateway = await openGateway(token);
    await using device = await enrolSimulatedDevice(tenantGateway, 'cloud PC');
    const [connector] = await tenant.client.connectors.list();
    const uri = `urn:moorline:connector:${connector?.id}`;
    const asConnector = await forgedCertificate(tenant, uri);
    const asDevice = await unchanged(tenant, () =>
      device.send('POST', FEDERATION_PATHS.renew, {
        csr: 'x',
      }),
    );
    assert.deepEqual(refusedWith(asDevice), { status: 403, code: 'uplink.certificate_foreign' });
    await auditedRefusal(tenant, 'connectors.renewCertificate', 'uplink.certificate_foreign');
    const answer = await unchanged(tenant, () =>
      askGateway(tenantGateway, asConnector, 'GET', AGENT_PATHS.actions),
    );
    assert.deepEqual(refusedWith(answer), { status: 403, code: 'agent.not_a_device' });
    assert.equal((await auditedRefusal(tenant, 'agent.request', 'agent.not_a_device')).actor, uri);
  });

  it('documents that are too large, malformed, or not of their class', async () => {
    const { site } = world;
    const at = new Date().toISOString();
    const whole = { className: 'Bios', hash: 'a'.repeat(64), collectedAt: at, rows: [] };
    const large = 'x'.repeat(AGENT_LIMITS.documentsBytes);
    for (const [document, status, code, activity] of [
      [{ ...whole, hash: large }, 413, 'request.too_large', 'agent.request'],
      [{ ...whole, rows: 'x' }, 400, 'request.invalid', 'agent.request'],
      [{ ...whole, drop: [] }, 400, 'agent.document_form', 'agent.request'],
      [{ ...whole, collectedAt: 'now' }, 400, 'agent.time_invalid', 'agent.request'],
      [{ ...whole, className: 'BIOS' }, 400, 'inventory.class_unknown', 'inventory.put_documents'],
      [{ ...whole, rows: [{ a: 1 }] }, 400, 'inventory.row_invalid', 'inventory.put_documents'],
      [whole, 400, 'inventory.hash_mismatch', 'inventory.put_documents'],
    ] as const) {
      const answer = await unchanged(site, () =>
        one.send('POST', AGENT_PATHS.documents, { documents: [document] }),
      );
      assert.deepEqual(refusedWith(answer), { status, code });
      const event = await auditedRefusal(site, activity, code);
      assert.equal(event.actor, `device ${one.deviceId}`);
    }
  });

  it('OData options that are unknown, or known with what cannot be', async () => {
    for (const star of [world.tenant, world.site]) {
      for (const [query, code] of [
        ['$expand=users', 'odata.option_unknown'],
        ['$fliter=a', 'odata.option_unknown'],
        ["$filter=owner eq 'x'", 'odata.property_unknown'],
        ["$filter=deviceName eq 'a' or", 'odata.filter_syntax'],
        ['$top=-1', 'odata.option_invalid'],
        ['$orderby=id;drop table devices', 'odata.option_invalid'],
      ] as const) {
        const url = `${star.host.ready.consoleUrl}/v1.0/deviceManagement/managedDevices?${query}`;
        const headers = { authorization: `Bearer ${star.token}` };
        const response = await unchanged(star, () => fetch(url, { headers }));
        const answer = { status: response.status, body: await response.json() };
        assert.deepEqual(refusedWith(answer), { status: 400, code });
        assert.equal((await auditedRefusal(star, 'api.request', code)).actor, 'admin');
      }
    }
  });

  it('leaves audit logs whose chains hold', async () => {
    for (const { client } of [world.tenant, world.site]) {
      assert.equal((await client.auditEvents.verify()).isIntact, true);
    }
  });
});
