import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ADMIN_PATHS } from '@moorline/contracts/admin';
import type { ConnectorId, DeviceId, UserId } from '@moorline/kernel';
import { systemClock, systemEntropy, uuidv7 } from '@moorline/kernel';
import { type Actor, type Grant, PERMISSIONS, type Permission, type Reach } from '@moorline/model';
import { type TestDatabase, withDatabase } from '@moorline/testkit';
import { AUTHORITY_MIGRATIONS } from './authority.ts';
import { type HttpLab, openHttpLab } from './http-lab.fixture.ts';
import { LIVE } from './topics.ts';

const DEVICES = ADMIN_PATHS.managedDevices;
const COLLECTIONS = ADMIN_PATHS.configManagerCollections;
const newId = <Id extends string>(): Id => uuidv7<Id>(systemClock, systemEntropy);
const [HQ1, HQ2] = [newId<ConnectorId>(), newId<ConnectorId>()];

function holder(permissions: readonly Permission[], reach: Reach | null): Actor {
  const grants: Grant[] = [{ role: 'Test', permissions, reach }];
  return {
    kind: 'user',
    userId: newId<UserId>(),
    name: 'grace',
    role: 'Test',
    grants,
    via: 'session',
  };
}

describe('reach', () => {
  let test: TestDatabase;
  let lab: HttpLab;
  let collection: string;
  const uploaded = new Map<ConnectorId, DeviceId[]>([
    [HQ1, [newId(), newId(), newId()]],
    [HQ2, [newId(), newId()]],
  ]);

  before(async () => {
    test = await withDatabase(AUTHORITY_MIGRATIONS);
    const authorityId = test.newAuthority();
    lab = await openHttpLab(test.database, authorityId);
    for (const [origin, ids] of uploaded) {
      await test.database.transaction(authorityId, async (tx) => {
        const devices = ids.map((id, index) => uploadedDevice(id, `${origin}-${index}`));
        await (await lab.authority.uploadSink.stageDevices(tx, devices)).apply(origin);
      });
    }
    const { body: all } = await lab.call('GET', COLLECTIONS);
    const whole = all.value.find((one: { memberCount: number }) => one.memberCount === 10);
    const made = await lab.call('POST', COLLECTIONS, {
      body: {
        displayName: 'Two',
        limitingCollectionId: whole.id,
        rules: [{ kind: 'direct', name: 'These', deviceIds: [lab.ids[0], lab.ids[1]] }],
      },
    });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    assert.equal(made.body.memberCount, 2);
    collection = made.body.id;
  });
  after(async () => {
    await lab[Symbol.asyncDispose]();
    await test[Symbol.asyncDispose]();
  });

  const scopes = (): readonly [string, Reach | null, readonly DeviceId[]][] => [
    ['all devices', null, [...lab.ids, ...[...uploaded.values()].flat()]],
    ['one connector', { origins: [HQ1], groups: [] }, uploaded.get(HQ1) ?? []],
    ['two connectors', { origins: [HQ1, HQ2], groups: [] }, [...uploaded.values()].flat()],
    ['one collection', { origins: [], groups: [collection] }, lab.ids.slice(0, 2)],
    [
      'both',
      { origins: [HQ2], groups: [collection] },
      [...lab.ids.slice(0, 2), ...(uploaded.get(HQ2) ?? [])],
    ],
    ['nothing', { origins: [], groups: [] }, []],
  ];

  it('attack 17: lists, pages, counts, filters and totals tell of what is in reach alone, whoever answers', async () => {
    for (const [name, reach, ids] of scopes()) {
      const as = holder(['devices.read'], reach);
      const expected = [...ids].sort();
      const withSerial = expected.filter((id) => !lab.ids.some((own) => own === id));
      for (const [query, wanted] of [
        ['', expected],
        ['&$orderby=osVersion,deviceName', expected],
        ['&$filter=serialNumber ne null', withSerial],
        ['&$filter=serialNumber ne null or serialNumber eq null', expected],
        [`&$filter=connectorId eq ${HQ1} or connectorId ne ${HQ1}`, expected],
      ] as const) {
        const seen: string[] = [];
        let path: string | undefined = `${DEVICES}?$top=2&$count=true${encodeURI(query)}`;
        while (path) {
          const { status, body } = await lab.call('GET', path, { as });
          assert.equal(status, 200, JSON.stringify(body));
          assert.equal(body['@odata.count'], wanted.length, `${name} ${query}`);
          seen.push(...body.value.map(({ id }: { id: string }) => id));
          path = body['@odata.nextLink'];
        }
        assert.deepEqual(seen.sort(), wanted, `${name} ${query}`);
      }
      assert.equal((await lab.call('GET', `${DEVICES}/$count`, { as })).body, String(ids.length));
      const totals = await lab.call('GET', ADMIN_PATHS.managedDeviceOverview, { as });
      assert.equal(totals.body.enrolledDeviceCount, ids.length, name);
    }
  });

  it('attack 17: a device out of reach is as one that is not there, in every place that takes its id', async () => {
    const [near, far] = [lab.ids[0], lab.ids[2]];
    const as = holder(
      ['devices.read', 'devices.sync', 'inventory.read', 'groups.read', 'actions.read'],
      { origins: [], groups: [collection] },
    );
    const body = { configurationManagerAction: { action: 'refreshMachinePolicy' } };
    const places: readonly [string, (id: string) => string, unknown?][] = [
      ['GET', (id) => `${DEVICES}/${id}`],
      ['GET', (id) => `${DEVICES}/${id}/inventory`],
      ['POST', (id) => `${DEVICES}/${id}/triggerConfigurationManagerAction`, body],
    ];
    for (const [method, path, content] of places) {
      const options = { as, ...(content === undefined ? {} : { body: content }) };
      const seen = await lab.call(method, path(near ?? ''), options);
      assert.ok(seen.status < 300, `${method} ${path('')} ${seen.status}`);
      const unseen = await lab.call(method, path(far ?? ''), options);
      assert.deepEqual(
        [unseen.status, unseen.body.error?.code],
        [404, 'devices.not_found'],
        `${method} ${path('')}`,
      );
    }
    const shared = { body, as: 'admin' };
    const made = await lab.call(
      'POST',
      `${DEVICES}/${far}/triggerConfigurationManagerAction`,
      shared,
    );
    const actionId = made.headers.get('moorline-action-id');
    const read = await lab.call('GET', `${ADMIN_PATHS.actions}/${actionId}`, { as });
    assert.equal(read.body.error.code, 'actions.not_found');
    const { body: list } = await lab.call('GET', `${ADMIN_PATHS.actions}?$count=true`, { as });
    const devices = list.value.map((action: { managedDeviceId?: string; deviceId?: string }) => {
      return action.managedDeviceId ?? action.deviceId;
    });
    assert.deepEqual([list['@odata.count'], devices], [1, [near]]);
  });

  it('tells who may see a device, but not do this to it, which permission is missing where', async () => {
    const as: Actor = {
      ...holder(['devices.read'], null),
      grants: [
        { role: 'Seer', permissions: ['devices.read'], reach: null },
        {
          role: 'Doer',
          permissions: ['devices.sync'],
          reach: { origins: [], groups: [collection] },
        },
      ],
    } as Actor;
    const path = `${DEVICES}/${lab.ids[3]}/triggerConfigurationManagerAction`;
    const body = { configurationManagerAction: { action: 'refreshMachinePolicy' } };
    const refused = await lab.call('POST', path, { as, body });
    assert.deepEqual([refused.status, refused.body.error.code], [403, 'access.denied']);
    assert.match(refused.body.error.message, /Seer, Doer, includes .* devices\.sync, but not for/);
  });

  it('attack 17: collections outside of the assignment are as if they were not there', async () => {
    const as = holder(['devices.read', 'groups.read', 'inventory.read'], {
      origins: [],
      groups: [collection],
    });
    const { body } = await lab.call('GET', `${COLLECTIONS}?$count=true`, { as });
    assert.deepEqual(
      [
        body['@odata.count'],
        body.value.map(({ displayName }: { displayName: string }) => displayName),
      ],
      [1, ['Two']],
    );
    const [other] = (await lab.call('GET', COLLECTIONS)).body.value.filter(
      ({ id }: { id: string }) => id !== collection,
    );
    for (const path of [`${COLLECTIONS}/${other.id}`, `${COLLECTIONS}/${other.id}/members`]) {
      assert.equal((await lab.call('GET', path, { as })).status, 404, path);
    }
    assert.equal(
      (await lab.call('GET', `${COLLECTIONS}/${collection}/members`, { as })).status,
      200,
    );
  });

  it('attack 17: live events name only what is in reach, and end when what somebody may do changes', async () => {
    const as = holder(['devices.read', 'actions.read', 'connectors.read', 'groups.read'], {
      origins: [HQ1],
      groups: [],
    });
    const stop = new AbortController();
    const who = await openStream(as, stop.signal);
    const [seen] = uploaded.get(HQ1) ?? [];
    const [unseen] = uploaded.get(HQ2) ?? [];
    lab.bus.publish(LIVE, { topic: 'device', ids: [unseen ?? ''] });
    lab.bus.publish(LIVE, { topic: 'connector', ids: [HQ2] });
    lab.bus.publish(LIVE, { topic: 'collection', ids: [collection] });
    lab.bus.publish(LIVE, { topic: 'device', ids: [seen ?? '', unseen ?? ''] });
    lab.bus.publish(LIVE, { topic: 'connector', ids: [HQ1] });
    const text = await who.until((all) => all.includes('device') && all.includes(HQ1));
    assert.ok(text.includes(seen ?? '?'));
    for (const hidden of [unseen ?? '?', HQ2, collection]) assert.ok(!text.includes(hidden));
    await lab.authority.access.scopeTags.create(holder(PERMISSIONS, null), {
      name: 'New',
      description: '',
      origins: [],
    });
    await who.end();
    stop.abort();
  });

  async function openStream(as: Actor, signal: AbortSignal) {
    const token = await lab.tokenOf(as);
    const response = await fetch(lab.origin + ADMIN_PATHS.events, {
      headers: { authorization: `Bearer ${token}` },
      signal,
    });
    const reader = response.body?.getReader();
    assert.ok(reader);
    let text = '';
    return {
      async until(isThere: (text: string) => boolean): Promise<string> {
        while (!isThere(text)) {
          const { value, done } = await reader.read();
          assert.equal(done, false, 'the stream ended too early');
          text += new TextDecoder().decode(value);
        }
        return text;
      },
      async end(): Promise<void> {
        while (!(await reader.read()).done);
      },
    };
  }

  /** A request that needs exactly this permission, of those that this engine's own routes ask for. */
  const NEEDING: Partial<Record<Permission, () => readonly [string, string, unknown?]>> = {
    'devices.read': () => ['GET', DEVICES],
    'devices.sync': () => trigger('refreshMachinePolicy'),
    'devices.wake': () => trigger('wakeUpClient'),
    'devices.scan': () => trigger('quickScan'),
    'devices.restart': () => trigger('restart'),
    'devices.collectDiagnostics': () => trigger('collectDiagnostics'),
    'inventory.read': () => ['GET', `${DEVICES}/${lab.ids[4]}/inventory`],
    'actions.read': () => ['GET', ADMIN_PATHS.actions],
    'enrolment.manage': () => ['GET', ADMIN_PATHS.enrolmentTokens],
    'policy.read': () => ['GET', ADMIN_PATHS.clientSettings],
    'groups.read': () => ['GET', COLLECTIONS],
    'groups.manage': () => ['DELETE', `${COLLECTIONS}/${newId()}`],
  };
  const trigger = (action: string): readonly [string, string, unknown] => [
    'POST',
    `${DEVICES}/${lab.ids[4]}/triggerConfigurationManagerAction`,
    { configurationManagerAction: { action } },
  ];

  it('refuses each request for want of the one permission that it needs, by name, and for want of no other', async () => {
    for (const [permission, request] of Object.entries(NEEDING) as [
      Permission,
      () => readonly [string, string, unknown?],
    ][]) {
      const [method, path, body] = request();
      const others = PERMISSIONS.filter((other) => other !== permission);
      const content = body === undefined ? {} : { body };
      const without = await lab.call(method, path, { as: holder(others, null), ...content });
      assert.equal(without.status, 403, permission);
      assert.ok(without.body.error.message.includes(permission), without.body.error.message);
      const only = await lab.call(method, path, { as: holder([permission], null), ...content });
      assert.notEqual(only.status, 403, `${permission}: ${JSON.stringify(only.body)}`);
    }
  });
});

function uploadedDevice(id: DeviceId, name: string) {
  return {
    id,
    summary: {
      name,
      operatingSystem: 'Debian GNU/Linux',
      osVersion: '12',
      manufacturer: 'QEMU',
      model: 'Standard PC',
      serialNumber: `SN-${name}`,
      architecture: 'x64',
      chassisType: 'desktop',
      physicalMemoryBytes: 8 * 2 ** 30,
      totalStorageBytes: 256 * 2 ** 30,
      freeStorageBytes: 100 * 2 ** 30,
      ethernetMacAddress: '02:00:00:00:00:01',
      wifiMacAddress: null,
    },
    online: true,
    lastContactAt: '2026-11-23T10:00:00.000Z',
    enrolledAt: '2026-11-01T10:00:00.000Z',
    clientVersion: '0.1.0',
    certificateExpiresAt: '2027-01-01T10:00:00.000Z',
  } as const;
}
