import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AttachPlan, CloudAttach, Connector } from '@moorline/contracts/admin';
import { decodeInvitation, encodeInvitation, JOIN_PREFIX } from '@moorline/contracts/federation';
import { sqlOf } from '@moorline/db';
import { sql } from 'kysely';
import { sample } from './testing/batch.fixture.ts';
import { useDatabases } from './testing/database.fixture.ts';
import {
  createShiftedClock,
  eventually,
  removeFolder,
  startSite,
  startTenant,
} from './testing/lab.fixture.ts';
import { readAudit } from './testing/recorder.fixture.ts';

const open = useDatabases();
const CONNECTORS = '/v1.0/deviceManagement/configManagerConnectors';
const CLOUD_ATTACH = '/v1.0/deviceManagement/cloudAttach';

type Problem = { error: { code: string; message: string } };

test('a site that is attached with a join token connects, and both sides show it', async () => {
  await using tenant = await startTenant(open);
  await using site = await startSite(open);
  const answer = await site.api<CloudAttach>('POST', CLOUD_ATTACH, {
    joinToken: await tenant.joinToken(),
  });
  assert.equal(answer.status, 200);
  assert.equal(answer.body.state, 'attached');
  assert.equal(answer.body.tenantName, 'Contoso');
  assert.deepEqual(answer.body.linkedAdministrators, [
    { tenantUserId: tenant.admin.userId, tenantUserName: 'alice', localUserName: 'bob' },
  ]);
  const connector = await eventually(tenant.bus, async () => {
    const list = await tenant.api<{ value: Connector[] }>('GET', CONNECTORS);
    return list.body.value.find((one) => one.online);
  });
  assert.equal(connector.displayName, 'HQ1');
  assert.equal(connector.siteId, site.authorityId);
  assert.equal(connector.attachedBy, 'alice');
  assert.equal(connector.status, 'healthy');
  assert.match(connector.statusReason, /^Connected just now/);
  await eventually(site.bus, () => site.uplink.status().connected);
  const [key] = await readdir(join(site.folder, 'uplink'));
  assert.equal((await stat(join(site.folder, 'uplink', key ?? ''))).mode & 0o777, 0o600);
  const tenantAudit = await readAudit(tenant.database, tenant.authorityId);
  assert.deepEqual(
    tenantAudit.map((record) => [record.activity, record.actor, record.result]),
    [
      ['connectors.createJoinToken', 'alice', 'success'],
      ['connectors.attach', 'alice', 'success'],
    ],
  );
  const siteAudit = await readAudit(site.database, site.authorityId);
  assert.deepEqual(
    siteAudit.map((record) => [record.activity, record.actor]),
    [['cloudAttach.attach', 'bob']],
  );
  await removeFolder(tenant);
  await removeFolder(site);
});

