import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBus } from '@moorline/bus';
import {
  FEDERATION_LIMITS,
  RELAY_TOKEN_TYPE,
  type SiteReport,
} from '@moorline/contracts/federation';
import type { Database } from '@moorline/db';
import { type AuthorityId, type DeviceId, silentLogger } from '@moorline/kernel';
import type { Actor } from '@moorline/model';
import {
  CompactSign,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  UnsecuredJWT,
} from 'jose';
import { createRefusalAudit } from '../refusal-audit.ts';
import { useDatabases } from '../testing/database.fixture.ts';
import { createShiftedClock, newId, newUser } from '../testing/lab.fixture.ts';
import {
  RECORDER_MIGRATIONS,
  readAudit,
  recordAudit,
  sampleDevice,
} from '../testing/recorder.fixture.ts';
import { createSiteEngine, SITE_ENGINE_MIGRATIONS } from '../testing/site-engine.fixture.ts';
import { createAttachmentStore } from './attachment-store.ts';
import { UPLINK_MIGRATIONS } from './migrations.ts';
import { createRelayHandler } from './relay-handler.ts';
import { createRelayMethods } from './relay-methods.ts';
import { createRelaySeen } from './relay-seen.ts';
import { createVerifyRelay } from './relay-verify.ts';

const open = useDatabases();

async function relayKey() {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { privateKey, publicJwk: { ...jwk, kid }, kid };
}

/** A site's relay handler on a real database, and the tenant's means to make requests of every kind. */
const REPORT: SiteReport = {
  version: '0.1.0',
  protocol: 2,
  upload: {
    phase: 'upToDate',
    reason: 'Up to date.',
    lagRows: 0,
    lagSeconds: 0,
    lastAckAt: null,
    lastFullSyncAt: null,
    inScope: 1,
    excluded: 0,
    problem: null,
    digest: null,
  },
  certificate: { renewAfter: '2027-01-01T00:00:00.000Z' },
  endpoints: null,
};

async function stage() {
  const database: Database = await open([
    ...RECORDER_MIGRATIONS,
    ...SITE_ENGINE_MIGRATIONS,
    ...UPLINK_MIGRATIONS,
  ]);
  const authorityId = newId<AuthorityId>();
  const [tenantId, connectorId, deviceId] = [newId(), newId(), newId<DeviceId>()];
  const clock = createShiftedClock();
  const key = await relayKey();
  const engine = createSiteEngine({ authorityId, database, bus: createBus(silentLogger) });
  await engine.putDevices([sampleDevice(deviceId, 'PC-1')]);
  const attachments = createAttachmentStore(authorityId);
  const alice = newUser('alice');
  const bob: Actor = newUser('bob');
  await database.transaction(authorityId, (tx) =>
    attachments.putLink(tx, {
      tenant_user_id: alice.userId,
      tenant_user_name: 'alice',
      local_user_id: bob.userId,
      local_user_name: 'bob',
      linked_at: new Date(),
    }),
  );
  const trust = { tenantId, connectorId, siteName: 'HQ1', relayKey: key.publicJwk };
  const refusals = createRefusalAudit({
    authorityId,
    database,
    clock,
    logger: silentLogger,
    audit: recordAudit,
  });
  const build = async () =>
    createRelayHandler({
      authorityId,
      siteName: 'HQ1',
      tenantName: 'Contoso',
      database,
      attachments,
      verify: await createVerifyRelay(trust, clock),
      seen: createRelaySeen({ authorityId, database, clock }),
      methods: createRelayMethods(engine.administration, 'HQ1', {
        probe: async () => ({ tookMs: 1, report: REPORT }),
        checkEndpoints: async () => ({ report: REPORT }),
        rotateCertificate: async () => {
          throw new Error('nobody asks for it here');
        },
        resync: async () => ({ report: REPORT }),
        pauseUpload: async () => ({ report: REPORT }),
      }),
      resolveLocalActor: async (id) => (id === bob.userId ? bob : null),
      decidedBy: async () => 'siteAndTenant',
      ceiling: async () => [],
      refusals,
      logger: silentLogger,
    });
  const claims = (change: Readonly<Record<string, unknown>> = {}) => {
    const iat = Math.floor(clock.now() / 1000);
    return {
      iss: tenantId,
      aud: connectorId,
      jti: newId(),
      iat,
      exp: iat + 60,
      act: { userId: alice.userId, name: 'alice', role: 'Administrator', via: 'session' },
      method: 'actions.request',
      params: {
        actionId: newId(),
        deviceId,
        kind: 'refreshMachinePolicy',
        expiresAt: new Date(clock.now() + 60_000).toISOString(),
      },
      ...change,
    };
  };
  const sign = (
    payload: object,
    header: Readonly<Record<string, unknown>> = {},
    signer = key.privateKey,
  ) =>
    new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
      .setProtectedHeader({ alg: 'ES256', kid: key.kid, typ: RELAY_TOKEN_TYPE, ...header })
      .sign(signer);
  return {
    engine,
    clock,
    key,
    alice,
    deviceId,
    claims,
    sign,
    build,
    handle: await build(),
    refusals: async () =>
      (await readAudit(database, authorityId))
        .filter((record) => record.activity === 'relay.refuse')
        .map((record) => record.details?.code),
  };
}

