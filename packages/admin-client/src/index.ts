export type { ActionsClient, FollowOptions } from './actions.ts';
export type {
  AdministratorsClient,
  AuditEventsClient,
  AuditVerification,
  ClientSettingsClient,
  ConnectorsClient,
  EnrolmentTokensClient,
  VersionedClientSettings,
} from './administration.ts';
export type {
  ActionSettingsClient,
  BulkActionRequest,
  BulkActionsClient,
} from './bulk-actions.ts';
export { type AdminClient, type AdminClientOptions, createAdminClient } from './client.ts';
export type { CloudAttachClient, VersionedUploadSettings } from './cloud-attach.ts';
export type { Page } from './collection.ts';
export type {
  CollectionChangeOptions,
  CollectionField,
  CollectionsClient,
  VersionedCollection,
} from './collections.ts';
export type {
  DeviceField,
  DevicesClient,
  InventoryClassOverview,
  InventoryPeriod,
} from './devices.ts';
export { AdminApiError, type AdminApiErrorDetails } from './errors.ts';
export type { LiveEventOptions } from './live-events.ts';
export {
  allOf,
  anyOf,
  compare,
  compareTime,
  type Filter,
  type FilterValue,
  type ListOptions,
  type OrderBy,
  odataLiteral,
  textFilter,
} from './odata.ts';
export type { RoleChangeOptions, RoleResourceClient, RolesClient } from './roles.ts';
export type { SignInClient, TokensClient } from './sign-in.ts';
export type { CallOptions, Fetch, TransportOptions } from './transport.ts';
