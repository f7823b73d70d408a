import {
  type ActionSettings,
  ADMIN_PATHS,
  type BulkActionAnswer,
  type BulkActionDevice,
  type BulkManagedDeviceActionResult,
  type ChangeActionSettings,
  CLIENT_REQUEST_ID_HEADER,
  type ExecuteActionBody,
} from '@moorline/contracts/admin';
import type { ActionKind } from '@moorline/model';
import { iterate, type Page, readPage } from './collection.ts';
import type { CallOptions, Transport } from './transport.ts';

/** What a bulk action is to do, and to which devices: at most 5,000. */
export interface BulkActionRequest {
  readonly action: ActionKind;
  readonly deviceIds: readonly string[];
  /** RFC 3339; absent: the host's default from now. */
  readonly expiresAt?: string | undefined;
  /** A repeat with the same id answers the first; absent: each request is one of its own. */
  readonly requestId?: string | undefined;
}

/** Actions for many devices at once. Every method: @throws AdminApiError */
export interface BulkActionsClient {
  /** Answers when each device has been looked at, before anything runs. */
  execute(
    request: BulkActionRequest,
    options?: CallOptions,
  ): Promise<BulkManagedDeviceActionResult>;
  /** The newest, at most `top`; 50 unless given. */
  list(options?: { readonly top?: number } & CallOptions): Promise<readonly BulkActionAnswer[]>;
  get(id: string, options?: CallOptions): Promise<BulkActionAnswer>;
  /** What came of its devices, by their ids. */
  devices(id: string, options?: CallOptions): Promise<Page<BulkActionDevice>>;
  nextDevices(nextLink: string, options?: CallOptions): Promise<Page<BulkActionDevice>>;
  iterateDevices(id: string, options?: CallOptions): AsyncGenerator<BulkActionDevice, void>;
  /** Ends what of it has not ended; what came too late goes on. */
  cancel(id: string, options?: CallOptions): Promise<BulkActionAnswer>;
}

/** How long actions wait and are kept. Every method: @throws AdminApiError */
export interface ActionSettingsClient {
  get(options?: CallOptions): Promise<ActionSettings>;
  set(change: ChangeActionSettings, options?: CallOptions): Promise<ActionSettings>;
}

export function createBulkActionsClient(transport: Transport): BulkActionsClient {
  const pathOf = (id: string): string => `${ADMIN_PATHS.bulkActions}/${encodeURIComponent(id)}`;
  const devicesOf = (id: string): string => `${pathOf(id)}/devices?$top=200`;
  return {
    execute({ action, deviceIds, expiresAt, requestId }, options = {}) {
      const body: ExecuteActionBody = {
        actionName: action,
        deviceIds: [...deviceIds],
        ...(expiresAt === undefined ? {} : { expirationDateTime: expiresAt }),
      };
      return transport.json(ADMIN_PATHS.executeAction, {
        ...options,
        method: 'POST',
        body,
        ...(requestId === undefined ? {} : { headers: { [CLIENT_REQUEST_ID_HEADER]: requestId } }),
      });
    },
    async list({ top = 50, ...options } = {}) {
      const path = `${ADMIN_PATHS.bulkActions}?$top=${top}`;
      return (await readPage<BulkActionAnswer>(transport, path, options)).items;
    },
    get: (id, options = {}) => transport.json(pathOf(id), options),
    devices: (id, options = {}) => readPage(transport, devicesOf(id), options),
    nextDevices: (nextLink, options = {}) => readPage(transport, nextLink, options),
    iterateDevices: (id, options = {}) => iterate(transport, devicesOf(id), options),
    cancel: (id, options = {}) =>
      transport.json(`${pathOf(id)}/cancel`, { ...options, method: 'POST' }),
  };
}

export function createActionSettingsClient(transport: Transport): ActionSettingsClient {
  const path = ADMIN_PATHS.actionSettings;
  return {
    get: (options = {}) => transport.json(path, options),
    set: (change, options = {}) =>
      transport.json(path, { ...options, method: 'PATCH', body: change }),
  };
}
