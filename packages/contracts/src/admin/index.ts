export { CLIENT_SETTINGS, ClientSettings, DEFAULT_CLIENT_SETTINGS } from '../agent/desired.ts';
export { ActionAnswer } from './action.ts';
export {
  ActionSettings,
  ChangeActionSettings,
  DEFAULT_ACTION_SETTINGS,
} from './action-settings.ts';
export {
  BulkActionAnswer,
  BulkActionDevice,
  BulkManagedDeviceActionResult,
  ExecuteActionBody,
} from './bulk-action.ts';
export {
  AttachEndpoint,
  CheckPrerequisites,
  PREREQUISITE_STATUSES,
  Prerequisite,
  StatusMessage,
} from './cloud-attach-checks.ts';
export {
  CollectionDefinition,
  CollectionMember,
  CollectionRule,
  CollectionSample,
  CollectionWhatIf,
  ConfigManagerCollection,
  CreateCollection,
  MembershipExplanation,
  QueryCheck,
  QueryCompletionAnswer,
  QueryPosition,
  QueryText,
  UpdateCollection,
} from './collection.ts';
export {
  AttachRequest,
  CloudAttach,
  CONNECTOR_STATUSES,
  Connector,
  CreateEnrolmentToken,
  CreateJoinToken,
  CreateLinkedAdministrator,
  EnrolmentToken,
  JoinToken,
  LinkedAdministrator,
} from './connector.ts';
export {
  CONNECTOR_ASPECTS,
  ConnectorAspect,
  ConnectorDetail,
  ConnectorEvent,
  PauseConnectorUpload,
  ResyncConnector,
} from './connector-health.ts';
export { LIVE_TOPICS, type LiveEvent } from './events.ts';
export { Collection, type CollectionOf, GraphError, Problem } from './graph.ts';
export {
  InventoryClassAnswer,
  InventoryDifferenceAnswer,
  InventoryDocumentAnswer,
  InventoryHistoryAnswer,
  InventoryOverviewAnswer,
  InventoryRefreshAnswer,
  ManagedDevice,
  TriggerActionBody,
} from './managed-device.ts';
export { DeviceOperatingSystemSummary, ManagedDeviceOverview } from './managed-device-overview.ts';
export {
  ACTION_ID_HEADER,
  ADMIN_PATHS,
  CLIENT_REQUEST_ID_HEADER,
  CSRF_HEADER,
} from './paths.ts';
export {
  allowedActions,
  CreateRoleAssignment,
  CreateRoleDefinition,
  CreateRoleScopeTag,
  PermissionCeiling,
  ResourceOperation,
  RoleAssignment,
  RoleDefinition,
  RoleScopeTag,
  rolePermissionsOf,
  UpdateRoleAssignment,
  UpdateRoleDefinition,
  UpdateRoleScopeTag,
} from './roles.ts';
export {
  Administrator,
  ApiToken,
  AuditEvent,
  CreateAdministrator,
  CreateApiToken,
  CreateLinkBody,
  RedeemLinkBody,
  Session,
  SetPasswordBody,
  SignInBody,
  SignInLink,
  UpdateAdministrator,
} from './sign-in.ts';
export {
  AttachPlan,
  PlanAttach,
  PreviewUpload,
  ResyncUpload,
  UpdateUploadSettings,
  UploadCategories,
  UploadPreview,
  UploadScope,
  UploadSettings,
  UploadState,
} from './upload.ts';
