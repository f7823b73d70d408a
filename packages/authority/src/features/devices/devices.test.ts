import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createBus } from '@moorline/bus';
import { parseQueryOptions, type QueryOptions } from '@moorline/codecs/odata';
import { Session } from '@moorline/contracts/admin';
import { readChanges, sqlOf } from '@moorline/db';
import {
  type AuthorityId,
  type ConnectorId,
  type DeviceId,
  silentLogger,
  systemEntropy,
  type UserId,
  uuidv7,
} from '@moorline/kernel';
import type { Actor, DeviceSummary } from '@moorline/model';
import type { RemoteAuthorities, UploadedDevice } from '@moorline/model/ports';
import {
  createFakeClock,
  type FakeClock,
  type TestDatabase,
  withDatabase,
} from '@moorline/testkit';
import { sql } from 'kysely';
import { LIVE } from '../../topics.ts';
import { AUDIT_MIGRATIONS } from '../audit/index.ts';
import { createRefusals, type Refusals } from '../refusals/index.ts';
import { createDevices, type Devices } from './devices.ts';
import { MANAGED_DEVICE } from './entity.ts';
import { DEVICES_MIGRATIONS } from './migrations.ts';
import { insertEnrolled, readTotals } from './store.ts';
import { SUMMARY_COLUMN } from './summary.ts';
import { type SummaryChange, writeSummaries } from './write-summaries.ts';

const FIELDS = Object.keys(SUMMARY_COLUMN) as SummaryChange['fields'];

// The two kinds of host, by which this engine is told apart nowhere but here.
const [UPPER] = Session.properties.authority.properties.kind.enum;

const READER: Actor = {
  kind: 'user',
  userId: 'u' as UserId,
  name: 'ada',
  role: 'Read only',
  via: 'session',
};
const HQ1 = '01900000-0000-7000-8000-0000000000a1' as ConnectorId;
const HQ2 = '01900000-0000-7000-8000-0000000000a2' as ConnectorId;
const REMOTES = {
  describe: (origin: ConnectorId) => ({ name: origin === HQ1 ? 'HQ1' : 'HQ2', online: true }),
} as RemoteAuthorities;

