import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { ADMIN_PATHS } from '@moorline/contracts/admin';
import { canonicalRows, inventoryClass } from '@moorline/model';
import { type TestDatabase, withDatabase } from '@moorline/testkit';
import { AUTHORITY_MIGRATIONS } from '../../authority.ts';
import { type HttpLab, openHttpLab } from '../../http-lab.fixture.ts';
import { LIVE } from '../../topics.ts';
import { ALL_SYSTEMS } from './built-in.ts';

const path = ADMIN_PATHS.configManagerCollections;

describe('collections over the admin API', () => {
  let test: TestDatabase;
  let lab: HttpLab;

  before(async () => {
    test = await withDatabase(AUTHORITY_MIGRATIONS);
    lab = await openHttpLab(test.database, test.newAuthority());
  });
  after(async () => {
    await lab[Symbol.asyncDispose]();
    await test[Symbol.asyncDispose]();
  });

  const body = (displayName: string, query: string) => ({
    displayName,
    limitingCollectionId: ALL_SYSTEMS,
    rules: [{ kind: 'query', name: 'rule', query }],
  });

  it('lists the built-in ones as Graph does, with their counts', async () => {
    const { status, body: page } = await lab.call(
      'GET',
      `${path}?$count=true&$orderby=displayName`,
    );
    assert.equal(status, 200);
    assert.equal(page['@odata.count'], page.value.length);
    const all = page.value.find((one: { id: string }) => one.id === ALL_SYSTEMS);
    assert.deepEqual(
      [all.collectionIdentifier, all.displayName, all.memberCount, all.isBuiltIn],
      ['SMS00001', 'All Systems', 5, true],
    );
    const filtered = await lab.call('GET', `${path}?$filter=startswith(displayName,'all m')`);
    assert.deepEqual(
      filtered.body.value.map((one: { displayName: string }) => one.displayName),
      ['All Mobile Devices'],
    );
  });

  it('makes, changes and deletes a collection, guarded by its ETag', async () => {
    const made = await lab.call('POST', path, { body: body('Mine', 'ManagedDevice') });
    assert.equal(made.status, 201);
    assert.equal(made.body.memberCount, 5);
    assert.match(made.body.collectionIdentifier, /^MLN\d{5}$/);
    const own = `${path}/${made.body.id}`;
    const tag = made.headers.get('etag') ?? '';
    const members = await lab.call('GET', `${own}/members?$top=2`);
    assert.equal(members.body.value.length, 2);
    const next = new URL(members.body['@odata.nextLink']);
    const rest = await lab.call('GET', `${next.pathname}${next.search}`);
    assert.equal(rest.body.value.length, 2);

    const change = { displayName: 'Ours' };
    const changed = await lab.call('PATCH', own, { body: change, headers: { 'if-match': tag } });
    assert.equal(changed.status, 200);
    const late = await lab.call('PATCH', own, { body: change, headers: { 'if-match': tag } });
    assert.deepEqual([late.status, late.body.error.code], [412, 'groups.changed_meanwhile']);
    assert.equal((await lab.call('DELETE', own)).status, 204);
    assert.equal((await lab.call('GET', own)).status, 404);
  });

  it('previews, explains, checks and completes', async () => {
    const id = lab.ids[0] ?? '';
    const { displayName: _, ...definition } = body('', `ManagedDevice | where DeviceId == "${id}"`);
    const preview = await lab.call('POST', `${path}/preview`, { body: definition });
    assert.deepEqual(
      [preview.status, preview.body.count, preview.body.devices[0].id],
      [200, 1, id],
    );
    const made = await lab.call('POST', path, { body: body('Everybody', 'ManagedDevice') });
    const what = await lab.call('POST', `${path}/${made.body.id}/whatIf`, { body: definition });
    assert.deepEqual([what.body.entering.count, what.body.leaving.count], [0, 4]);
    const why = await lab.call('GET', `${path}/${ALL_SYSTEMS}/members/${id}/why`);
    assert.equal(why.body.isMember, true);
    const of = await lab.call('GET', `${ADMIN_PATHS.managedDevices}/${id}/collections`);
    assert.ok(of.body.value.some((one: { id: string }) => one.id === ALL_SYSTEMS));
    const checked = await lab.call('POST', `${path}/checkQuery`, { body: { query: 'OS | where' } });
    assert.ok(checked.body.problems.length > 0);
    const completed = await lab.call('POST', `${path}/completeQuery`, {
      body: { query: 'OS | ', position: 5 },
    });
    assert.equal(completed.body.items[0].label, 'where');
    const classes = await lab.call('GET', `${path}/queryClasses`);
    assert.equal(classes.body.value[0].name, 'ManagedDevice');
  });

  it('follows what a device sends by itself, and tells who watches', async () => {
    const query = 'Memory | where TotalPhysicalMemory < 1000';
    const { body: made } = await lab.call('POST', path, { body: body('Little memory', query) });
    assert.equal(made.memberCount, 0);
    const told = Promise.withResolvers<void>();
    using _subscription = lab.bus.subscribe(LIVE, ({ topic, ids }) => {
      if (topic === 'collection' && ids.includes(made.id)) told.resolve();
    });
    const memory = inventoryClass('Memory');
    assert.ok(memory);
    const rows = [{ TotalPhysicalMemory: 5, TotalPageFileSpace: 0, TotalVirtualMemory: 5 }];
    const [deviceId] = lab.ids;
    assert.ok(deviceId);
    const stored = await lab.authority.devicePort.putDocuments(
      { deviceId, certificateSerial: 'aa' },
      [
        {
          className: 'Memory',
          hash: createHash('sha256').update(canonicalRows(memory, rows)).digest('hex'),
          collectedAt: new Date().toISOString(),
          content: { kind: 'whole', rows },
        },
      ],
    );
    assert.deepEqual(stored.stored, ['Memory']);
    await told.promise;
    const members = await lab.call('GET', `${path}/${made.id}/members`);
    assert.deepEqual(
      members.body.value.map((one: { id: string }) => one.id),
      [deviceId],
    );
  });

  it('asks for the permission that each needs', async () => {
    assert.equal((await lab.call('GET', path, { as: 'nobody' })).status, 401);
    assert.equal((await lab.call('GET', path, { as: 'reader' })).status, 200);
    const made = await lab.call('POST', path, { as: 'desk', body: body('No', 'OS') });
    assert.deepEqual([made.status, made.body.error.code], [403, 'access.denied']);
  });

  it('refuses what is no collection with the member that is wrong (attack 17)', async () => {
    for (const wrong of [
      { ...body('X', 'OS'), extra: 1 },
      { ...body('X', 'OS'), rules: [{ kind: 'user', name: 'x' }] },
      { ...body('X', 'OS'), displayName: '' },
      { ...body('X', 'OS'), limitingCollectionId: 'x' },
      { ...body('X', 'OS'), rules: [{ kind: 'direct', name: 'x', deviceIds: ["' or true"] }] },
    ]) {
      const { status } = await lab.call('POST', path, { body: wrong });
      assert.ok(status === 400 || status === 404, JSON.stringify(wrong));
    }
    assert.equal((await lab.call('GET', `${path}/nothing/members`)).status, 404);
    const token = await lab.call('GET', `${path}/${ALL_SYSTEMS}/members?$skiptoken=AAAA`);
    assert.equal(token.body.error.code, 'odata.skiptoken_invalid');
  });
});
