import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type AdminClient, createAdminClient } from '@moorline/admin-client';
import { ADMIN_PATHS } from '@moorline/contracts/admin';
import { AGENT_PATHS } from '@moorline/contracts/agent';
import { assertRefused, auditedRefusal, refusedWith, stateOf } from './bad-input.fixture.ts';
import { Constellation, type Star } from './constellation.ts';
import {
  type Answer,
  enrolSimulatedDevice,
  openGateway,
  type SimulatedDevice,
} from './simulated-device.ts';

const DEVICES = '/deviceManagement/managedDevices';

describe('attacks on the composed hosts', () => {
  let world: Constellation;
  let device: SimulatedDevice;
  before(async () => {
    world = await Constellation.create({ devices: 0 });
    const { token = '' } = await world.site.client.enrolmentTokens.create();
    device = await enrolSimulatedDevice(await openGateway(token), 'PC-1');
    await world.settle();
    for await (const _ of world.tenant.client.liveEvents()) {
      if ((await world.tenant.client.devices.list()).items.length === 1) break;
    }
  });
  after(async () => {
    await device?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
  });

  async function readOnly({ host, client }: Star): Promise<{ token: string; as: AdminClient }> {
    const { token = '' } = await client.tokens.create({ displayName: 'reader', role: 'Read only' });
    const baseUrl = host.ready.consoleUrl;
    return { token, as: createAdminClient({ baseUrl, authorization: () => `Bearer ${token}` }) };
  }

  async function post(star: Star, token: string, path: string, body: string): Promise<Answer> {
    const response = await fetch(`${star.host.ready.consoleUrl}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body,
    });
    return { status: response.status, body: await response.json() };
  }

  it('attack 17: who may only read does nothing, here or through a tenant, alone or in a batch', async () => {
    const { site, tenant } = world;
    const before = await stateOf(site);
    for (const star of [tenant, site]) {
      const { as, token } = await readOnly(star);
      assert.equal((await as.devices.get(device.deviceId)).deviceName, 'PC-1');
      const settings = as.clientSettings.get();
      for (const [activity, deed] of [
        [
          'actions.request',
          () => as.devices.triggerAction(device.deviceId, 'refreshMachinePolicy'),
        ],
        ['devices.remove', () => as.devices.remove(device.deviceId)],
        ['api.request', () => as.enrolmentTokens.create()],
        ['api.request', () => as.administrators.list()],
        ['api.request', () => settings.then((present) => as.clientSettings.set(present))],
      ] as const) {
        await assertRefused(deed(), 'access.denied');
        await auditedRefusal(star, activity, 'access.denied');
      }
      const part = (id: string, method: string, url: string, body?: unknown) =>
        ({ id, method, url, body }) as const;
      const body = { configurationManagerAction: { action: 'refreshMachinePolicy' } };
      const trigger = `${DEVICES}/${device.deviceId}/triggerConfigurationManagerAction`;
      const batch = await post(
        star,
        token,
        '/v1.0/$batch',
        JSON.stringify({
          requests: [
            part('1', 'POST', trigger, body),
            part('2', 'DELETE', `${DEVICES}/${device.deviceId}`),
            part('3', 'GET', `${DEVICES}/../../../openapi.json`),
            part('4', 'POST', '/$batch', { requests: [] }),
            part('5', 'GET', `${DEVICES}/${device.deviceId}`),
          ],
        }),
      );
      const { responses } = batch.body as { responses: { status: number; body: unknown }[] };
      assert.deepEqual(
        responses.map(({ status }) => status),
        [403, 403, 400, 400, 200],
      );
    }
    await assertRefused(
      (await readOnly(tenant)).as.connectors.createJoinToken({}),
      'access.denied',
    );
    const joining = (await readOnly(site)).as.cloudAttach.attach({ joinToken: 'mlj1.x' });
    await assertRefused(joining, 'access.denied');
    assert.equal(await stateOf(site), before);
  });

  it('attack 18: a token makes no token that may more than it', async () => {
    const { as } = await readOnly(world.tenant);
    const more = as.tokens.create({ displayName: 'more', role: 'Administrator' });
    await assertRefused(more, 'access.role_too_high');
    await auditedRefusal(world.tenant, 'api.request', 'access.role_too_high');
    await assertRefused(as.signIn.createLink(), 'access.denied');
  });

  it('attack 21: a one-time link is good once; a second use, and a password that was guessed, are on record', async () => {
    const { url } = await world.tenant.host.signInLink();
    const token = url.split('#')[1];
    const redeem = (): Promise<Answer> =>
      post(world.tenant, '', ADMIN_PATHS.redeemLink, JSON.stringify({ token }));
    const path = new URL(url).pathname;
    assert.equal(path, '/sign-in');
    assert.equal((await redeem()).status, 200);
    assert.deepEqual(refusedWith(await redeem()), { status: 401, code: 'access.link_invalid' });
    const event = await auditedRefusal(world.tenant, 'api.request', 'access.link_invalid');
    assert.equal(event.actor, '127.0.0.1');
    assert.equal(JSON.stringify(event).includes(String(token)), false);
    const guess = JSON.stringify({ userName: 'admin', password: 'guessed' });
    const answer = await post(world.tenant, '', ADMIN_PATHS.signIn, guess);
    assert.deepEqual(refusedWith(answer), { status: 401, code: 'access.sign_in_failed' });
    // Records follow one another: once the next refusal is there, all before it are.
    refusedWith(await post(world.tenant, '', ADMIN_PATHS.signIn, '{}'));
    await auditedRefusal(world.tenant, 'api.request', 'request.invalid');
    const { items } = await world.tenant.client.auditEvents.list({ top: 10 });
    const failures = items.filter(
      ({ result, activity, details }) =>
        result === 'failure' && `${activity} ${details.code}`.includes('sign_in'),
    );
    assert.deepEqual(
      failures.map(({ activity, actor }) => [activity, actor]),
      [['access.sign_in', 'admin']],
    );
  });

  it('attack 12: JSON that is nested without end is refused, and ends nothing', async () => {
    const { site } = world;
    const nested = '['.repeat(200_000) + ']'.repeat(200_000);
    const batch = `{"requests":[{"id":"1","method":"POST","url":"${DEVICES}","body":${nested}}]}`;
    const answer = await post(site, site.token, '/v1.0/$batch', batch);
    const { responses } = answer.body as { responses: Answer[] };
    assert.deepEqual(responses.map(refusedWith), [{ status: 400, code: 'batch.body_too_deep' }]);
    const hash = 'a'.repeat(64);
    const collectedAt = new Date().toISOString();
    const document = JSON.stringify({
      className: 'Bios',
      hash,
      collectedAt,
      rows: [{ Version: 0 }],
    });
    const documents = Buffer.from(`{"documents":[${document.replace(':0}', `:${nested}}`)}]}`);
    const sent = await device.send('POST', AGENT_PATHS.documents, documents);
    assert.deepEqual(refusedWith(sent), { status: 400, code: 'inventory.row_invalid' });
  });
});
