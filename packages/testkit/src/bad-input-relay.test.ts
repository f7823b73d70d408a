import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { FEDERATION_PATHS, RELAY_TOKEN_TYPE, type UpMessage } from '@moorline/contracts/federation';
import { createListener, type Listener } from '@moorline/http';
import { silentLogger, systemClock, systemEntropy, uuidv7 } from '@moorline/kernel';
import { openLocalCa } from '@moorline/pki';
import { type WebSocket, WebSocketServer } from 'ws';
import { auditedRefusal, stateOf } from './bad-input.fixture.ts';
import { Constellation } from './constellation.ts';

const SITE_STATE = [
  ['attachments', 'connector_id, certificate, key_file'],
  ['linked_administrators', 'tenant_user_id, local_user_id'],
] as const;

describe('a site whose tenant was taken over', () => {
  let world: Constellation;
  let thief: Listener;
  let uplink: WebSocket;
  let relayKey: { readonly key: KeyObject; readonly kid: string };
  let claims: Record<string, unknown>;
  let deviceId: string;

  before(async () => {
    world = await Constellation.create({ devices: 1 });
    await world.settle();
    const { tenant, site } = world;
    const { gatewayUrl, caFile, name, authorityId } = tenant.host.ready;
    const [connector] = await tenant.asOwner('select id, cursor from connectors');
    const [link] = await site.asOwner('select tenant_user_id from linked_administrators');
    const [attachment] = await site.asOwner(`select relay_key->>'kid' as kid from attachments`);
    deviceId = world.agents[0]?.deviceId ?? '';
    const pki = dirname(caFile);
    relayKey = {
      key: createPrivateKey({
        key: JSON.parse(await readFile(join(pki, 'relay-key.json'), 'utf8')),
        format: 'jwk',
      }),
      kid: String(attachment?.kid),
    };
    claims = {
      iss: authorityId,
      aud: connector?.id,
      act: { userId: link?.tenant_user_id, name: 'admin', role: 'Administrator', via: 'session' },
      method: 'inventory.overview',
      params: { deviceId },
    };
    await tenant.host[Symbol.asyncDispose]();
    thief = await listenAs({ pki, name, gatewayUrl });
    const upgrader = new WebSocketServer({ noServer: true });
    uplink = await new Promise((resolve) => {
      thief.onUpgrade(FEDERATION_PATHS.uplink, async ({ request, socket, head }) => {
        upgrader.handleUpgrade(request, socket, head, (opened) => {
          opened.once('message', (data) => {
            const { epoch } = JSON.parse(String(data));
            opened.send(JSON.stringify({ type: 'hello', epoch, cursor: connector?.cursor }));
            resolve(opened);
          });
        });
      });
      void thief.listen();
    });
  });
  after(async () => {
    uplink?.terminate();
    await thief?.close();
    await world?.[Symbol.asyncDispose]();
  });

  /** A server in the tenant's place, at its address, with a certificate of its authority. */
  async function listenAs(tenant: { pki: string; name: string; gatewayUrl: string }) {
    const issuer = await openLocalCa({
      folder: tenant.pki,
      name: tenant.name,
      clock: systemClock,
      entropy: systemEntropy,
      logger: silentLogger,
    });
    const { cert, key } = await issuer.issueServer(['localhost', '127.0.0.1']);
    return createListener({
      name: 'thief',
      host: '127.0.0.1',
      port: Number(new URL(tenant.gatewayUrl).port),
      tls: { cert, key, ca: issuer.caCertificate, requestClientCertificate: true },
      logger: silentLogger,
      stopMs: 100,
    });
  }

  /** A relay request, fresh and right but for what is changed. */
  function relayRequest(
    change: Record<string, unknown> = {},
    signer: { readonly key: KeyObject; readonly kid: string } = relayKey,
  ): string {
    const iat = Math.floor(systemClock.now() / 1000);
    const jti = uuidv7(systemClock, systemEntropy);
    const header = { alg: 'ES256', kid: signer.kid, typ: RELAY_TOKEN_TYPE };
    const payload = { ...claims, jti, iat, exp: iat + 60, ...change };
    const input = [header, payload]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = sign('sha256', Buffer.from(input), {
      key: signer.key,
      dsaEncoding: 'ieee-p1363',
    });
    return `${input}.${signature.toString('base64url')}`;
  }

  async function ask(jws: string): Promise<{ ok: boolean; code?: string; message?: string }> {
    const id = uuidv7(systemClock, systemEntropy);
    uplink.send(JSON.stringify({ type: 'relay', id, jws }));
    for (;;) {
      const [data] = await once(uplink, 'message', { signal: AbortSignal.timeout(10_000) });
      const message = JSON.parse(String(data)) as UpMessage;
      if (message.type === 'relayResult' && message.id === id) return message.result;
    }
  }

  async function refused(jws: string, code: string): Promise<void> {
    const before = await stateOf(world.site, SITE_STATE);
    const result = await ask(jws);
    assert.equal(result.ok, false);
    assert.equal(result.code, code, result.message);
    assert.match(result.message ?? '', /\S[.:] .*\.$/s);
    assert.equal(await stateOf(world.site, SITE_STATE), before);
    await auditedRefusal(world.site, 'relay.refuse', code);
  }

  const anAction = () => ({
    method: 'actions.request',
    params: {
      actionId: uuidv7(systemClock, systemEntropy),
      deviceId,
      kind: 'refreshMachinePolicy',
      expiresAt: new Date(systemClock.now() + 60_000).toISOString(),
    },
  });

  it('answers a request that is right', async () => {
    assert.equal((await ask(relayRequest())).ok, true);
  });

  it('refuses one with a bad signature', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const forged = relayRequest(anAction(), { key: privateKey, kid: relayKey.kid });
    await refused(forged, 'relay.signature_invalid');
    const [header, , signature] = relayRequest().split('.');
    const [, payload] = relayRequest(anAction()).split('.');
    await refused(`${header}.${payload}.${signature}`, 'relay.signature_invalid');
    await refused('not a token', 'relay.signature_invalid');
  });

  it('refuses one that is stale, and one from the future', async () => {
    const now = Math.floor(systemClock.now() / 1000);
    await refused(relayRequest({ ...anAction(), iat: now - 120, exp: now - 60 }), 'relay.expired');
    await refused(
      relayRequest({ ...anAction(), iat: now + 120, exp: now + 180 }),
      'relay.not_yet_valid',
    );
    await refused(relayRequest({ ...anAction(), exp: now + 3600 }), 'relay.life_too_long');
  });

  it('attack 32: refuses one that was replayed', async () => {
    const jws = relayRequest();
    assert.equal((await ask(jws)).ok, true);
    await refused(jws, 'relay.replayed');
  });

  it('attack 31: refuses one for another site, and one of another tenant', async () => {
    const id = uuidv7(systemClock, systemEntropy);
    await refused(relayRequest({ ...anAction(), aud: id }), 'relay.audience_wrong');
    await refused(relayRequest({ ...anAction(), iss: id }), 'relay.issuer_wrong');
  });

  it('attack 18: refuses whoever is linked to no local account', async () => {
    const act = {
      userId: uuidv7(systemClock, systemEntropy),
      name: 'eve',
      role: 'x',
      via: 'token',
    };
    await refused(relayRequest({ ...anAction(), act }), 'relay.user_not_linked');
  });

  it('attack 18: lets nobody do at the site what the linked local account may not', async () => {
    const { site } = world;
    const [admin] = await site.client.administrators.list();
    const helper = await site.client.administrators.create({
      userName: 'reader',
      role: 'Read only',
    });
    const act = claims.act as { userId: string };
    await site.client.cloudAttach.linkAdministrator({
      tenantUserId: act.userId,
      localUserId: helper.id,
    });
    await refused(relayRequest(anAction()), 'relay.denied_by_site');
    assert.equal((await ask(relayRequest())).ok, true);
    await site.client.administrators.update(helper.id, { isDisabled: true });
    await refused(relayRequest(), 'relay.local_account_unavailable');
    await site.client.cloudAttach.linkAdministrator({
      tenantUserId: act.userId,
      localUserId: admin?.id ?? '',
    });
  });

  it('refuses what is not in the table, or not as the table says', async () => {
    await refused(relayRequest({ method: 'constructor', params: {} }), 'relay.method_unknown');
    await refused(relayRequest({ params: { deviceId, more: 1 } }), 'relay.params_invalid');
    const { method, params } = anAction();
    await refused(
      relayRequest({ method, params: { ...params, kind: 'wipe' } }),
      'relay.action_unknown',
    );
  });
});
