import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { Client } from '@microsoft/microsoft-graph-client';
import type { ManagedDevice } from '@microsoft/microsoft-graph-types';
import type { ManagedDevice as Served } from '@moorline/contracts/admin';
import { Constellation } from './constellation.ts';
import { type GraphTypes, loadGraphTypes } from './graph-types.ts';

/** Members of ours, beside Graph v1.0's; other clients pass them over. */
const OURS = [
  'processorArchitecture',
  'chassisType',
  'online',
  'clientActivity',
  'clientVersion',
  'connectorId',
  'connectorName',
  'notUploaded',
] as const satisfies readonly (keyof Served)[];

const OURS_OF_OVERVIEW = [
  'onlineDeviceCount',
  'activeDeviceCount',
  'inactiveDeviceCount',
  'operatingSystems',
  'managementAgents',
  'connectors',
  'linuxCount',
  'chromeOSCount',
];

// Fails to compile when a served member has a type that Graph's does not.
export const fitsGraph: (served: Omit<Served, (typeof OURS)[number]>) => ManagedDevice = (served) =>
  served;

const DEVICES = '/deviceManagement/managedDevices';

describe('the official Microsoft Graph client', () => {
  let world: Constellation;
  let graph: Client;
  let types: GraphTypes;
  before(async () => {
    types = await loadGraphTypes();
    world = await Constellation.create({ devices: 3 });
    await world.settle();
    const { adminUrl, caFile } = world.tenant.host.ready;
    // The client sends its token over HTTPS only, and takes no CA of its own.
    setDefaultCACertificates([...getCACertificates(), await readFile(caFile, 'utf8')]);
    graph = Client.init({
      baseUrl: `${adminUrl}/`,
      defaultVersion: 'v1.0',
      customHosts: new Set([new URL(adminUrl).hostname]),
      authProvider: (done) => done(null, world.tenant.token),
    });
  });
  after(() => world?.[Symbol.asyncDispose]());

  function assertDevices(answer: { value: unknown[] }, count: number): void {
    assert.equal(answer.value.length, count);
    for (const device of answer.value) {
      assert.deepEqual(types.problems('ManagedDevice', device, OURS), []);
    }
  }

  it('lists devices that are Graph’s managedDevice to the letter', async () => {
    const answer = await graph.api(DEVICES).count(true).get();
    assertDevices(answer, 3);
    assert.equal(answer['@odata.count'], 3);
    assert.match(answer['@odata.context'], /\$metadata#deviceManagement\/managedDevices/);
  });

  it('gets one, with an ETag that answers 304 to itself', async () => {
    const id = world.agents[0]?.deviceId;
    const device = await graph.api(`${DEVICES}/${id}`).get();
    assert.deepEqual(types.problems('ManagedDevice', device, OURS), []);
    const url = `${world.tenant.host.ready.consoleUrl}/v1.0${DEVICES}/${id}`;
    const authorization = `Bearer ${world.tenant.token}`;
    const first = await fetch(url, { headers: { authorization } });
    const etag = first.headers.get('etag') ?? '';
    assert.notEqual(etag, '');
    const second = await fetch(url, { headers: { authorization, 'if-none-match': etag } });
    assert.equal(second.status, 304);
  });

  it('gets totals that are Graph’s managedDeviceOverview, with ours beside them', async () => {
    const answer = await graph.api('/deviceManagement/managedDeviceOverview').get();
    assert.equal(answer.enrolledDeviceCount, 3);
    assert.equal(answer.deviceOperatingSystemSummary.linuxCount, 3);
    assert.deepEqual(types.problems('ManagedDeviceOverview', answer, OURS_OF_OVERVIEW), []);
  });

  it('filters, selects, orders, skips, tops, searches and counts', async () => {
    const filtered = await graph
      .api(DEVICES)
      .filter("startswith(deviceName,'device-') and operatingSystem ne 'Windows'")
      .select(['id', 'deviceName'])
      .orderby('deviceName desc')
      .skip(1)
      .top(1)
      .get();
    assert.equal(filtered.value[0].deviceName, 'device-2');
    assert.deepEqual(
      Object.keys(filtered.value[0])
        .filter((key) => !key.startsWith('@'))
        .sort(),
      ['deviceName', 'id'],
    );
    const found = await graph.api(DEVICES).search('"device-3"').get();
    assertDevices(found, 1);
    const url = `${world.tenant.host.ready.consoleUrl}/v1.0${DEVICES}/$count`;
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${world.tenant.token}` },
    });
    assert.equal(await response.text(), '3');
  });

  it('follows @odata.nextLink to every device once', async () => {
    const seen: string[] = [];
    let page = await graph.api(DEVICES).top(1).orderby('deviceName').get();
    for (;;) {
      seen.push(...page.value.map((device: ManagedDevice) => String(device.deviceName)));
      const next: string | undefined = page['@odata.nextLink'];
      if (next === undefined) break;
      page = await graph.api(next).get();
    }
    assert.deepEqual(seen, ['device-1', 'device-2', 'device-3']);
  });

  it('triggers triggerConfigurationManagerAction: 204, with the action’s id in a header', async () => {
    const id = world.agents[0]?.deviceId;
    const response: Response = await graph
      .api(`${DEVICES}/${id}/triggerConfigurationManagerAction`)
      .responseType('raw' as never)
      .post({ configurationManagerAction: { action: 'refreshMachinePolicy' } });
    assert.equal(response.status, 204);
    const actionId = response.headers.get('moorline-action-id') ?? '';
    const action = await world.tenant.client.actions.wait(actionId, { pollMs: 100 });
    assert.equal(action.state, 'succeeded');
  });

  it('runs a $batch, each part with its own answer', async () => {
    const id = world.agents[0]?.deviceId;
    const answer = await graph.api('/$batch').post({
      requests: [
        { id: '1', method: 'GET', url: `${DEVICES}/${id}` },
        { id: '2', method: 'GET', url: `${DEVICES}?$top=2`, dependsOn: ['1'] },
        { id: '3', method: 'GET', url: `${DEVICES}/00000000-0000-7000-8000-000000000000` },
      ],
    });
    const parts = new Map<string, { status: number; body: { value: unknown[] } }>(
      answer.responses.map((part: { id: string }) => [part.id, part]),
    );
    assert.deepEqual(types.problems('ManagedDevice', parts.get('1')?.body, OURS), []);
    assert.equal(parts.get('2')?.body.value.length, 2);
    assert.equal(parts.get('3')?.status, 404);
  });

  it('gets errors in Graph’s envelope, and says what an unknown option should have been', async () => {
    await assert.rejects(graph.api(`${DEVICES}?$fliter=x`).get(), (error: unknown) => {
      const { statusCode, code, message } = error as Record<string, unknown>;
      assert.equal(statusCode, 400);
      assert.match(String(code), /^odata\./);
      assert.match(String(message), /\$filter/);
      return true;
    });
  });

  it('reads $metadata that names what is served', async () => {
    const url = `${world.tenant.host.ready.consoleUrl}/v1.0/$metadata`;
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${world.tenant.token}` },
    });
    const text = await response.text();
    assert.match(text, /EntityType Name="managedDevice"/);
  });
});
