import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { type Bus, createBus } from '@moorline/bus';
import type { LiveEvent } from '@moorline/contracts/admin';
import {
  type AuthorityId,
  type DeviceId,
  silentLogger,
  systemEntropy,
  uuidv7,
} from '@moorline/kernel';
import type { AuthenticatedDevice } from '@moorline/model/ports';
import {
  createFakeClock,
  type FakeClock,
  type TestDatabase,
  withDatabase,
} from '@moorline/testkit';
import { LIVE } from '../../topics.ts';
import { DEVICES_MIGRATIONS } from './migrations.ts';
import { createPresence, type Presence } from './presence.ts';
import type { DeviceRow } from './present.ts';
import { insertEnrolled, loadDevice } from './store.ts';

describe('presence', () => {
  let test: TestDatabase;
  let authorityId: AuthorityId;
  let clock: FakeClock;
  let bus: Bus;
  let presence: Presence;
  let live: LiveEvent[];

  before(async () => {
    test = await withDatabase(DEVICES_MIGRATIONS);
  });
  after(() => test[Symbol.asyncDispose]());
  beforeEach(() => {
    authorityId = test.newAuthority();
    clock = createFakeClock(Date.UTC(2026, 10, 23, 12));
    bus = createBus(silentLogger);
    live = [];
    bus.subscribe(LIVE, (event) => void live.push(event));
    presence = createPresence({
      authorityId,
      database: test.database,
      bus,
      clock,
      logger: silentLogger,
    });
  });

  async function enrol(name: string): Promise<AuthenticatedDevice> {
    const deviceId = uuidv7<DeviceId>(clock, systemEntropy);
    const device = { id: deviceId, name, clientVersion: '0.1.0', certificateExpiresAt: 0 };
    await test.database.transaction(authorityId, (tx) => insertEnrolled(tx, [device], clock.now()));
    return { deviceId, certificateSerial: '0a' };
  }
  async function rowOf({ deviceId }: AuthenticatedDevice): Promise<DeviceRow> {
    const row = await test.database.read(authorityId, (tx) => loadDevice(tx, deviceId));
    assert.ok(row);
    return row;
  }
  const nextLive = (): Promise<LiveEvent> =>
    new Promise((resolve) => {
      const subscription = bus.subscribe(LIVE, (event) => {
        subscription[Symbol.dispose]();
        resolve(event);
      });
    });

  it('writes what happens within a window together, and tells who watches', async () => {
    const [a, b] = [await enrol('a'), await enrol('b')];
    const stop = new AbortController();
    const running = presence.run(stop.signal).catch(() => {});
    presence.opened(a, 'c1');
    presence.opened(b, 'c2');
    presence.closed(b, 'c2');
    presence.contacted(b, { clientVersion: '0.2.0' });
    const told = nextLive();
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(200);
    assert.deepEqual((await told).ids.toSorted(), [a.deviceId, b.deviceId].toSorted());
    assert.equal((await rowOf(a)).online, true);
    assert.equal((await rowOf(b)).online, false);
    assert.equal((await rowOf(b)).client_version, '0.2.0');
    stop.abort();
    await running;
    assert.equal(live.length, 1);
  });

  it('stays online while any of a device’s channels is open', async () => {
    const device = await enrol('a');
    presence.opened(device, 'old');
    presence.opened(device, 'new');
    presence.closed(device, 'old');
    presence.closed(device, 'old');
    await presence.flush();
    assert.equal((await rowOf(device)).online, true);
    assert.ok(presence.isConnected(device.deviceId));
  });

  it('attack 14: a device that calls without end writes its contact twice a minute at most', async () => {
    const device = await enrol('chatty');
    for (let second = 0; second < 60; second++) {
      presence.contacted(device, {});
      await presence.flush();
      clock.advance(1000);
    }
    assert.equal(live.length, 2);
  });

  it('takes devices offline that do not come back after a restart', async () => {
    const [gone, back] = [await enrol('gone'), await enrol('back')];
    await test.asOwner(`update devices set online = true where authority_id = '${authorityId}'`);
    const stop = new AbortController();
    const running = presence.run(stop.signal).catch(() => {});
    presence.opened(back, 'c');
    await presence.flush();
    const told = nextLive();
    clock.advance(90_000);
    assert.deepEqual((await told).ids, [gone.deviceId]);
    assert.equal((await rowOf(gone)).online, false);
    assert.equal((await rowOf(back)).online, true);
    stop.abort();
    await running;
  });

  it('writes nothing of a device that was removed meanwhile', async () => {
    const device = await enrol('a');
    presence.opened(device, 'c');
    presence.forget(device.deviceId);
    await presence.flush();
    assert.deepEqual(live, []);
    assert.deepEqual(presence.connected(), []);
  });
});
