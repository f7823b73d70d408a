import {
  ACTION_ID_HEADER,
  ADMIN_PATHS,
  type InventoryClassAnswer,
  type InventoryDocumentAnswer,
  type InventoryOverviewAnswer,
  type ManagedDevice,
  type ManagedDeviceOverview,
  type TriggerActionBody,
} from '@moorline/contracts/admin';
import type { ActionKind } from '@moorline/model';
import { iterate, type Page, readPage } from './collection.ts';
import { AdminApiError } from './errors.ts';
import { type Filter, type ListOptions, listQuery } from './odata.ts';
import type { CallOptions, Transport } from './transport.ts';

export type DeviceField = keyof ManagedDevice;
export type InventoryClassOverview = InventoryOverviewAnswer['value'][number];

/** Devices and what is known of them. Every method: @throws AdminApiError */
export interface DevicesClient {
  /** One page. With `select`, only those members are there. */
  list<F extends DeviceField = DeviceField>(
    options?: ListOptions<F> & CallOptions,
  ): Promise<Page<Pick<ManagedDevice, F>>>;
  /** The page after one that `list` gave. */
  nextPage<F extends DeviceField = DeviceField>(
    nextLink: string,
    options?: CallOptions,
  ): Promise<Page<Pick<ManagedDevice, F>>>;
  /** Every match over all pages, as they are taken. */
  iterate<F extends DeviceField = DeviceField>(
    options?: ListOptions<F> & CallOptions,
  ): AsyncGenerator<Pick<ManagedDevice, F>, void, undefined>;
  get(id: string, options?: CallOptions): Promise<ManagedDevice>;
  /** How many match, or how many there are. */
  count(filter?: Filter, options?: CallOptions): Promise<number>;
  /** Totals of all devices: by operating system, activity, who manages them, and connector. */
  overview(options?: CallOptions): Promise<ManagedDeviceOverview>;
  /** Removes a device that this host manages: its certificate is revoked, its state deleted. */
  remove(id: string, options?: CallOptions): Promise<void>;
  /** Keeps a device out, or lets it in again; its state stays. */
  setBlocked(id: string, isBlocked: boolean, options?: CallOptions): Promise<void>;
  /** Asks for a device action; answers its id as soon as it is written down, before it runs. */
  triggerAction(id: string, action: ActionKind, options?: CallOptions): Promise<string>;
  /** Which classes the device has reported, with row counts and times. */
  inventory(id: string, options?: CallOptions): Promise<readonly InventoryClassOverview[]>;
  /** Rows of one class; `top` is 100 unless given, at most 1,000. */
  inventoryDocument(
    id: string,
    className: string,
    options?: { readonly skip?: number; readonly top?: number } & CallOptions,
  ): Promise<InventoryDocumentAnswer>;
  /** The catalogue of classes with their columns. */
  inventoryClasses(options?: CallOptions): Promise<readonly InventoryClassAnswer[]>;
}

export function createDevicesClient(transport: Transport): DevicesClient {
  const pathOf = (id: string): string => `${ADMIN_PATHS.managedDevices}/${encodeURIComponent(id)}`;
  return {
    list: (options = {}) =>
      readPage(transport, ADMIN_PATHS.managedDevices + listQuery(options), options),
    nextPage: (nextLink, options = {}) => readPage(transport, nextLink, options),
    iterate: (options = {}) =>
      iterate(transport, ADMIN_PATHS.managedDevices + listQuery(options), options),
    get: (id, options = {}) => transport.json(pathOf(id), options),
    async count(filter, options = {}) {
      const path = `${ADMIN_PATHS.managedDevices}/$count${listQuery({ filter })}`;
      const response = await transport.send(path, { ...options, accept: 'text/plain' });
      const count = Number(await response.text());
      if (!Number.isSafeInteger(count)) {
        throw new AdminApiError({
          code: 'client.unexpected_answer',
          message: 'The answer to $count is not a whole number.',
          status: response.status,
        });
      }
      return count;
    },
    overview: (options = {}) => transport.json(ADMIN_PATHS.managedDeviceOverview, options),
    async remove(id, options = {}) {
      await transport.send(pathOf(id), { ...options, method: 'DELETE' });
    },
    async setBlocked(id, isBlocked, options = {}) {
      const path = `${pathOf(id)}/${isBlocked ? 'block' : 'unblock'}`;
      await transport.send(path, { ...options, method: 'POST' });
    },
    async triggerAction(id, action, options = {}) {
      const body: TriggerActionBody = {
        configurationManagerAction: {
          '@odata.type': '#microsoft.graph.configurationManagerAction',
          action,
        },
      };
      const path = `${pathOf(id)}/triggerConfigurationManagerAction`;
      const response = await transport.send(path, { ...options, method: 'POST', body });
      const actionId = response.headers.get(ACTION_ID_HEADER);
      if (!actionId) {
        throw new AdminApiError({
          code: 'client.no_action_id',
          message: `The action was accepted, but its id is missing (header ${ACTION_ID_HEADER}). A proxy may have removed it; see the device's actions.`,
          status: response.status,
          requestId: response.headers.get('request-id'),
        });
      }
      return actionId;
    },
    async inventory(id, options = {}) {
      const path = `${pathOf(id)}/inventory`;
      return (await transport.json<InventoryOverviewAnswer>(path, options)).value;
    },
    inventoryDocument(id, className, options = {}) {
      const query = listQuery({ skip: options.skip, top: options.top });
      const path = `${pathOf(id)}/inventory/${encodeURIComponent(className)}${query}`;
      return transport.json(path, options);
    },
    async inventoryClasses(options = {}) {
      const path = ADMIN_PATHS.inventoryClasses;
      return (await readPage<InventoryClassAnswer>(transport, path, options)).items;
    },
  };
}
