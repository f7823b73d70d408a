import type { Bus } from '@moorline/bus';
import type { Database } from '@moorline/db';
import { type Clock, type ConnectorId, MoorlineError } from '@moorline/kernel';
import type { Actor } from '@moorline/model';
import type {
  DeviceAdministration,
  DevicePort,
  InventoryDocument,
  InventoryOverview,
  RemoteAuthorities,
  StoredDocuments,
} from '@moorline/model/ports';
import type { Profile } from '../../profile.ts';
import { authorizeDevice, permissionHere } from '../access/index.ts';
import { deviceErrors, requireDevice } from '../devices/index.ts';
import type { Refusals } from '../refusals/index.ts';
import { checkDocuments, requireClass } from './check-documents.ts';
import { inventoryErrors } from './errors.ts';
import { createPutDocuments } from './put-documents.ts';
import { readDocument, readOverview } from './store.ts';

/** What devices report of themselves: the latest document of each class. */
export interface Inventory
  extends Pick<DevicePort, 'putDocuments'>,
    Pick<DeviceAdministration, 'inventoryOverview' | 'inventoryDocument'> {}

const MAX_TOP = 1000;

export function createInventory(deps: {
  readonly profile: Profile;
  readonly database: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly refusals: Refusals;
  readonly remotes: RemoteAuthorities | null;
}): Inventory {
  const { profile, database, bus, clock, refusals, remotes } = deps;
  const { authorityId } = profile;
  const store = createPutDocuments({ authorityId, database, bus, clock });

  /** Where the device's inventory is: here (null), or at the authority behind this connector. */
  async function placeOf(actor: Actor, deviceId: string): Promise<ConnectorId | null> {
    const row = await database.read(authorityId, async (tx) => {
      const device = await requireDevice(tx, deviceId);
      const needed = permissionHere(remotes, device.origin, 'inventory.read');
      await authorizeDevice(tx, actor, needed, device, () =>
        deviceErrors.notFound({ id: deviceId.slice(0, 64) }),
      );
      return device;
    });
    return row.origin as ConnectorId | null;
  }

  function remoteOf(origin: ConnectorId, deviceId: string): RemoteAuthorities {
    if (!remotes) throw deviceErrors.attached({ name: deviceId, origin });
    return remotes;
  }

  return {
    async putDocuments(device, documents): Promise<StoredDocuments> {
      const { deviceId } = device;
      try {
        return await store({ deviceId, documents: checkDocuments(documents, clock.now()) });
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
      const origin = await placeOf(actor, deviceId);
      if (origin) return remoteOf(origin, deviceId).inventoryOverview(origin, actor, deviceId);
      return database.read(authorityId, (tx) => readOverview(tx, deviceId));
    },

    async inventoryDocument(actor, deviceId, className, page): Promise<InventoryDocument> {
      const origin = await placeOf(actor, deviceId);
      const wanted = { skip: page.skip, top: Math.min(page.top, MAX_TOP) };
      if (origin) {
        const remote = remoteOf(origin, deviceId);
        return remote.inventoryDocument(origin, actor, deviceId, className, wanted);
      }
      const { name } = requireClass(className, inventoryErrors.classNotReported);
      const found = await database.read(authorityId, (tx) =>
        readDocument(tx, deviceId, name, wanted),
      );
      if (!found) {
        throw inventoryErrors.classNotReported({
          className: name,
          hint: 'It appears after the device’s next inventory, if its system has the class.',
        });
      }
      return found;
    },
  };
}