test('a sound request is carried out', async () => {
  const { handle, sign, claims, engine } = await stage();
  assert.deepEqual(await handle(await sign(claims())), {
    ok: true,
    value: { state: 'authorized' },
  });
  assert.equal(await engine.actionCount(), 1);
});

test('every unsound request has its own code, is recorded, and changes nothing', async () => {
  const { handle, sign, claims, engine, key, refusals, alice, deviceId } = await stage();
  const other = await relayKey();
  const now = Math.floor(Date.now() / 1000);
  const skew = FEDERATION_LIMITS.clockSkewMs / 1000;
  const good = await sign(claims());
  const [head, , signature] = good.split('.');
  const forged = Buffer.from(
    JSON.stringify(claims({ method: 'inventory.overview', params: { deviceId } })),
  ).toString('base64url');
  const hmacKey = new TextEncoder().encode(JSON.stringify(key.publicJwk));
  const hs256 = await new CompactSign(new TextEncoder().encode(JSON.stringify(claims())))
    .setProtectedHeader({ alg: 'HS256', kid: key.kid, typ: RELAY_TOKEN_TYPE })
    .sign(hmacKey);
  const attempts: readonly [string, string, string][] = [
    ['no token', 'relay.signature_invalid', 'hello'],
    ['another key', 'relay.signature_invalid', await sign(claims(), {}, other.privateKey)],
    [
      'another key under its own id',
      'relay.signature_invalid',
      await sign(claims(), { kid: other.kid }, other.privateKey),
    ],
    [
      'an embedded key',
      'relay.signature_invalid',
      await sign(claims(), { jwk: other.publicJwk }, other.privateKey),
    ],
    ['another key id', 'relay.signature_invalid', await sign(claims(), { kid: 'x' })],
    ['no algorithm', 'relay.signature_invalid', new UnsecuredJWT(claims()).encode()],
    ['the public key as a secret', 'relay.signature_invalid', hs256],
    ['another type of token', 'relay.signature_invalid', await sign(claims(), { typ: 'JWT' })],
    [
      'another payload under the signature',
      'relay.signature_invalid',
      `${head}.${forged}.${signature}`,
    ],
    ['a missing claim', 'relay.claims_invalid', await sign({ ...claims(), jti: undefined })],
    ['a claim of another kind', 'relay.claims_invalid', await sign(claims({ exp: 'tomorrow' }))],
    [
      'a NUL',
      'relay.claims_invalid',
      await sign(
        claims({ act: { userId: alice.userId, name: 'a\u0000', role: 'x', via: 'session' } }),
      ),
    ],
    ['another tenant', 'relay.issuer_wrong', await sign(claims({ iss: newId() }))],
    ['another site', 'relay.audience_wrong', await sign(claims({ aud: newId() }))],
    ['too old', 'relay.expired', await sign(claims({ iat: now - 61 - skew, exp: now - 1 - skew }))],
    [
      'of the future',
      'relay.not_yet_valid',
      await sign(claims({ iat: now + skew + 10, exp: now + skew + 20 })),
    ],
    ['good for too long', 'relay.life_too_long', await sign(claims({ exp: now + 3600 }))],
    [
      'a method off the table',
      'relay.method_unknown',
      await sign(claims({ method: 'devices.wipe' })),
    ],
    [
      'a method of every object',
      'relay.method_unknown',
      await sign(claims({ method: 'constructor' })),
    ],
    [
      'parameters of another kind',
      'relay.params_invalid',
      await sign(claims({ params: { deviceId: 7 } })),
    ],
    [
      'an id that is none',
      'relay.params_invalid',
      await sign(claims({ method: 'inventory.overview', params: { deviceId: "' or 1=1" } })),
    ],
    [
      'an action off the list',
      'relay.action_unknown',
      await sign(claims({ params: { ...claims().params, kind: 'wipe' } })),
    ],
    [
      'somebody who is not linked',
      'relay.user_not_linked',
      await sign(
        claims({ act: { userId: newId(), name: 'mallory', role: 'Administrator', via: 'token' } }),
      ),
    ],
    ['nobody, for an action', 'relay.person_missing', await sign(claims({ act: null }))],
    [
      'nobody, for an inventory',
      'relay.person_missing',
      await sign(claims({ act: null, method: 'inventory.overview', params: { deviceId } })),
    ],
    [
      'nobody, for a rotation',
      'relay.person_missing',
      await sign(claims({ act: null, method: 'connector.rotateCertificate', params: {} })),
    ],
    [
      'somebody without an id',
      'relay.user_not_linked',
      await sign(
        claims({ act: { userId: 'root', name: 'mallory', role: 'Administrator', via: 'token' } }),
      ),
    ],
  ];
  for (const [what, code, jws] of attempts) {
    const result = await handle(jws);
    assert.equal(result.ok, false, what);
    if (!result.ok) {
      assert.equal(result.code, code, what);
      assert.match(result.message, /\.$/, what);
    }
  }
  assert.equal(await engine.actionCount(), 0);
  assert.equal(engine.requests.length, 0);
  assert.deepEqual(
    await refusals(),
    attempts.map(([, code]) => code),
  );
});