test('every bad join token is refused under its own code, recorded, and changes nothing', async () => {
  const clock = createShiftedClock();
  await using tenant = await startTenant(open, { clock });
  await using other = await startTenant(open);
  await using site = await startSite(open);
  await using second = await startSite(open, { name: 'HQ2' });
  const good = await tenant.joinToken();
  const invitation = decodeInvitation(JOIN_PREFIX, good);
  assert.ok(invitation);
  const { admin } = site;

  await assert.rejects(site.uplink.attach('mlj1.garbage', admin), {
    code: 'attach.join_token_malformed',
  });
  const wrongRoot = { ...invitation, rootFingerprint: other.issuer.caFingerprint };
  await assert.rejects(site.uplink.attach(encodeInvitation(JOIN_PREFIX, wrongRoot), admin), {
    code: 'pki.root_mismatch',
  });
  const wrongSecret = { ...invitation, secret: 'x'.repeat(43) };
  await assert.rejects(site.uplink.attach(encodeInvitation(JOIN_PREFIX, wrongSecret), admin), {
    code: 'attach.join_token_invalid',
  });
  const nowhere = { ...invitation, url: 'https://127.0.0.1:1' };
  await assert.rejects(site.uplink.attach(encodeInvitation(JOIN_PREFIX, nowhere), admin), {
    code: 'attach.tenant_unreachable',
  });
  const short = await tenant.joinToken(1);
  clock.shiftMs = 61_000;
  await assert.rejects(site.uplink.attach(short, admin), { code: 'attach.join_token_expired' });
  clock.shiftMs = 0;
  assert.equal((await site.uplink.describe()).state, 'notAttached');
  assert.equal((await tenant.api<{ value: Connector[] }>('GET', CONNECTORS)).body.value.length, 0);

  await site.uplink.attach(good, admin);
  const answer = await second.api<Problem>('POST', CLOUD_ATTACH, { joinToken: good });
  assert.equal(answer.status, 403);
  assert.equal(answer.body.error.code, 'attach.join_token_used');
  assert.match(answer.body.error.message, /Make a new one in the admin center/);
  assert.equal((await second.uplink.describe()).state, 'notAttached');

  await assert.rejects(site.uplink.attach(await other.joinToken(), admin), {
    code: 'attach.already_attached',
  });
  const refusals = (await readAudit(tenant.database, tenant.authorityId))
    .filter((record) => record.result === 'failure')
    .map((record) => record.details?.code);
  assert.deepEqual(refusals, [
    'attach.join_token_invalid',
    'attach.join_token_expired',
    'attach.join_token_used',
  ]);
  const local = (await readAudit(site.database, site.authorityId))
    .filter((record) => record.result === 'failure')
    .map((record) => record.details?.code);
  assert.deepEqual(local, [
    'attach.join_token_malformed',
    'pki.root_mismatch',
    'attach.join_token_invalid',
    'attach.join_token_expired',
    'attach.already_attached',
  ]);
  for (const one of [tenant, other, site, second]) await removeFolder(one);
});

test('attaching again replaces the certificate, works at once, and ends the old one', async () => {
  await using tenant = await startTenant(open);
  await using site = await startSite(open);
  const first = await site.uplink.attach(await tenant.joinToken(), site.admin);
  await eventually(site.bus, () => site.uplink.status().connected);
  const second = await site.uplink.attach(await tenant.joinToken(), site.admin);
  assert.equal(second.connectorId, first.connectorId);
  const [, , , again] = await readAudit(tenant.database, tenant.authorityId);
  assert.equal(again?.activity, 'connectors.attach');
  assert.notEqual(again?.details?.replacedSerial, again?.details?.certificateSerial);
  const connector = await eventually(tenant.bus, async () => {
    const { body } = await tenant.api<{ value: Connector[] }>('GET', CONNECTORS);
    return body.value.find((one) => one.online);
  });
  assert.equal(connector.id, first.connectorId);
  assert.equal((await readdir(join(site.folder, 'uplink'))).length, 1);
  await removeFolder(tenant);
  await removeFolder(site);
});

test('an attach whose answer got lost is repeated with the same token', async () => {
  await using tenant = await startTenant(open);
  const killed = await startSite(open);
  const token = await tenant.joinToken();
  const first = await killed.uplink.attach(token, killed.admin);
  await killed[Symbol.asyncDispose]();
  // What a kill before the store leaves: the key is there, the attachment is not.
  await killed.database.transaction(killed.authorityId, async (tx) => {
    await sql`delete from attachments where authority_id = ${killed.authorityId}`.execute(
      sqlOf(tx),
    );
  });
  await eventually(tenant.bus, async () => {
    const list = await tenant.api<{ value: Connector[] }>('GET', CONNECTORS);
    return list.body.value.every((one) => !one.online);
  });
  await using site = await startSite(open, { again: killed });
  const repeated = await site.uplink.attach(token, site.admin);
  assert.equal(repeated.connectorId, first.connectorId);
  await eventually(site.bus, () => site.uplink.status().connected);
  await removeFolder(tenant);
  await removeFolder(site);
});

