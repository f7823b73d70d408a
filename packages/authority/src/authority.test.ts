import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Bus, createBus } from '@moorline/bus';
import { ACTION_ID_HEADER, ADMIN_PATHS, Session } from '@moorline/contracts/admin';
import { authenticateWith, createListener, type Listener, registerOpenApi } from '@moorline/http';
import {
  type AuthorityId,
  type DeviceId,
  silentLogger,
  systemClock,
  systemEntropy,
  type UserId,
} from '@moorline/kernel';
import type { Actor, Role } from '@moorline/model';
import { createKeyAndCsr, openLocalCa } from '@moorline/pki';
import { type TestDatabase, withDatabase } from '@moorline/testkit';
import { AUTHORITY_MIGRATIONS, type Authority, createAuthority } from './authority.ts';
import { BATCH_HEADER } from './request-origin.ts';

// The two kinds of host, by which this engine is told apart nowhere but here.
const [, LOWER] = Session.properties.authority.properties.kind.enum;

const ADMIN: Actor = {
  kind: 'user',
  userId: 'u' as UserId,
  name: 'ada',
  role: 'Administrator',
  via: 'token',
};
const ROLES: Readonly<Record<string, Role>> = {
  'Bearer admin': 'Administrator',
  'Bearer desk': 'Help desk',
  'Bearer reader': 'Read only',
};
const DEVICES = ADMIN_PATHS.managedDevices;

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: the test says what it expects of each answer.
  readonly body: any;
}

