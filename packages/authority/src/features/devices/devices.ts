import type { Bus } from '@moorline/bus';
import type { QueryOptions } from '@moorline/codecs/odata';
import type { ManagedDevice, ManagedDeviceOverview } from '@moorline/contracts/admin';
import { type Database, sqlOf } from '@moorline/db';
import { type Clock, type ConnectorId, type DeviceId, isUuid, type Logger } from '@moorline/kernel';
import { type Actor, reachOf } from '@moorline/model';
import type {
  RemoteAuthorities,
  StagedDevices,
  Transaction,
  UploadSink,
  UploadSource,
} from '@moorline/model/ports';
import { sql } from 'kysely';
import type { ListPage } from '../../listing/list.ts';
import { managementAgents, type Profile } from '../../profile.ts';
import { announce } from '../../topics.ts';
import { authorize, authorizeDevice } from '../access/index.ts';
import type { Refusals } from '../refusals/index.ts';
import { createDeviceDirectory, type DeviceDirectory } from './directory/directory.ts';
import { deviceErrors } from './errors.ts';
import { countMatching, DEFAULT_ORDER, listDevices } from './list.ts';
import { overviewOf, readGroups } from './overview.ts';
import { createPresence, type Presence } from './presence.ts';
import { type DeviceRow, managedDevice, type Presentation } from './present.ts';
import { deleteDevices, loadDevice, readTotals } from './store.ts';
import { digestBuckets, digestDevices } from './upload-digest.ts';
import { stageUploaded, writeUploaded } from './upload-sink.ts';
import { readUploaded } from './upload-source.ts';

/** The devices that the authority knows: its own, and those that others upload. */
export interface Devices {
  /** @throws `access.denied`, `odata.skiptoken_invalid` */
  list(actor: Actor, options: QueryOptions): Promise<ListPage<ManagedDevice>>;
  /** @throws `access.denied`, `devices.not_found` */
  get(actor: Actor, id: string): Promise<ManagedDevice>;
  /** @throws `access.denied` */
  count(actor: Actor, options: QueryOptions): Promise<number>;
  /** Totals of all devices, of one moment. @throws `access.denied` */
  overview(actor: Actor): Promise<ManagedDeviceOverview>;
  /** The row as the API shows it. */
  present(row: DeviceRow): ManagedDevice;
  /** How many devices each connector has uploaded. */
  countsByOrigin(): Promise<ReadonlyMap<ConnectorId, number>>;
  /** How many devices are managed here. */
  ownCount(): Promise<number>;
  /** How many of these have been in contact since (ms since 1970). */
  ownCountSince(since: number): Promise<number>;
  readonly presence: Presence;
  /** The copy in memory from which lists and totals are answered once it runs. */
  readonly directory: Pick<DeviceDirectory, 'run' | 'isLoaded'>;
  readonly uploadSource: Pick<UploadSource, 'readDevices'>;
  readonly uploadSink: Pick<UploadSink, 'stageDevices' | 'digestBuckets' | 'digestDevices'>;
  /** Removes devices of this origin that are there, and tells who watches; answers which were. */
  remove(
    tx: Transaction,
    origin: ConnectorId | null,
    ids: readonly DeviceId[],
  ): Promise<readonly DeviceId[]>;
}