test('a site that its tenant detaches is told so and is free at once; a new token brings it back', async () => {
  await using tenant = await startTenant(open);
  await using site = await startSite(open);
  const { connectorId } = await site.uplink.attach(await tenant.joinToken(), site.admin);
  await eventually(site.bus, () => site.uplink.status().connected);
  assert.equal((await tenant.api('DELETE', `${CONNECTORS}/${connectorId}`)).status, 204);
  await eventually(site.bus, () =>
    /detached from Contoso by the tenant/.test(site.uplink.status().reason),
  );
  assert.equal((await site.uplink.describe()).state, 'notAttached');
  const shown = await tenant.api<Connector>('GET', `${CONNECTORS}/${connectorId}`);
  assert.equal(shown.body.status, 'notEnabled');
  assert.match(shown.body.statusReason, /^Detached just now by alice/);
  await site.uplink.attach(await tenant.joinToken(), site.admin);
  await eventually(site.bus, () => site.uplink.status().connected);
  await removeFolder(tenant);
  await removeFolder(site);
});

test('the plan lists what attaching does on both sides, and once it is done, nothing', async () => {
  await using tenant = await startTenant(open);
  await using site = await startSite(open);
  await site.engine.putDevices(sample(2));
  const joinToken = await tenant.joinToken();
  const uploadSettings = { intervalMinutes: 15 };
  const planned = async (): Promise<AttachPlan> => {
    const answer = await site.api<AttachPlan>('POST', `${CLOUD_ATTACH}/plan`, {
      joinToken,
      uploadSettings,
    });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body;
  };
  const before = await planned();
  assert.equal(before.isUpToDate, false);
  assert.equal(before.tenantName, 'Contoso');
  assert.deepEqual(
    before.changes.map(({ id, side, change }) => `${id} ${side} ${change}`),
    [
      'uploadSettings site update',
      'key site create',
      'connector tenant create',
      'certificate tenant create',
      'linkedAdministrator site create',
      'uplink site create',
      'devices tenant create',
    ],
  );
  const changed = await site.api('PATCH', `${CLOUD_ATTACH}/uploadSettings`, uploadSettings);
  assert.equal(changed.status, 200, JSON.stringify(changed.body));
  // The plan spent nothing.
  await site.uplink.attach(joinToken, site.admin);
  await eventually(site.bus, () => site.uplink.status().connected);
  const after = await planned();
  assert.ok(after.isUpToDate, JSON.stringify(after.changes));
  await removeFolder(tenant);
  await removeFolder(site);
});

test('a join token for one site attaches no other', async () => {
  await using tenant = await startTenant(open);
  await using site = await startSite(open);
  await using other = await startSite(open, { name: 'HQ2' });
  const { body } = await tenant.api<{ token: string }>('POST', `${CONNECTORS}/joinTokens`, {
    siteName: 'HQ1',
  });
  await assert.rejects(other.uplink.attach(body.token, other.admin), {
    code: 'attach.join_token_other_site',
  });
  const refused = await other.api<Problem>('POST', `${CLOUD_ATTACH}/plan`, {
    joinToken: body.token,
  });
  assert.equal(refused.body.error.code, 'attach.join_token_other_site');
  await site.uplink.attach(body.token, site.admin);
  for (const one of [tenant, site, other]) await removeFolder(one);
});

test('who takes the place of a site that is connected must say so', async () => {
  await using tenant = await startTenant(open);
  await using site = await startSite(open);
  await site.uplink.attach(await tenant.joinToken(), site.admin);
  await eventually(site.bus, () => site.uplink.status().connected);
  // Another server with the same id and name, and without the attachment.
  const twin = await startSite(open);
  await twin[Symbol.asyncDispose]();
  await using posing = await startSite(open, {
    again: { ...twin, authorityId: site.authorityId },
  });
  await assert.rejects(posing.uplink.attach(await tenant.joinToken(), posing.admin), {
    code: 'attach.site_connected',
  });
  assert.ok(site.uplink.status().connected);
  const told = await posing.api('POST', CLOUD_ATTACH, {
    joinToken: await tenant.joinToken(),
    replaceConnected: true,
  });
  assert.equal(told.status, 200);
  for (const one of [tenant, site, posing]) await removeFolder(one);
});
