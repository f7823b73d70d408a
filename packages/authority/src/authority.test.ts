import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ACTION_ID_HEADER, ADMIN_PATHS } from '@moorline/contracts/admin';
import type { DeviceId } from '@moorline/kernel';
import { type TestDatabase, withDatabase } from '@moorline/testkit';
import { AUTHORITY_MIGRATIONS } from './authority.ts';
import { type HttpLab, openHttpLab } from './http-lab.fixture.ts';

const DEVICES = ADMIN_PATHS.managedDevices;

describe('authority over HTTP', () => {
  let test: TestDatabase;
  let lab: HttpLab;
  const call: HttpLab['call'] = (...request) => lab.call(...request);

  before(async () => {
    test = await withDatabase(AUTHORITY_MIGRATIONS);
    lab = await openHttpLab(test.database, test.newAuthority());
  });
  after(async () => {
    await lab[Symbol.asyncDispose]();
    await test[Symbol.asyncDispose]();
  });

  it('lists devices, narrowed, in pages that lead from one to the next', async () => {
    const seen: string[] = [];
    let path = `${DEVICES}?$top=2&$select=id,deviceName&$count=true&$orderby=deviceName desc`;
    for (;;) {
      const { status, body } = await call('GET', path);
      assert.equal(status, 200);
      assert.equal(body['@odata.count'], 5);
      for (const device of body.value) {
        assert.deepEqual(Object.keys(device).toSorted(), ['deviceName', 'id']);
        seen.push(device.deviceName);
      }
      path = body['@odata.nextLink'];
      if (!path) break;
      assert.ok(path.startsWith(`${lab.origin}${DEVICES}?`) && path.includes('$skiptoken='), path);
    }
    assert.deepEqual(seen, ['echo', 'delta', 'charlie', 'bravo', 'alpha']);
  });

  it('answers a wrong option in Graph’s envelope, with a dotted code and the right word', async () => {
    const { status, body } = await call('GET', `${DEVICES}?$fliter=online`);
    assert.equal(status, 400);
    assert.equal(body.error.code, 'odata.option_unknown');
    assert.match(body.error.message, /Did you mean \$filter\?/);
  });

  it('counts as plain text', async () => {
    assert.equal((await call('GET', `${DEVICES}/$count`)).body, '5');
    const filter = encodeURIComponent("startswith(deviceName,'a')");
    const { body, headers } = await call('GET', `${DEVICES}/$count?$filter=${filter}`);
    assert.equal(body, '1');
    assert.match(headers.get('content-type') ?? '', /^text\/plain/);
  });

  it('answers totals as Graph does, and ours beside them', async () => {
    const { status, body } = await call('GET', ADMIN_PATHS.managedDeviceOverview, { as: 'reader' });
    assert.equal(status, 200);
    assert.ok(body['@odata.context'].endsWith('#deviceManagement/managedDeviceOverview/$entity'));
    assert.equal(body.enrolledDeviceCount, 5);
    assert.equal(body.deviceOperatingSystemSummary.unknownCount, 5);
    assert.deepEqual(body.operatingSystems, [{ operatingSystem: null, deviceCount: 5 }]);
  });

  it('answers one device with an ETag, and nothing new when it has not changed', async () => {
    const { body, headers } = await call('GET', `${DEVICES}/${lab.ids[0]}`);
    assert.equal(body.deviceName, 'alpha');
    assert.equal(body.managementAgent, 'configurationManagerClient');
    assert.ok(body['@odata.context'].endsWith('#deviceManagement/managedDevices/$entity'));
    const again = await call('GET', `${DEVICES}/${lab.ids[0]}`, {
      headers: { 'if-none-match': headers.get('etag') ?? '' },
    });
    assert.equal(again.status, 304);
    assert.equal((await call('GET', `${DEVICES}/nonsense`)).body.error.code, 'devices.not_found');
  });

  it('requests an action as Graph does, and shows its trail', async () => {
    const path = `${DEVICES}/${lab.ids[0]}/triggerConfigurationManagerAction`;
    const body = {
      configurationManagerAction: {
        '@odata.type': '#microsoft.graph.configurationManagerAction',
        action: 'refreshMachinePolicy',
      },
    };
    const answer = await call('POST', path, { body, as: 'desk' });
    assert.equal(answer.status, 204);
    const id = answer.headers.get(ACTION_ID_HEADER);
    const action = (await call('GET', `${ADMIN_PATHS.actions}/${id}`)).body;
    assert.equal(action.state, 'queuedForDevice');
    assert.equal(action.hops.length, 3);
    assert.equal(action.reason, action.hops[2].reason);
    const filter = encodeURIComponent(`managedDeviceId eq '${lab.ids[0]}'`);
    const list = await call('GET', `${ADMIN_PATHS.actions}?$filter=${filter}`);
    assert.deepEqual(list.body.value, [action]);
    const cancelled = await call('POST', `${ADMIN_PATHS.actions}/${id}/cancel`, { as: 'desk' });
    assert.equal(cancelled.body.state, 'cancelled');
    const denied = await call('POST', path, { body, as: 'reader' });
    assert.equal(denied.status, 403);
    assert.equal(denied.body.error.code, 'access.denied');
    const wrong = { configurationManagerAction: { action: 'selfDestruct' } };
    const refused = await call('POST', path, { body: wrong });
    assert.equal(refused.body.error.code, 'actions.kind_unknown');
  });

  it('serves inventory, its catalogue, client settings and enrolment tokens', async () => {
    const overview = await call('GET', `${DEVICES}/${lab.ids[0]}/inventory`);
    assert.deepEqual(overview.body, { value: [] });
    const missing = await call('GET', `${DEVICES}/${lab.ids[0]}/inventory/OS`);
    assert.equal(missing.body.error.code, 'inventory.class_not_reported');
    const classes = (await call('GET', ADMIN_PATHS.inventoryClasses)).body.value;
    assert.ok(classes.some((item: { name: string }) => item.name === 'InstalledSoftware'));
    const settings = await call('GET', ADMIN_PATHS.clientSettings);
    const tag = settings.headers.get('etag') ?? '';
    const change = { body: { inventoryMinutes: 30 }, headers: { 'if-match': tag } };
    const changed = await call('PATCH', ADMIN_PATHS.clientSettings, change);
    assert.equal(changed.body.inventoryMinutes, 30);
    const stale = await call('PATCH', ADMIN_PATHS.clientSettings, change);
    assert.equal(stale.status, 412);
    const token = await call('POST', ADMIN_PATHS.enrolmentTokens, { body: { quota: 2 } });
    assert.equal(token.status, 201);
    assert.match(token.body.token, /^mle1\./);
    const revoked = await call('DELETE', `${ADMIN_PATHS.enrolmentTokens}/${token.body.id}`);
    assert.equal(revoked.status, 204);
    const [newest] = (await call('GET', `${ADMIN_PATHS.enrolmentTokens}?$top=1`)).body.value;
    assert.equal(newest.isRevoked, true);
  });

  it('removes a device only as it was read', async () => {
    const path = `${DEVICES}/${lab.ids[4]}`;
    const stale = await call('DELETE', path, { headers: { 'if-match': 'W/"old"' } });
    assert.equal(stale.body.error.code, 'devices.changed_meanwhile');
    const { headers } = await call('GET', path);
    const tag = headers.get('etag') ?? '';
    assert.equal((await call('DELETE', path, { headers: { 'if-match': tag } })).status, 204);
    assert.equal((await call('GET', path)).status, 404);
  });

  it('blocks a device and lets it in again', async () => {
    assert.equal((await call('POST', `${DEVICES}/${lab.ids[3]}/block`)).status, 204);
    assert.equal((await call('POST', `${DEVICES}/${lab.ids[3]}/unblock`)).status, 204);
    assert.equal(
      (await call('POST', `${DEVICES}/${lab.ids[3]}/block`, { as: 'desk' })).status,
      403,
    );
  });

  it('describes what it serves', async () => {
    const { body, headers } = await call('GET', ADMIN_PATHS.metadata);
    assert.match(headers.get('content-type') ?? '', /^application\/xml/);
    assert.match(body, /<EntityType Name="managedDevice">/);
    assert.match(body, /<NavigationProperty Name="managedDeviceOverview" Type="microsoft.graph/);
    assert.match(body, /<Action Name="triggerConfigurationManagerAction" IsBound="true">/);
    const openApi = (await call('GET', ADMIN_PATHS.openapi)).body;
    for (const path of [DEVICES, ADMIN_PATHS.actions, ADMIN_PATHS.batch, ADMIN_PATHS.events]) {
      assert.ok(openApi.paths[path], path);
    }
  });

  it('streams what changes, first at once and then together', async () => {
    const stop = new AbortController();
    const response = await fetch(lab.origin + ADMIN_PATHS.events, {
      headers: { authorization: 'Bearer reader', 'last-event-id': '7' },
      signal: stop.signal,
    });
    assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const until = async (pattern: RegExp): Promise<void> => {
      while (!pattern.test(text)) {
        const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
        assert.ok(!done, text);
        text += value;
      }
    };
    await until(/event: reset/);
    const device = { deviceId: lab.ids[1] as DeviceId, certificateSerial: 'aa' };
    lab.authority.devicePort.channelOpened(device, 'c1');
    await until(new RegExp(`event: device\\ndata: .*${lab.ids[1]}`));
    stop.abort();
  });

  it('refuses strangers everywhere', async () => {
    for (const path of [
      DEVICES,
      ADMIN_PATHS.managedDeviceOverview,
      ADMIN_PATHS.events,
      ADMIN_PATHS.metadata,
      ADMIN_PATHS.actions,
    ]) {
      assert.equal((await call('GET', path, { as: 'nobody' })).status, 401, path);
    }
  });
});