export function createDevices(deps: {
  readonly profile: Profile;
  readonly database: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly remotes: RemoteAuthorities | null;
  readonly refusals: Refusals;
}): Devices {
  const { profile, database, bus, clock, remotes, refusals } = deps;
  const { authorityId } = profile;
  const agents = managementAgents(profile);
  const presence = createPresence({ ...deps, authorityId });
  const directory = createDeviceDirectory({
    ...deps,
    authorityId,
    agents,
    defaultOrder: DEFAULT_ORDER,
  });
  const lists = { authorityId, database, directory };
  /** Connectors whose last devices were new to this authority, all of them. */
  const growing = new Set<ConnectorId>();
  const presentation = (): Presentation => ({
    agents,
    now: clock.now(),
    originName: (origin) => remotes?.describe(origin as ConnectorId).name ?? origin,
    notUploaded: (origin) => remotes?.describe(origin as ConnectorId).notUploaded ?? [],
  });

  return {
    present: (row) => managedDevice(row, presentation()),
    presence,
    directory,
    async list(actor, options) {
      authorize(actor, 'devices.read');
      return listDevices(lists, options, presentation(), reachOf(actor, 'devices.read'));
    },
    async get(actor, id) {
      const row = await database.read(authorityId, async (tx) => {
        const device = await requireDevice(tx, id);
        await authorizeDevice(tx, actor, 'devices.read', device, () =>
          deviceErrors.notFound({ id: id.slice(0, 64) }),
        );
        return device;
      });
      return managedDevice(row, presentation());
    },
    async count(actor, options) {
      authorize(actor, 'devices.read');
      return countMatching(lists, options, presentation(), reachOf(actor, 'devices.read'));
    },
    async overview(actor) {
      authorize(actor, 'devices.read');
      const present = presentation();
      const reach = reachOf(actor, 'devices.read');
      // Totals are by connector already; of collections only the table knows the members.
      const isByOrigin = reach === null || reach?.groups.length === 0;
      const groups =
        (isByOrigin ? await directory.groups(present.now) : null) ??
        (await database.read(authorityId, (tx) => readGroups(tx, present.now, reach)));
      const reached = groups.filter(
        ({ origin }) => reach === null || !isByOrigin || reach?.origins.includes(origin ?? ''),
      );
      return overviewOf(authorityId, reached, present);
    },
    async countsByOrigin() {
      const totals = await database.read(authorityId, readTotals);
      return new Map(
        totals.flatMap(({ origin, total }) => (origin === null ? [] : [[origin, total] as const])),
      );
    },
    async ownCount() {
      const totals = await database.read(authorityId, readTotals);
      return totals.find(({ origin }) => origin === null)?.total ?? 0;
    },
    async ownCountSince(since) {
      const { rows } = await database.read(authorityId, (tx) =>
        sql<{ count: number }>`select count(*)::int as count from devices
          where authority_id = ${authorityId} and origin is null
            and last_contact_at >= ${new Date(since)}`.execute(sqlOf(tx)),
      );
      return rows[0]?.count ?? 0;
    },
    uploadSource: {
      readDevices: (ids) => database.read(authorityId, (tx) => readUploaded(tx, ids)),
    },
    uploadSink: {
      digestBuckets: (tx, origin) => digestBuckets(tx, { origin }),
      digestDevices: (tx, origin, buckets) => digestDevices(tx, { origin }, buckets),
      async stageDevices(tx, list): Promise<StagedDevices> {
        const staged = await stageUploaded(tx, list, clock.now());
        return {
          async apply(origin) {
            const { changed, foreign, added } = await writeUploaded(tx, origin, staged, {
              areLikelyNew: growing.has(origin),
            });
            // A first upload goes on with devices that are not there, and a repeated one with those that are.
            if (added === staged.ids.length) growing.add(origin);
            else growing.delete(origin);
            announce(bus, tx, 'device', changed, { uploadable: false });
            if (foreign.length === 0) return;
            tx.afterCommit(() =>
              refusals.record({
                activity: 'devices.upload',
                code: 'devices.of_another_origin',
                actor: remotes?.describe(origin).name ?? origin,
                target: origin,
                details: { devices: foreign.length, first: foreign.slice(0, 20) },
              }),
            );
          },
        };
      },
    },
    async remove(tx, origin, ids) {
      const removed = await deleteDevices(tx, origin, ids);
      announce(bus, tx, 'device', removed, { uploadable: origin === null });
      tx.afterCommit(() => {
        for (const id of removed) presence.forget(id);
      });
      return removed;
    },
  };
}

/** The device's row. @throws `devices.not_found` also for what is no id at all */
export async function requireDevice(
  tx: Transaction,
  id: string,
  options: { readonly lock?: boolean } = {},
): Promise<DeviceRow> {
  const row = isUuid(id) ? await loadDevice(tx, id, options) : undefined;
  if (!row) throw deviceErrors.notFound({ id: id.slice(0, 64) });
  return row;
}
