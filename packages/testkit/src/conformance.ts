import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { ConnectorId, DeviceId } from '@moorline/kernel';
import { canonicalRows, checkRow, inventoryClass, rowKey } from '@moorline/model';
import type {
  InventoryProvider,
  Transaction,
  UploadedDevice,
  UploadSink,
} from '@moorline/model/ports';

/** What every inventory provider keeps; call it inside a `describe`. */
export function inventoryProviderConformance(create: () => InventoryProvider): void {
  it('conformance: collects declared classes only, of its platform', () => {
    const provider = create();
    assert.notEqual(provider.classes.length, 0);
    for (const name of provider.classes) {
      assert.ok(inventoryClass(name)?.platforms.includes(provider.platform), name);
    }
  });

  it('conformance: gives rows that are of their class, each key once, within its limit', async () => {
    const provider = create();
    for (const name of provider.classes) {
      const declared = inventoryClass(name);
      assert.ok(declared, name);
      const rows = await provider.collect(name);
      assert.ok(rows.length <= declared.maxRows, name);
      if (declared.key.length === 0) assert.ok(rows.length <= 1, name);
      for (const row of rows) assert.equal(checkRow(declared, row), undefined, name);
      assert.equal(new Set(rows.map((row) => rowKey(declared, row))).size, rows.length, name);
      // What is hashed and sent must survive JSON.
      const sent = JSON.parse(JSON.stringify(rows)) as typeof rows;
      assert.equal(canonicalRows(declared, sent), canonicalRows(declared, rows), name);
    }
  });

  it('conformance: gives up with the reason of an aborted signal', async () => {
    const provider = create();
    const reason = new Error('going away');
    const [name = ''] = provider.classes;
    await assert.rejects(
      async () => provider.collect(name, { signal: AbortSignal.abort(reason) }),
      (error) => error === reason,
    );
  });
}

/** What the test of an upload sink must be able to do. */
export interface UploadSinkSubject {
  readonly sink: UploadSink;
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Ids and names of the devices that `origin` has uploaded. */
  devicesOf(origin: ConnectorId): Promise<ReadonlyMap<DeviceId, string | null>>;
  newDevice(name: string): UploadedDevice;
  newOrigin(): ConnectorId;
}

async function apply(
  { sink }: Pick<UploadSinkSubject, 'sink'>,
  tx: Transaction,
  origin: ConnectorId,
  devices: readonly UploadedDevice[],
): Promise<void> {
  const staged = await sink.stageDevices(tx, devices);
  await staged.apply(origin);
}

/** What every sink of uploads keeps; call it inside a `describe`. */
export function uploadSinkConformance(create: () => Promise<UploadSinkSubject>): void {
  it('conformance: applies the same devices again without a second of any', async () => {
    const { sink, transaction, devicesOf, newDevice, newOrigin } = await create();
    const origin = newOrigin();
    const devices = ['a', 'b', 'c'].map(newDevice);
    for (let time = 0; time < 2; time++) {
      await transaction((tx) => apply({ sink }, tx, origin, devices));
    }
    assert.deepEqual([...(await devicesOf(origin)).values()].sort(), ['a', 'b', 'c']);
  });

  it('conformance: takes the last word of a device, and of many at once', async () => {
    const { sink, transaction, devicesOf, newDevice, newOrigin } = await create();
    const origin = newOrigin();
    const devices = Array.from({ length: 600 }, (_, index) => newDevice(`old-${index}`));
    await transaction((tx) => apply({ sink }, tx, origin, devices));
    const renamed = devices.map((device, index) => ({
      ...device,
      summary: { ...device.summary, name: `new-${index}` },
    }));
    await transaction((tx) => apply({ sink }, tx, origin, renamed));
    const stored = await devicesOf(origin);
    assert.equal(stored.size, 600);
    assert.ok([...stored.values()].every((name) => name?.startsWith('new-')));
  });

  it('conformance: leaves a device alone that another origin uploaded', async () => {
    const { sink, transaction, devicesOf, newDevice, newOrigin } = await create();
    const [first, second] = [newOrigin(), newOrigin()];
    const device = newDevice('mine');
    await transaction((tx) => apply({ sink }, tx, first, [device]));
    const claimed = { ...device, summary: { ...device.summary, name: 'stolen' } };
    await transaction((tx) => apply({ sink }, tx, second, [claimed]));
    await transaction((tx) => sink.removeDevices(tx, second, [device.id]));
    assert.deepEqual([...(await devicesOf(first)).values()], ['mine']);
    assert.equal((await devicesOf(second)).size, 0);
  });

  it('conformance: takes many new ones, though one among them is another origin’s', async () => {
    const { sink, transaction, devicesOf, newDevice, newOrigin } = await create();
    const [first, second] = [newOrigin(), newOrigin()];
    const many = (name: string): UploadedDevice[] =>
      Array.from({ length: 300 }, (_, index) => newDevice(`${name}-${index}`));
    const taken = newDevice('mine');
    await transaction((tx) => apply({ sink }, tx, first, [taken]));
    for (const batch of [many('a'), many('b'), [...many('c'), taken], many('d')]) {
      await transaction((tx) => apply({ sink }, tx, second, batch));
    }
    assert.equal((await devicesOf(second)).size, 1200);
    assert.deepEqual([...(await devicesOf(first)).values()], ['mine']);
  });

  it('conformance: removes what it is told to, and does not mind a repeat', async () => {
    const { sink, transaction, devicesOf, newDevice, newOrigin } = await create();
    const origin = newOrigin();
    const [kept, gone] = [newDevice('kept'), newDevice('gone')];
    await transaction((tx) => apply({ sink }, tx, origin, [kept, gone]));
    for (let time = 0; time < 2; time++) {
      await transaction((tx) => sink.removeDevices(tx, origin, [gone.id]));
    }
    assert.deepEqual([...(await devicesOf(origin)).values()], ['kept']);
  });

  it('conformance: leaves nothing of a transaction that rolls back', async () => {
    const { sink, transaction, devicesOf, newDevice, newOrigin } = await create();
    const origin = newOrigin();
    await assert.rejects(
      transaction(async (tx) => {
        await apply({ sink }, tx, origin, [newDevice('undone')]);
        throw new Error('roll back');
      }),
      /roll back/,
    );
    assert.equal((await devicesOf(origin)).size, 0);
  });

  it('conformance: passes over hops of actions that it does not know', async () => {
    const { sink, transaction, newOrigin } = await create();
    await transaction((tx) =>
      sink.applyActions(tx, newOrigin(), [
        { id: '01890000-0000-7000-8000-000000000000' as never, hops: [], result: null },
      ]),
    );
  });
}
