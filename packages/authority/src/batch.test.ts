import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ACTION_ID_HEADER, ADMIN_PATHS } from '@moorline/contracts/admin';
import { type TestDatabase, withDatabase } from '@moorline/testkit';
import { AUTHORITY_MIGRATIONS } from './authority.ts';
import { type HttpAnswer, type HttpLab, openHttpLab } from './http-lab.fixture.ts';
import { BATCH_HEADER } from './request-origin.ts';

const DEVICES = ADMIN_PATHS.managedDevices;

describe('$batch over HTTP', () => {
  let test: TestDatabase;
  let lab: HttpLab;
  const call: HttpLab['call'] = (...request) => lab.call(...request);
  const batch = (requests: unknown[], as = 'admin'): Promise<HttpAnswer> =>
    call('POST', ADMIN_PATHS.batch, { body: { requests }, as });

  before(async () => {
    test = await withDatabase(AUTHORITY_MIGRATIONS);
    lab = await openHttpLab(test.database, test.newAuthority());
  });
  after(async () => {
    await lab[Symbol.asyncDispose]();
    await test[Symbol.asyncDispose]();
  });

  it('answers a batch part by part, after what each depends on', async () => {
    const { status, body } = await batch([
      {
        id: 'b',
        method: 'POST',
        url: `/deviceManagement/managedDevices/${lab.ids[1]}/triggerConfigurationManagerAction`,
        headers: { 'Content-Type': 'application/json' },
        body: { configurationManagerAction: { action: 'refreshMachinePolicy' } },
        dependsOn: ['a'],
      },
      {
        id: 'a',
        method: 'GET',
        url: `deviceManagement/managedDevices/${lab.ids[1]}?$select=deviceName`,
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
    assert.ok(e.body['@odata.nextLink'].startsWith(`${lab.origin}/v1.0/`));
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
      body.responses.map((part: HttpAnswer) => part.body.error.code),
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
          url: `/deviceManagement/managedDevices/${lab.ids[1]}/triggerConfigurationManagerAction`,
          headers: { authorization: 'Bearer admin', cookie: 'moorline-x=admin' },
          body: { configurationManagerAction: { action: 'refreshMachinePolicy' } },
        },
        { id: '2', method: 'DELETE', url: `/deviceManagement/managedDevices/${lab.ids[1]}` },
        { id: '3', method: 'GET', url: '/deviceManagement/enrolmentTokens' },
        { id: '4', method: 'GET', url: `/deviceManagement/managedDevices/${lab.ids[1]}` },
      ],
      'reader',
    );
    assert.deepEqual(
      body.responses.map((part: HttpAnswer) => part.status),
      [403, 403, 403, 200],
    );
  });

  it('attack 17: the header that marks a part of a batch opens nothing from outside', async () => {
    for (const value of ['', 'x', 'undefined']) {
      const response = await fetch(lab.origin + DEVICES, { headers: { [BATCH_HEADER]: value } });
      assert.equal(response.status, 401);
    }
    // Also while a batch is under way, on the same connection pool.
    const [, outside] = await Promise.all([
      batch([{ id: '1', method: 'GET', url: '/deviceManagement/managedDevices' }]),
      fetch(lab.origin + DEVICES, { headers: { [BATCH_HEADER]: 'x' } }),
    ]);
    assert.equal(outside.status, 401);
  });
});