test('the tenant itself, in nobody’s name, may probe', async () => {
  const { handle, sign, claims, refusals } = await stage();
  const jws = await sign(claims({ act: null, method: 'connector.probe', params: {} }));
  assert.deepEqual(await handle(jws), { ok: true, value: { tookMs: 1, report: REPORT } });
  assert.deepEqual(await refusals(), []);
});

test('a request is carried out once: not again when replayed, nor after a restart', async () => {
  const { handle, build, sign, claims, engine, refusals } = await stage();
  const jws = await sign(claims());
  assert.equal((await handle(jws)).ok, true);
  const again = await handle(jws);
  assert.equal(again.ok ? null : again.code, 'relay.replayed');
  const afterRestart = await (await build())(jws);
  assert.equal(afterRestart.ok ? null : afterRestart.code, 'relay.replayed');
  assert.equal(engine.requests.length, 1);
  assert.deepEqual(await refusals(), ['relay.replayed', 'relay.replayed']);
});

test('attack 29: refusals without end do not fill the log', async () => {
  const { handle, refusals, clock } = await stage();
  for (let round = 0; round < 30; round++) await handle(`not a token ${round}`);
  assert.equal((await refusals()).length, 10);
  clock.shiftMs = 60_000;
  await handle('not a token');
  await handle('not a token');
  assert.equal((await refusals()).length, 11);
});

test('of the same request many times at once, one is carried out', async () => {
  const { handle, sign, claims, engine } = await stage();
  const jws = await sign(claims());
  const results = await Promise.all(Array.from({ length: 10 }, () => handle(jws)));
  assert.equal(results.filter((result) => result.ok).length, 1);
  assert.equal(engine.requests.length, 1);
});

test('clocks that differ by less than the skew do not matter, more is said to be the cause', async () => {
  const { handle, sign, claims, clock } = await stage();
  const jws = await sign(claims());
  clock.shiftMs = -25_000;
  assert.equal((await handle(jws)).ok, true);
  clock.shiftMs = 0;
  const late = await sign(claims());
  clock.shiftMs = 91_000;
  const result = await handle(late);
  assert.equal(result.ok ? null : result.code, 'relay.expired');
  assert.match(result.ok ? '' : result.message, /clocks of tenant and site differ/);
});

test('an answer that is too large for the uplink is refused, not sent', async () => {
  const { handle, sign, claims, deviceId } = await stage();
  const read = async (className: string) => {
    const params = { deviceId, className, skip: 0, top: 1000 };
    return handle(await sign(claims({ method: 'inventory.document', params })));
  };
  assert.equal((await read('Process')).ok, true);
  const large = await read('Large');
  assert.equal(large.ok ? null : large.code, 'relay.result_too_large');
});