describe('authority over HTTP', () => {
  let test: TestDatabase;
  let folder: string;
  let listener: Listener;
  let authority: Authority;
  let bus: Bus;
  let origin: string;
  let authorityId: AuthorityId;
  const ids: DeviceId[] = [];

  before(async () => {
    test = await withDatabase(AUTHORITY_MIGRATIONS);
    folder = await mkdtemp(join(tmpdir(), 'moorline-ca-'));
    authorityId = test.newAuthority();
    bus = createBus(silentLogger);
    const shared = { clock: systemClock, entropy: systemEntropy, logger: silentLogger };
    authority = createAuthority({
      ...shared,
      profile: {
        authorityId,
        name: 'HQ1',
        kind: LOWER,
        managedBy: LOWER,
      },
      database: test.database,
      issuer: await openLocalCa({ folder, name: 'HQ1', ...shared }),
      bus,
      nudger: { nudge: () => {}, nudgeAll: () => {}, disconnect: () => {} },
      remotes: null,
      gatewayUrl: () => 'https://hq1.example:9444',
    });
    await authority.start();
    listener = await createListener({
      name: 'console',
      host: '127.0.0.1',
      port: 0,
      logger: silentLogger,
    });
    await registerOpenApi(listener.app, { title: 'Test', version: '0' });
    authenticateWith(listener.app, async (request) => {
      const role = ROLES[request.headers.authorization ?? ''];
      return role ? { ...ADMIN, role } : null;
    });
    authority.routes(listener.app);
    origin = `http://localhost:${(await listener.listen()).port}`;
    const { token = '' } = await authority.enrolment.tokens.create(ADMIN, { quota: 5 });
    for (const deviceName of ['alpha', 'bravo', 'charlie', 'delta', 'echo']) {
      const { csr } = await createKeyAndCsr(deviceName);
      const { deviceId } = await authority.devicePort.enrol({
        token,
        csr,
        deviceName,
        clientVersion: '0.1.0',
        remoteAddress: '127.0.0.1',
      });
      ids.push(deviceId);
    }
  });
  after(async () => {
    await listener.close();
    await authority[Symbol.asyncDispose]();
    await test[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  async function call(
    method: string,
    path: string,
    options: { body?: unknown; as?: string; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const response = await fetch(path.startsWith('http') ? path : origin + path, {
      method,
      headers: {
        authorization: `Bearer ${options.as ?? 'admin'}`,
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== '' ? JSON.parse(text) : text,
    };
  }
  const batch = (requests: unknown[], as = 'admin'): Promise<Answer> =>
    call('POST', ADMIN_PATHS.batch, { body: { requests }, as });

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
      assert.ok(path.startsWith(`${origin}${DEVICES}?`) && path.includes('$skiptoken='), path);
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

  it('answers one device with an ETag, and nothing new when it has not changed', async () => {
    const { body, headers } = await call('GET', `${DEVICES}/${ids[0]}`);
    assert.equal(body.deviceName, 'alpha');
    assert.equal(body.managementAgent, 'configurationManagerClient');
    assert.ok(body['@odata.context'].endsWith('#deviceManagement/managedDevices/$entity'));
    const again = await call('GET', `${DEVICES}/${ids[0]}`, {
      headers: { 'if-none-match': headers.get('etag') ?? '' },
    });
    assert.equal(again.status, 304);
    assert.equal((await call('GET', `${DEVICES}/nonsense`)).body.error.code, 'devices.not_found');
  });

  it('requests an action as Graph does, and shows its trail', async () => {
    const path = `${DEVICES}/${ids[0]}/triggerConfigurationManagerAction`;
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
    const filter = encodeURIComponent(`managedDeviceId eq '${ids[0]}'`);
    const list = await call('GET', `${ADMIN_PATHS.actions}?$filter=${filter}`);
    assert.deepEqual(list.body.value, [action]);
    const cancelled = await call('POST', `${ADMIN_PATHS.actions}/${id}/cancel`, { as: 'desk' });
    assert.equal(cancelled.body.state, 'cancelled');
    const denied = await call('POST', path, { body, as: 'reader' });
    assert.equal(denied.status, 403);
    assert.equal(denied.body.error.code, 'access.denied');
    const wrong = { configurationManagerAction: { action: 'quickScan' } };
    const refused = await call('POST', path, { body: wrong });
    assert.equal(refused.body.error.code, 'actions.kind_not_supported');
  });

  it('serves inventory, its catalogue, client settings and enrolment tokens', async () => {
    const overview = await call('GET', `${DEVICES}/${ids[0]}/inventory`);
    assert.deepEqual(overview.body, { value: [] });
    const missing = await call('GET', `${DEVICES}/${ids[0]}/inventory/OS`);
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
    const path = `${DEVICES}/${ids[4]}`;
    const stale = await call('DELETE', path, { headers: { 'if-match': 'W/"old"' } });
    assert.equal(stale.body.error.code, 'devices.changed_meanwhile');
    const { headers } = await call('GET', path);
    const tag = headers.get('etag') ?? '';
    assert.equal((await call('DELETE', path, { headers: { 'if-match': tag } })).status, 204);
    assert.equal((await call('GET', path)).status, 404);
  });

  it('blocks a device and lets it in again', async () => {
    assert.equal((await call('POST', `${DEVICES}/${ids[3]}/block`)).status, 204);
    assert.equal((await call('POST', `${DEVICES}/${ids[3]}/unblock`)).status, 204);
    assert.equal((await call('POST', `${DEVICES}/${ids[3]}/block`, { as: 'desk' })).status, 403);
  });

  it('answers a batch part by part, after what each depends on', async () => {
    const { status, body } = await batch([
      {
        id: 'b',
        method: 'POST',
        url: `/deviceManagement/managedDevices/${ids[1]}/triggerConfigurationManagerAction`,
        headers: { 'Content-Type': 'application/json' },
        body: { configurationManagerAction: { action: 'refreshMachinePolicy' } },
        dependsOn: ['a'],
      },
      {
        id: 'a',
        method: 'GET',
        url: `deviceManagement/managedDevices/${ids[1]}?$select=deviceName`,
      },
      { id: 'c', method: 'GET', url: '/deviceManagement/managedDevices/none' },
      { id: 'd', method: 'GET', url: '/deviceManagement/managedDevices/$count', dependsOn: ['c'] },
      { id: 'e', method: 'GET', url: '/deviceManagement/managedDevices?$top=1' },
      { id: 'f', method: 'GET', url: '/nothing/here' },
    ]);
    assert.equal(status, 200);
    const [b, a, c, d, e, f] = body.responses;
    assert.equal(b.status, 204);
    assert.ok(b.headers[ACTION_ID_HEADER]);
    assert.equal(a.body.deviceName, 'bravo');
    assert.equal(c.body.error.code, 'devices.not_found');
    assert.equal(d.status, 424);
    assert.equal(d.body.error.code, 'batch.dependency_failed');
    assert.ok(e.body['@odata.nextLink'].startsWith(`${origin}/v1.0/`));
    assert.equal(f.status, 404);
  });

  it('refuses a batch that is too long, circular, ambiguous, nested or streams', async () => {
    const get = (id: string, url = '/deviceManagement/managedDevices', dependsOn?: string[]) => ({
      id,
      method: 'GET',
      url,
      ...(dependsOn ? { dependsOn } : {}),
    });
    const codeOf = async (requests: unknown[]): Promise<string> =>
      (await batch(requests)).body.error?.code;
    assert.equal(
      await codeOf(Array.from({ length: 21 }, (_, index) => get(String(index)))),
      'request.invalid',
    );
    assert.equal(await codeOf([get('1'), get('1')]), 'batch.id_repeated');
    assert.equal(await codeOf([get('1', '/x', ['2'])]), 'batch.dependency_unknown');
    assert.equal(
      await codeOf([get('1', '/x', ['2']), get('2', '/x', ['1'])]),
      'batch.dependency_circular',
    );
    const { body } = await batch([
      { id: 'n', method: 'POST', url: '/$batch', body: { requests: [] } },
      get('s', '/deviceManagement/events'),
    ]);
    assert.deepEqual(
      body.responses.map((part: Answer) => part.body.error.code),
      ['batch.nested', 'batch.stream'],
    );
  });

  it('a batch cannot lead outside the API', async () => {
    const urls = [
      'http://169.254.169.254/latest',
      '//evil.example/v1.0/x',
      '/\\evil.example/x',
      '/../auth/v1/session',
      '/%2e%2e/auth/v1/session',
      '../openapi.json',
    ];
    const { body } = await batch(
      urls.map((url, index) => ({ id: String(index), method: 'GET', url })),
    );
    for (const [index, part] of body.responses.entries()) {
      assert.equal(part.body.error.code, 'batch.url_invalid', urls[index]);
    }
  });

  it('attack 17: a batch gives its parts no more rights than its sender has', async () => {
    const { body } = await batch(
      [
        {
          id: '1',
          method: 'POST',
          url: `/deviceManagement/managedDevices/${ids[1]}/triggerConfigurationManagerAction`,
          headers: { authorization: 'Bearer admin', cookie: 'moorline-x=admin' },
          body: { configurationManagerAction: { action: 'refreshMachinePolicy' } },
        },
        { id: '2', method: 'DELETE', url: `/deviceManagement/managedDevices/${ids[1]}` },
        { id: '3', method: 'GET', url: '/deviceManagement/enrolmentTokens' },
        { id: '4', method: 'GET', url: `/deviceManagement/managedDevices/${ids[1]}` },
      ],
      'reader',
    );
    assert.deepEqual(
      body.responses.map((part: Answer) => part.status),
      [403, 403, 403, 200],
    );
  });

  it('attack 17: the header that marks a part of a batch opens nothing from outside', async () => {
    for (const value of ['', 'x', 'undefined']) {
      const response = await fetch(origin + DEVICES, { headers: { [BATCH_HEADER]: value } });
      assert.equal(response.status, 401);
    }
    // Also while a batch is under way, on the same connection pool.
    const [, outside] = await Promise.all([
      batch([{ id: '1', method: 'GET', url: '/deviceManagement/managedDevices' }]),
      fetch(origin + DEVICES, { headers: { [BATCH_HEADER]: 'x' } }),
    ]);
    assert.equal(outside.status, 401);
  });

  it('describes what it serves', async () => {
    const { body, headers } = await call('GET', ADMIN_PATHS.metadata);
    assert.match(headers.get('content-type') ?? '', /^application\/xml/);
    assert.match(body, /<EntityType Name="managedDevice">/);
    assert.match(body, /<Action Name="triggerConfigurationManagerAction" IsBound="true">/);
    const openApi = (await call('GET', ADMIN_PATHS.openapi)).body;
    for (const path of [DEVICES, ADMIN_PATHS.actions, ADMIN_PATHS.batch, ADMIN_PATHS.events]) {
      assert.ok(openApi.paths[path], path);
    }
  });

  it('streams what changes, first at once and then together', async () => {
    const stop = new AbortController();
    const response = await fetch(origin + ADMIN_PATHS.events, {
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
    const device = { deviceId: ids[1] as DeviceId, certificateSerial: 'aa' };
    authority.devicePort.channelOpened(device, 'c1');
    await until(new RegExp(`event: device\\ndata: .*${ids[1]}`));
    stop.abort();
  });

  it('refuses strangers everywhere', async () => {
    for (const path of [DEVICES, ADMIN_PATHS.events, ADMIN_PATHS.metadata, ADMIN_PATHS.actions]) {
      assert.equal((await call('GET', path, { as: 'nobody' })).status, 401, path);
    }
  });
});
