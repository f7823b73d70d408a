import type { Bus } from '@moorline/bus';
import type { Database } from '@moorline/db';
import {
  type Clock,
  type ConnectorId,
  type Logger,
  MoorlineError,
  nearest,
  rfc3339,
} from '@moorline/kernel';
import { type Actor, type InventoryClass, reachOf } from '@moorline/model';
import type {
  DeviceAdministration,
  DeviceNudger,
  DevicePort,
  InventoryDifference,
  InventoryDocument,
  InventoryHistory,
  InventoryOverview,
  InventoryRowChange,
  RemoteAuthorities,
  StoredDocuments,
} from '@moorline/model/ports';
import type { Profile } from '../../profile.ts';
import { authorizeDevice, permissionHere, reachedOf } from '../access/index.ts';
import { deviceErrors, requireDevice } from '../devices/index.ts';
import type { Refusals } from '../refusals/index.ts';
import { checkDocuments, requireClass } from './check-documents.ts';
import { differenceOf } from './difference.ts';
import { inventoryErrors } from './errors.ts';
import { dayOf, maintainHistory } from './history.ts';
import { createPutDocuments } from './put-documents.ts';
import { HISTORY_DAYS, readAllRows, readDocument, readPeriods } from './read-document.ts';
import { createRefreshes } from './refreshes.ts';
import { masked } from './sensitive.ts';
import { readOverview } from './store.ts';

/** What devices report of themselves: the latest document of each class, and how it was on former days. */
export interface Inventory
  extends Pick<DevicePort, 'putDocuments'>,
    Pick<
      DeviceAdministration,
      | 'inventoryOverview'
      | 'inventoryDocument'
      | 'inventoryHistory'
      | 'inventoryDifference'
      | 'refreshInventory'
    > {
  /** Keeps the history's partitions, until the signal. */
  run(signal: AbortSignal): Promise<void>;
}

const MAX_TOP = 1000;
const MAX_CHANGES = 200;
const DAY_MS = 86_400_000;