describe('devices', () => {
  let test: TestDatabase;
  let authorityId: AuthorityId;
  let clock: FakeClock;
  let devices: Devices;
  let refusals: Refusals;
  let live: string[];

  before(async () => {
    test = await withDatabase([...AUDIT_MIGRATIONS, ...DEVICES_MIGRATIONS]);
  });
  after(() => test[Symbol.asyncDispose]());
  beforeEach(() => {
    authorityId = test.newAuthority();
    clock = createFakeClock(Date.UTC(2026, 10, 23, 12));
    const bus = createBus(silentLogger);
    live = [];
    bus.subscribe(LIVE, (event) => void live.push(...event.ids));
    refusals = createRefusals({
      authorityId,
      database: test.database,
      clock,
      logger: silentLogger,
    });
    devices = createDevices({
      profile: { authorityId, name: 'T', kind: UPPER, managedBy: UPPER },
      database: test.database,
      bus,
      clock,
      logger: silentLogger,
      remotes: REMOTES,
      refusals,
    });
  });

  const newId = (): DeviceId => uuidv7<DeviceId>(clock, systemEntropy);
  const query = (text: string): QueryOptions =>
    parseQueryOptions(new URLSearchParams(text), MANAGED_DEVICE);
  const summary = (overrides: Partial<DeviceSummary>): DeviceSummary => ({
    name: null,
    operatingSystem: null,
    osVersion: null,
    manufacturer: null,
    model: null,
    serialNumber: null,
    architecture: 'unknown',
    chassisType: 'unknown',
    physicalMemoryBytes: null,
    totalStorageBytes: null,
    freeStorageBytes: null,
    ethernetMacAddress: null,
    wifiMacAddress: null,
    ...overrides,
  });
  const uploaded = (name: string, overrides: Partial<UploadedDevice> = {}): UploadedDevice => ({
    id: newId(),
    summary: summary({ name }),
    online: false,
    lastContactAt: '2026-11-23T11:00:00.000Z',
    enrolledAt: '2026-11-01T00:00:00.000Z',
    clientVersion: '0.1.0',
    certificateExpiresAt: '2027-01-01T00:00:00.000Z',
    ...overrides,
  });
  const upload = (origin: ConnectorId, ...list: UploadedDevice[]): Promise<void> =>
    test.database.transaction(authorityId, (tx) =>
      devices.uploadSink.stageDevices(tx, list).then((staged) => staged.apply(origin)),
    );
  async function enrol(name: string, facts: Partial<DeviceSummary> = {}): Promise<DeviceId> {
    const id = newId();
    const certificateExpiresAt = clock.now() + 90 * 86_400_000;
    await test.database.transaction(authorityId, async (tx) => {
      await insertEnrolled(
        tx,
        [{ id, name, clientVersion: '0.1.0', certificateExpiresAt }],
        clock.now(),
      );
      await writeSummaries(tx, [{ id, summary: summary({ name, ...facts }), fields: FIELDS }]);
    });
    return id;
  }
  async function names(text: string): Promise<(string | null)[]> {
    const found: (string | null)[] = [];
    let options = query(text);
    for (;;) {
      const page = await devices.list(READER, options);
      found.push(...page.items.map((device) => device.deviceName));
      if (page.skipToken === null) return found;
      options = { ...options, skip: 0, skipToken: page.skipToken };
    }
  }

  it('lists by name whatever its case, page after page, each device once', async () => {
    for (const name of ['delta', 'Bravo', 'alpha', 'Charlie', 'bravo', 'echo']) await enrol(name);
    const sorted = ['alpha', 'bravo', 'bravo', 'charlie', 'delta', 'echo'];
    const lower = (list: (string | null)[]): (string | undefined)[] =>
      list.map((name) => name?.toLowerCase());
    assert.deepEqual(lower(await names('$top=2')), sorted);
    assert.deepEqual(lower(await names('$top=2&$orderby=deviceName desc')), sorted.toReversed());
    assert.deepEqual(lower(await names('$top=1&$skip=3')), sorted.slice(3));
    assert.deepEqual(
      await names('$top=2&$orderby=online desc,deviceName,id desc'),
      (await names('$orderby=deviceName,id desc')) as string[],
    );
  });

  it('filters by text, number, time, Boolean, id and enumeration', async () => {
    const memory = 8 * 2 ** 30;
    const id = await enrol('Web-01', { physicalMemoryBytes: memory, serialNumber: 'X_1%' });
    await enrol('db-01', { physicalMemoryBytes: memory * 2, operatingSystem: 'Debian' });
    await upload(HQ1, uploaded('pc-7', { online: true, lastContactAt: '2026-11-01T00:00:00Z' }));
    for (const [filter, expected] of [
      ["deviceName eq 'WEB-01'", ['Web-01']],
      ["deviceName in ('web-01','pc-7')", ['pc-7', 'Web-01']],
      ["startswith(deviceName,'web') or endswith(deviceName,'-7')", ['pc-7', 'Web-01']],
      ["contains(serialNumber,'_1%')", ['Web-01']],
      ["contains(serialNumber,'%%')", []],
      ["not contains(serialNumber,'x')", ['db-01', 'pc-7']],
      [`physicalMemoryInBytes gt ${memory}`, ['db-01']],
      ['physicalMemoryInBytes eq 0', ['pc-7']],
      ['lastSyncDateTime ge 2026-11-23T00:00:00Z', ['db-01', 'Web-01']],
      ['online', ['pc-7']],
      ['not (online eq true)', ['db-01', 'Web-01']],
      ['operatingSystem eq null and online eq false', ['Web-01']],
      ["operatingSystem ne 'debian'", ['pc-7', 'Web-01']],
      [`id eq '${id}'`, ['Web-01']],
      ["id eq 'no such'", []],
      [`id ne '${id}'`, ['db-01', 'pc-7']],
      ["managementAgent eq 'configurationManagerClient'", ['pc-7']],
      ["complianceState ne 'configManager'", ['db-01', 'Web-01']],
      ["clientActivity eq 'inactive'", ['pc-7']],
      [`connectorId eq '${HQ1}'`, ['pc-7']],
      ['connectorId eq null', ['db-01', 'Web-01']],
    ] as const) {
      assert.deepEqual(await names(`$filter=${encodeURIComponent(filter)}`), expected, filter);
      const count = await devices.count(READER, query(`$filter=${encodeURIComponent(filter)}`));
      assert.equal(count, expected.length, filter);
    }
  });

  it('searches by what name, serial number, maker or model begin with, all terms at once', async () => {
    await enrol('web-01', { manufacturer: 'Dell Inc.', model: 'Latitude' });
    await enrol('web-02', { manufacturer: 'LENOVO', serialNumber: 'PF-100%' });
    assert.deepEqual(await names('$search=WEB'), ['web-01', 'web-02']);
    assert.deepEqual(await names('$search=web dell'), ['web-01']);
    assert.deepEqual(await names('$search="pf-100%25"'), ['web-02']);
    assert.deepEqual(await names('$search=eb'), []);
  });

  it('reads a search and the first page from an index, as the role that serves', async () => {
    await test.asOwner(`insert into devices (authority_id, id, name, serial_number, manufacturer,
        model, last_contact_at, enrolled_at, client_version, certificate_expires_at)
      select '${authorityId}', gen_random_uuid(), 'pc-' || n, 'sn' || n, 'maker' || n % 9,
        'model' || n % 99, now(), now(), '0', now() from generate_series(1, 5000) n`);
    await test.asOwner('analyze devices');
    await test.database.read(authorityId, async (tx) => {
      const plan = async (text: string): Promise<string> => {
        const { rows } = await sql<{ 'QUERY PLAN': string }>`explain ${sql.raw(text)}`.execute(
          sqlOf(tx),
        );
        return rows.map((row) => row['QUERY PLAN']).join('\n');
      };
      const search = await plan(
        `select id from devices where authority_id = '${authorityId}' and (name_key >= lower('Web') and name_key < lower('Web') || 'z' or serial_key >= 'web' and serial_key < 'wec')`,
      );
      assert.match(search, /Index Cond:.*name_key >= 'web'/);
      const page = await plan(
        `select id from devices where authority_id = '${authorityId}' and (name_key, id) > ('m', '${HQ1}') order by name_key, id limit 100`,
      );
      assert.match(page, /Index.* using devices_by_name[\s\S]*Index Cond:.*ROW\(name_key, id\)/);
      assert.doesNotMatch(page, /Sort/);
    });
  });

  it('keeps a counter that equals a recount, and answers an unfiltered count with it', async () => {
    const own = await enrol('a');
    await enrol('b');
    const attached = [uploaded('c'), uploaded('d')];
    await upload(HQ1, ...attached);
    await upload(HQ1, ...attached);
    await test.database.transaction(authorityId, async (tx) => {
      await devices.remove(tx, null, [own]);
      await devices.remove(tx, HQ1, [attached[0]?.id ?? own, newId()]);
    });
    const recount = await test.asOwner(
      `select count(*)::int as n from devices where authority_id = '${authorityId}'`,
    );
    const totals = await test.database.read(authorityId, readTotals);
    assert.deepEqual(
      new Map(totals.map(({ origin, total }) => [origin, total])),
      new Map([
        [null, 1],
        [HQ1, 1],
      ]),
    );
    assert.equal(recount[0]?.n, 2);
    assert.equal(await devices.count(READER, query('')), 2);
  });

  it('shows an attached device with its connector and Graph’s names for who manages it', async () => {
    const device = uploaded('pc-1', { summary: summary({ name: 'pc-1', totalStorageBytes: 7 }) });
    await upload(HQ1, device);
    const shown = await devices.get(READER, device.id);
    assert.equal(shown.connectorId, HQ1);
    assert.equal(shown.connectorName, 'HQ1');
    assert.equal(shown.managementAgent, 'configurationManagerClient');
    assert.equal(shown.totalStorageSpaceInBytes, 7);
    assert.equal(shown.freeStorageSpaceInBytes, 0);
    assert.equal(shown.lastSyncDateTime, '2026-11-23T11:00:00.000Z');
  });

  it('attack 9: an upload cannot take over a device of this authority or of another connector', async () => {
    const own = await enrol('mine');
    const theirs = uploaded('theirs');
    await upload(HQ1, theirs);
    await upload(
      HQ2,
      uploaded('stolen', { id: own }),
      uploaded('stolen', { id: theirs.id }),
      uploaded('new'),
    );
    assert.deepEqual(await names(''), ['mine', 'new', 'theirs']);
    await test.database.transaction(authorityId, (tx) => devices.remove(tx, HQ2, [own, theirs.id]));
    assert.deepEqual(await names(''), ['mine', 'new', 'theirs']);
    await refusals.flush();
    const [record] = await test.asOwner(
      `select activity, actor, details from audit_events where authority_id = '${authorityId}'`,
    );
    assert.equal(record?.activity, 'devices.upload');
    assert.equal(record?.actor, 'HQ2');
  });

  it('attack 13: uploaded times in year 0 and 9999 are brought into the present', async () => {
    const device = uploaded('odd', {
      lastContactAt: '9999-12-31T23:59:59Z',
      enrolledAt: '0000-01-01T00:00:00Z',
      certificateExpiresAt: '0000-99-99T00:00:00Z',
    });
    await upload(HQ1, device);
    const shown = await devices.get(READER, device.id);
    assert.equal(shown.lastSyncDateTime, '2026-11-23T12:00:00.000Z');
    assert.equal(shown.enrolledDateTime, '1970-01-01T00:00:00.000Z');
  });

  it('says nothing changed when an upload repeats what is known', async () => {
    const device = uploaded('same');
    await upload(HQ1, device);
    live.length = 0;
    await upload(HQ1, device);
    assert.deepEqual(live, []);
  });

  it('puts own devices into the change log, and never attached ones', async () => {
    const own = await enrol('own');
    await upload(HQ1, uploaded('attached'));
    const page = await test.database.read(authorityId, (tx) =>
      readChanges(tx, { topics: ['device'], after: '0.0', limit: 10 }),
    );
    assert.deepEqual(
      page.entries.map((entry) => entry.key),
      [own],
    );
    const [told] = await devices.uploadSource.readDevices([own, newId()]);
    assert.equal(told?.summary.name, 'own');
    assert.equal(told?.id, own);
  });

  it('attack 17: a device of another authority is not found by id, filter or page token', async () => {
    const id = await enrol('secret');
    const other = test.newAuthority();
    const stranger = createDevices({
      profile: { authorityId: other, name: 'X', kind: UPPER, managedBy: UPPER },
      database: test.database,
      bus: createBus(silentLogger),
      clock,
      logger: silentLogger,
      remotes: null,
      refusals,
    });
    await assert.rejects(stranger.get(READER, id), { code: 'devices.not_found' });
    assert.equal(await stranger.count(READER, query(`$filter=id eq '${id}'`)), 0);
    assert.deepEqual((await stranger.list(READER, query('$orderby=id'))).items, []);
    await enrol('second');
    const { skipToken } = await devices.list(READER, query('$top=1'));
    const page = await stranger.list(READER, query(`$top=1&$skiptoken=${skipToken}`));
    assert.deepEqual(page.items, []);
  });

  it('attack 28: neither order nor page token can carry SQL', async () => {
    await enrol('a');
    await enrol('b');
    assert.throws(() => query('$orderby=deviceName;select pg_sleep(9)'), {
      code: 'odata.option_invalid',
    });
    assert.throws(() => query('$orderby=name_key'), { code: 'odata.property_unknown' });
    const { skipToken } = await devices.list(READER, query('$top=1'));
    const forge = (json: unknown): string =>
      Buffer.from(JSON.stringify(json)).toString('base64url');
    const [list, id] = JSON.parse(Buffer.from(skipToken ?? '', 'base64url').toString()) as string[];
    const sneaky = await devices.list(
      READER,
      query(`$top=1&$skiptoken=${forge([list, id, "a' or true --"])}`),
    );
    assert.deepEqual(
      sneaky.items.map((device) => device.deviceName),
      ['b'],
    );
    for (const token of [
      'x',
      forge({}),
      forge([list, 'x', 'a']),
      forge([list, id]),
      forge([list, id, 'a\0']),
      forge(['other', id, 'a']),
    ]) {
      await assert.rejects(devices.list(READER, query(`$skiptoken=${token}`)), {
        code: 'odata.skiptoken_invalid',
      });
    }
  });
});
