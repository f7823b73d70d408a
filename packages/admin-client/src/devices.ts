import {
  ACTION_ID_HEADER,
  ADMIN_PATHS,
  type InventoryClassAnswer,
  type InventoryDifferenceAnswer,
  type InventoryDocumentAnswer,
  type InventoryHistoryAnswer,
  type InventoryOverviewAnswer,
  type InventoryRefreshAnswer,
  type ManagedDevice,
  type ManagedDeviceOverview,
  type TriggerActionBody,
} from '@moorline/contracts/admin';
import type { ActionKind } from '@moorline/model';
import { iterate, type Page, readPage } from './collection.ts';
import { AdminApiError } from './errors.ts';
import { type Filter, type ListOptions, listQuery, type OrderBy } from './odata.ts';
import type { CallOptions, Transport } from './transport.ts';

export type DeviceField = keyof ManagedDevice;
export type InventoryClassOverview = InventoryOverviewAnswer['value'][number];
export type InventoryPeriod = InventoryHistoryAnswer['value'][number];

/** Which rows of a class; `day` is `YYYY-MM-DD`, as it stood at the end of that day, UTC. */
export interface InventoryRowsOptions {
  readonly skip?: number;
  readonly top?: number;
  readonly orderBy?: OrderBy | undefined;
  readonly day?: string | undefined;
}

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
  triggerAction(
    id: string,
    action: ActionKind,
    options?: { readonly expiresAt?: string | undefined } & CallOptions,
  ): Promise<string>;
  /** Which classes the device has reported, with row counts and times. */
  inventory(id: string, options?: CallOptions): Promise<readonly InventoryClassOverview[]>;
  /** Rows of one class; `top` is 100 unless given, at most 1,000. */
  inventoryDocument(
    id: string,
    className: string,
    options?: InventoryRowsOptions & CallOptions,
  ): Promise<InventoryDocumentAnswer>;
  /** How a class was on the days that are kept, the present first. */
  inventoryHistory(
    id: string,
    className: string,
    options?: CallOptions,
  ): Promise<readonly InventoryPeriod[]>;
  /** Rows that differ between two days, or a day and now; `top` is 100 unless given, at most 200. */
  inventoryDifference(
    id: string,
    className: string,
    options: {
      readonly from: string;
      readonly to?: string | undefined;
      readonly skip?: number;
      readonly top?: number;
    } & CallOptions,
  ): Promise<InventoryDifferenceAnswer>;
  /** Asks the device itself; answers when what it sent is stored. */
  refreshInventory(
    id: string,
    className: string,
    options?: CallOptions,
  ): Promise<InventoryRefreshAnswer>;
  /** Path of the file with all rows of a class. */
  inventoryExportPath(
    id: string,
    className: string,
    options: { readonly format: 'csv' | 'json'; readonly day?: string | undefined },
  ): string;
  /** That file, its body unread. */
  exportInventory(
    id: string,
    className: string,
    options: { readonly format: 'csv' | 'json'; readonly day?: string | undefined } & CallOptions,
  ): Promise<Response>;
  /** The catalogue of classes with their columns. */
  inventoryClasses(options?: CallOptions): Promise<readonly InventoryClassAnswer[]>;
}

export function createDevicesClient(transport: Transport): DevicesClient {
  const pathOf = (id: string): string => `${ADMIN_PATHS.managedDevices}/${encodeURIComponent(id)}`;
  const pathOfClass = (id: string, className: string): string =>
    `${pathOf(id)}/inventory/${encodeURIComponent(className)}`;
  const inventoryExportPath: DevicesClient['inventoryExportPath'] = (id, className, options) =>
    withParameters(`${pathOfClass(id, className)}/export`, {
      format: options.format,
      day: options.day,
    });
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
    async triggerAction(id, action, { expiresAt, ...options } = {}) {
      const body: TriggerActionBody = {
        configurationManagerAction: {
          '@odata.type': '#microsoft.graph.configurationManagerAction',
          action,
        },
        ...(expiresAt === undefined ? {} : { expirationDateTime: expiresAt }),
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
      const { skip, top, orderBy, day } = options;
      const query = listQuery({ skip, top, ...(orderBy ? { orderBy: [orderBy] } : {}) });
      const path = pathOfClass(id, className) + query;
      return transport.json(withParameters(path, { day }), options);
    },
    async inventoryHistory(id, className, options = {}) {
      const path = `${pathOfClass(id, className)}/history`;
      return (await transport.json<InventoryHistoryAnswer>(path, options)).value;
    },
    inventoryDifference(id, className, options) {
      const { from, to, skip, top } = options;
      const path = `${pathOfClass(id, className)}/difference${listQuery({ skip, top })}`;
      return transport.json(withParameters(path, { from, to }), options);
    },
    refreshInventory: (id, className, options = {}) =>
      transport.json(`${pathOfClass(id, className)}/refresh`, { ...options, method: 'POST' }),
    inventoryExportPath,
    exportInventory: (id, className, options) =>
      transport.send(inventoryExportPath(id, className, options), { ...options, accept: '*/*' }),
    async inventoryClasses(options = {}) {
      const path = ADMIN_PATHS.inventoryClasses;
      return (await readPage<InventoryClassAnswer>(transport, path, options)).items;
    },
  };
}

/** The path with these parameters beside those that it has; absent ones are left out. */
function withParameters(
  path: string,
  parameters: Readonly<Record<string, string | undefined>>,
): string {
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  if (given.length === 0) return path;
  return `${path}${path.includes('?') ? '&' : '?'}${given.join('&')}`;
}