export function createInventory(deps: {
  readonly profile: Profile;
  readonly database: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly refusals: Refusals;
  readonly remotes: RemoteAuthorities | null;
  readonly nudger: DeviceNudger;
  readonly logger: Logger;
}): Inventory {
  const { profile, database, bus, clock, refusals, remotes } = deps;
  const { authorityId } = profile;
  const store = createPutDocuments({ authorityId, database, bus, clock });

  const refreshes = createRefreshes(deps);

  /** Where the device's inventory is: here (null), or at the authority behind this connector; and what of it to show. */
  async function placeOf(
    actor: Actor,
    deviceId: string,
    permission: 'inventory.read' | 'devices.sync' = 'inventory.read',
  ): Promise<Place> {
    return database.read(authorityId, async (tx) => {
      const device = await requireDevice(tx, deviceId);
      const needed = permissionHere(remotes, device.origin, permission);
      await authorizeDevice(tx, actor, needed, device, () =>
        deviceErrors.notFound({ id: deviceId.slice(0, 64) }),
      );
      const sensitive = permissionHere(remotes, device.origin, 'inventory.readSensitive');
      const mayReadAll =
        actor.kind === 'system' ||
        (await reachedOf(tx, reachOf(actor, sensitive), [device]))(device);
      return { origin: device.origin as ConnectorId | null, online: device.online, mayReadAll };
    });
  }

  /** The day as the store knows it; null: now. @throws `inventory.day_invalid` */
  function dayWanted(day: string | null | undefined): string | null {
    if (day === null || day === undefined) return null;
    const at = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
    const now = clock.now();
    const isDay = dayOf(Number.isNaN(at) ? 0 : at) === day;
    if (!isDay || at > now || at < now - (HISTORY_DAYS + 1) * DAY_MS) {
      throw inventoryErrors.dayInvalid({ day: day.slice(0, 32), days: HISTORY_DAYS });
    }
    return day;
  }

  function absent(className: string, day: string | null): Error {
    if (day !== null) return inventoryErrors.dayUnknown({ className, day });
    return inventoryErrors.classNotReported({
      className,
      hint: 'It appears after the device’s next inventory, if its system has the class.',
    });
  }

  function remoteOf(origin: ConnectorId, deviceId: string): RemoteAuthorities {
    if (!remotes) throw deviceErrors.attached({ name: deviceId, origin });
    return remotes;
  }

  return {
    async putDocuments(device, documents): Promise<StoredDocuments> {
      const { deviceId } = device;
      try {
        const answer = await store({
          deviceId,
          documents: checkDocuments(documents, clock.now()),
        });
        refreshes.stored(deviceId, answer.stored);
        return answer;
      } catch (error) {
        if (error instanceof MoorlineError && error.kind === 'failure') {
          refusals.record(
            {
              activity: 'inventory.put_documents',
              code: error.code,
              actor: `device ${deviceId}`,
              target: deviceId,
              details: error.details,
            },
            error,
          );
        }
        throw error;
      }
    },

    async inventoryOverview(actor, deviceId): Promise<InventoryOverview> {
      const { origin } = await placeOf(actor, deviceId);
      if (origin) return remoteOf(origin, deviceId).inventoryOverview(origin, actor, deviceId);
      return database.read(authorityId, (tx) => readOverview(tx, deviceId));
    },

    async inventoryDocument(actor, deviceId, className, page): Promise<InventoryDocument> {
      const { origin, mayReadAll } = await placeOf(actor, deviceId);
      const wanted = { ...page, top: Math.min(page.top, MAX_TOP) };
      const shown = (document: InventoryDocument): InventoryDocument =>
        mayReadAll ? document : masked(document);
      if (origin) {
        const remote = remoteOf(origin, deviceId);
        return shown(await remote.inventoryDocument(origin, actor, deviceId, className, wanted));
      }
      const declared = requireClass(className, inventoryErrors.classNotReported);
      requireColumn(declared, page.orderBy?.column, mayReadAll);
      const day = dayWanted(page.day);
      const found = await database.read(authorityId, (tx) =>
        readDocument(tx, { deviceId, className: declared.name, day }, wanted),
      );
      if (!found) throw absent(declared.name, day);
      return shown(found);
    },

    async inventoryHistory(actor, deviceId, className): Promise<InventoryHistory> {
      const { origin } = await placeOf(actor, deviceId);
      if (origin) {
        return remoteOf(origin, deviceId).inventoryHistory(origin, actor, deviceId, className);
      }
      const { name } = requireClass(className, inventoryErrors.classNotReported);
      const today = dayOf(clock.now());
      const periods = await database.read(authorityId, (tx) =>
        readPeriods(tx, { deviceId, className: name }, today),
      );
      if (periods.length === 0) throw absent(name, null);
      return { className: name, periods };
    },

    async inventoryDifference(actor, deviceId, className, wanted): Promise<InventoryDifference> {
      const { origin, mayReadAll } = await placeOf(actor, deviceId);
      const page = { ...wanted, top: Math.min(wanted.top, MAX_CHANGES) };
      const shown = (answer: InventoryDifference): InventoryDifference =>
        mayReadAll ? answer : masked(answer);
      if (origin) {
        const remote = remoteOf(origin, deviceId);
        return shown(await remote.inventoryDifference(origin, actor, deviceId, className, page));
      }
      const declared = requireClass(className, inventoryErrors.classNotReported);
      const key = { deviceId, className: declared.name };
      const [from, to] = [dayWanted(wanted.from), dayWanted(wanted.to)];
      const [before, after] = await database.read(authorityId, async (tx) => [
        await readAllRows(tx, { ...key, day: from }),
        await readAllRows(tx, { ...key, day: to }),
      ]);
      if (!before) throw absent(declared.name, from);
      if (!after) throw absent(declared.name, to);
      const changes = differenceOf(declared, before, after);
      const countOf = (kind: InventoryRowChange['kind']): number =>
        changes.filter((change) => change.kind === kind).length;
      return shown({
        className: declared.name,
        from: wanted.from,
        to: wanted.to,
        added: countOf('added'),
        removed: countOf('removed'),
        changed: countOf('changed'),
        changes: changes.slice(page.skip, page.skip + page.top),
      });
    },

    async refreshInventory(actor, deviceId, className): Promise<{ readonly receivedAt: string }> {
      const { origin, online } = await placeOf(actor, deviceId, 'devices.sync');
      if (origin) {
        return remoteOf(origin, deviceId).refreshInventory(origin, actor, deviceId, className);
      }
      const { name } = requireClass(className, inventoryErrors.classUnknown);
      if (!online) throw inventoryErrors.deviceOffline();
      const { receivedAt } = await refreshes.ask(deviceId, name);
      return { receivedAt: rfc3339(receivedAt) };
    },

    run: (signal) => maintainHistory({ authorityId, database, clock, logger: deps.logger }, signal),
  };
}

interface Place {
  readonly origin: ConnectorId | null;
  readonly online: boolean;
  /** Sensitive columns, too. */
  readonly mayReadAll: boolean;
}

/** @throws `inventory.column_unknown` */
function requireColumn(
  declared: InventoryClass,
  column: string | undefined,
  mayReadAll: boolean,
): void {
  if (column === undefined) return;
  const sortable = declared.columns.filter(({ isSensitive }) => mayReadAll || !isSensitive);
  const names = sortable.map(({ name }) => name);
  if (names.includes(column)) return;
  const near = nearest(column.slice(0, 64), names);
  throw inventoryErrors.columnUnknown({
    className: declared.name,
    column: column.slice(0, 64),
    hint: near ? `Did you mean ${near}?` : 'GET inventoryClasses lists them all.',
  });
}
