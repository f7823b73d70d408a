import type { RemoteAuthorities } from '@moorline/model/ports';
import type { Deliveries } from './deliveries.ts';
import type { ConnectorDirectory } from './directory.ts';
import type { Relay } from './relay.ts';
import type { UplinkSessions } from './sessions.ts';

/** The attached authorities, as the engine of this one reaches them. */
export function createRemoteAuthorities(deps: {
  readonly directory: ConnectorDirectory;
  readonly sessions: UplinkSessions;
  readonly deliveries: Deliveries;
  readonly relay: Relay;
}): RemoteAuthorities {
  const { directory, sessions, deliveries, relay } = deps;
  return {
    describe: (origin) => ({
      name: directory.nameOf(origin),
      online: sessions.get(origin) !== undefined,
      ...directory.uploadOf(origin),
    }),
    actionsQueued: deliveries.wake,
    mayHave: deliveries.mayHave,
    async actionFile(origin, actor, id, { offset, length }) {
      const params = { actionId: id, offset, length };
      const { data, ...file } = await relay.request(origin, actor, 'actions.file', params);
      return { ...file, data: Buffer.from(data, 'base64') };
    },
    inventoryOverview: (origin, actor, deviceId) =>
      relay.request(origin, actor, 'inventory.overview', { deviceId }),
    // What an older site does not know is not named unless it is asked for.
    inventoryDocument: (origin, actor, deviceId, className, { skip, top, orderBy, day }) =>
      relay.request(origin, actor, 'inventory.document', {
        deviceId,
        className,
        skip,
        top,
        ...(orderBy ? { orderBy } : {}),
        ...(day ? { day } : {}),
      }),
    inventoryHistory: (origin, actor, deviceId, className) =>
      relay.request(origin, actor, 'inventory.history', { deviceId, className }),
    inventoryDifference: (origin, actor, deviceId, className, wanted) =>
      relay.request(origin, actor, 'inventory.difference', { deviceId, className, ...wanted }),
    refreshInventory: (origin, actor, deviceId, className) =>
      relay.request(origin, actor, 'inventory.refresh', { deviceId, className }),
  };
}
