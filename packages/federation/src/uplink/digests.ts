import {
  DIGEST_BUCKETS_AT_ONCE,
  DIGEST_FORMAT,
  DigestsAnswer,
  FEDERATION_PATHS,
  isPosition,
} from '@moorline/contracts/federation';
import { changedKeys, type Database, oneMoment } from '@moorline/db';
import { type AuthorityId, type DeviceId, isUuid } from '@moorline/kernel';
import {
  DIGEST_BUCKETS,
  type Transaction,
  type UploadSelection,
  type UploadSource,
} from '@moorline/model/ports';
import { Compile } from 'typebox/compile';
import { siteAttachErrors } from './errors.ts';
import { problemOf } from './problem.ts';
import type { TenantClient } from './tenant-client.ts';

/** What a comparison found. */
export interface Comparison {
  readonly differing: readonly number[];
  /** Buckets that were not compared: their devices were changing. */
  readonly skipped: ReadonlySet<number>;
  /** Devices of this site that the tenant lacks or holds otherwise. */
  readonly changed: readonly DeviceId[];
  /** Devices that the tenant has of this site and should not. */
  readonly departed: readonly DeviceId[];
}

const ANSWER_BYTES = 32 * 1024 * 1024;
const answerOf = Compile(DigestsAnswer);

/**
 * Compares what this site tells with what the tenant holds: bucket by bucket, and where those differ device by device.
 * Nothing waits for it. What the tenant had not applied when it looked is left out, so only what went wrong differs.
 * @throws the tenant's refusals; what a connection throws
 */
export function createCompareDigests(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly source: () => UploadSource;
}): (
  client: TenantClient,
  epoch: string,
  selection: UploadSelection,
  signal: AbortSignal,
) => Promise<Comparison> {
  const { authorityId, database } = deps;

  /** In one moment: what is here, and which devices the tenant need not have yet. */
  const here = <T>(
    cursor: string,
    read: (tx: Transaction, source: UploadSource) => Promise<T>,
  ): Promise<{ readonly held: T; readonly underWay: ReadonlySet<string> }> =>
    database.read(authorityId, async (tx) => {
      await oneMoment(tx);
      const underWay = await changedKeys(tx, { topics: ['device', 'departure'], after: cursor });
      return { held: await read(tx, deps.source()), underWay };
    });

  return async (client, epoch, selection, signal) => {
    const ask = async (buckets?: readonly number[]): Promise<DigestsAnswer> => {
      const body = { format: DIGEST_FORMAT, epoch, ...(buckets && { buckets }) };
      const answer = await client.post(FEDERATION_PATHS.digests, JSON.stringify(body), {
        signal,
        answerBytes: ANSWER_BYTES,
      });
      if (answer.status !== 200) throw problemOf(answer);
      if (!answerOf.Check(answer.body) || !isPosition(answer.body.cursor)) {
        throw siteAttachErrors.tenantAnswerMalformed({ url: 'the gateway of the tenant' });
      }
      return answer.body;
    };

    const there = await ask();
    const { held, underWay } = await here(there.cursor, (tx, source) =>
      source.digestBuckets(tx, selection),
    );
    const touched = new Set([...underWay].map(bucketOf));
    const theirs = new Map(there.buckets.map(([bucket, ...rest]) => [bucket, rest.join(' ')]));
    const ours = new Map(held.map((one) => [one.bucket, `${one.devices} ${one.digest}`]));
    const differing = Array.from({ length: DIGEST_BUCKETS }, (_, bucket) => bucket).filter(
      (bucket) => !touched.has(bucket) && ours.get(bucket) !== theirs.get(bucket),
    );
    const changed: DeviceId[] = [];
    const departed: DeviceId[] = [];
    for (let start = 0; start < differing.length; start += DIGEST_BUCKETS_AT_ONCE) {
      const buckets = differing.slice(start, start + DIGEST_BUCKETS_AT_ONCE);
      const detail = await ask(buckets);
      const own = await here(detail.cursor, (tx, source) =>
        source.digestDevices(tx, selection, buckets),
      );
      const told = new Map<string, string>(detail.devices);
      for (const { id, digest } of own.held) {
        if (told.get(id) !== digest && !own.underWay.has(id)) changed.push(id);
        told.delete(id);
      }
      for (const id of told.keys()) {
        // What is no id of a device must not get into the log. A UUID is all that a DeviceId promises.
        if (isUuid(id) && !own.underWay.has(id)) departed.push(id as DeviceId);
      }
    }
    return { differing, skipped: touched, changed, departed };
  };
}

/** The bucket of a device, as both ends count it: the last ten bits of its id. */
function bucketOf(id: string): number {
  return Number.parseInt(id.slice(-3), 16) & (DIGEST_BUCKETS - 1);
}
