import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActionId, DeviceId } from '@moorline/kernel';
import { MoorlineError } from '@moorline/kernel';
import fc from 'fast-check';
import { newId } from '../testing/lab.fixture.ts';
import { sampleDevice } from '../testing/recorder.fixture.ts';
import { deviceRow } from '../uplink/batch-encode.ts';
import { decodeBatch } from './batch-decode.ts';

function encode(...records: readonly object[]): Buffer {
  return Buffer.from(records.map((record) => JSON.stringify(record)).join('\n'));
}

test('of several lines about one device the last one counts', () => {
  const id = newId<DeviceId>();
  const first = deviceRow(sampleDevice(id, 'OLD'));
  const last = deviceRow(sampleDevice(id, 'NEW'));
  const tombstone = { kind: 'tombstone', id };
  const renamed = decodeBatch(encode(first, tombstone, last));
  assert.deepEqual(renamed, { devices: [sampleDevice(id, 'NEW')], removed: [], actions: [] });
  const gone = decodeBatch(encode(first, last, tombstone));
  assert.deepEqual(gone, { devices: [], removed: [id], actions: [] });
});

test('an action keeps its hops in order', () => {
  const id = newId<ActionId>();
  const at = '2026-11-23T10:00:00.000Z';
  const hops = [
    { state: 'deliveredToSite', at, place: 'site', placeName: 'HQ1', reason: 'It came.' },
    { state: 'authorized', at, place: 'site', placeName: 'HQ1', reason: 'bob may.' },
  ] as const;
  const { actions } = decodeBatch(encode({ kind: 'action', id, hops, result: null }));
  assert.deepEqual(actions, [{ id, hops, result: null }]);
});

test('an empty batch is one: it moves the cursor past what is not uploaded', () => {
  assert.deepEqual(decodeBatch(Buffer.alloc(0)), { devices: [], removed: [], actions: [] });
});

test('the 29th of February counts in the years that have one', () => {
  const device = sampleDevice(newId<DeviceId>(), 'PC');
  const enrolled = (enrolledAt: string): Buffer => encode(deviceRow({ ...device, enrolledAt }));
  decodeBatch(enrolled('2024-02-29T00:00:00Z'));
  assert.throws(() => decodeBatch(enrolled('2026-02-29T00:00:00Z')), /no time/);
  assert.throws(() => decodeBatch(enrolled('2026-04-31T00:00:00Z')), /no time/);
  assert.throws(() => decodeBatch(enrolled('0000-01-01T00:00:00Z')), /device\/16/);
});

test('whatever a line holds, it is taken or refused by name', () => {
  const device = sampleDevice(newId<DeviceId>(), 'PC');
  const nearlyDevice = fc.tuple(
    ...deviceRow(device).map((value) =>
      fc.oneof({ weight: 20, arbitrary: fc.constant(value) }, fc.jsonValue()),
    ),
  );
  const nearlyOther = fc.record({
    kind: fc.constantFrom('device', 'tombstone', 'action', 'other'),
    id: fc.oneof(fc.constant(device.id), fc.string({ unit: 'binary' })),
    hops: fc.oneof(fc.constant([]), fc.jsonValue()),
    result: fc.constant(null),
  });
  const nearly = fc.oneof(nearlyDevice, nearlyOther);
  const body = fc.oneof(
    fc.array(nearly, { maxLength: 3 }).map((records) => encode(...records)),
    fc.array(fc.json()).map((lines) => Buffer.from(lines.join('\n'))),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  );
  fc.assert(
    fc.property(body, (bytes) => {
      try {
        decodeBatch(bytes);
      } catch (error) {
        assert.ok(
          error instanceof MoorlineError && error.code.startsWith('uplink.batch_'),
          String(error),
        );
      }
    }),
    { numRuns: 300 },
  );
});
