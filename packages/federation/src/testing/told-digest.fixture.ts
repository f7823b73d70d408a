import { createHash } from 'node:crypto';
import {
  type BucketDigest,
  type DeviceDigest,
  DIGEST_BUCKETS,
  type UploadedDevice,
} from '@moorline/model/ports';
import { deviceRow } from '../uplink/batch-encode.ts';

/** Digests of devices as both ends of the lab compute them: of the lines themselves. */
export function digestsOf(
  devices: readonly UploadedDevice[],
  buckets?: readonly number[],
): readonly DeviceDigest[] {
  return devices
    .filter(({ id }) => buckets === undefined || buckets.includes(bucketOf(id)))
    .map((device) => ({ id: device.id, digest: digestOf(device).toString() }));
}

export function bucketsOf(devices: readonly UploadedDevice[]): readonly BucketDigest[] {
  const buckets = new Map<number, { devices: number; digest: bigint }>();
  for (const device of devices) {
    const known = buckets.get(bucketOf(device.id)) ?? { devices: 0, digest: 0n };
    buckets.set(bucketOf(device.id), {
      devices: known.devices + 1,
      digest: known.digest ^ digestOf(device),
    });
  }
  return [...buckets].map(([bucket, { devices: count, digest }]) => ({
    bucket,
    devices: count,
    digest: digest.toString(),
  }));
}

function bucketOf(id: string): number {
  return Number.parseInt(id.slice(-3), 16) & (DIGEST_BUCKETS - 1);
}

function digestOf(device: UploadedDevice): bigint {
  return createHash('sha256')
    .update(JSON.stringify(deviceRow(device)))
    .digest()
    .readBigInt64BE(0);
}
