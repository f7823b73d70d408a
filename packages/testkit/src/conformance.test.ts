import { after, before, describe } from 'node:test';
import {
  type ConnectorId,
  type DeviceId,
  rfc3339,
  systemClock,
  systemEntropy,
  uuidv7,
} from '@moorline/kernel';
import { summarize } from '@moorline/model';
import type { UploadedDevice } from '@moorline/model/ports';
import { createLinuxProvider } from '@moorline/providers/linux';
import { inventoryProviderConformance, uploadSinkConformance } from './conformance.ts';
import { Constellation } from './constellation.ts';
import { createScriptedProvider } from './scripted-provider.ts';

describe('the Linux provider', { skip: process.platform !== 'linux' }, () => {
  inventoryProviderConformance(() => createLinuxProvider());
});

describe('the scripted provider', () => {
  inventoryProviderConformance(() => createScriptedProvider({ name: 'scripted' }));
});

describe('the authority’s upload sink', () => {
  let world: Constellation;
  before(async () => {
    world = await Constellation.create({ devices: 0, attached: false });
  });
  after(() => world?.[Symbol.asyncDispose]());

  uploadSinkConformance(async () => {
    const { host, asOwner } = world.tenant;
    const now = rfc3339(systemClock.now());
    return {
      sink: host.authority.uploadSink,
      transaction: (work) => host.database.transaction(host.identity.authorityId, work),
      async devicesOf(origin) {
        const rows = await asOwner(`select id, name from devices where origin = '${origin}'`);
        return new Map(rows.map((row) => [row.id as DeviceId, row.name as string | null]));
      },
      newDevice: (name): UploadedDevice => ({
        id: uuidv7<DeviceId>(systemClock, systemEntropy),
        summary: { ...summarize({}), name },
        online: false,
        lastContactAt: now,
        enrolledAt: now,
        clientVersion: '0.1.0',
        certificateExpiresAt: now,
      }),
      newOrigin: () => uuidv7<ConnectorId>(systemClock, systemEntropy),
    };
  });
});
