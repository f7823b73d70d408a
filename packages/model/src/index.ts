export { type Actor, actorName, type RemoteUser } from './access/actor.ts';
export {
  type Grant,
  grantsOf,
  notHeld,
  permissionsOf,
  type Reach,
  reachOf,
} from './access/grants.ts';
export {
  PERMISSION_CATALOGUE,
  PERMISSIONS,
  type Permission,
  type PermissionDescription,
} from './access/permissions.ts';
export {
  BUILT_IN_ROLES,
  type BuiltInRole,
  DEFAULT_CEILING,
  isRelayed,
  ROLE_PERMISSIONS,
  ROLES,
  type Role,
} from './access/role.ts';
export {
  ACTION_STATES,
  type Action,
  type ActionCancellation,
  type ActionHop,
  type ActionResult,
  type ActionState,
  type AuthorityPlace,
  canMoveTo,
  type HopPlace,
  isFinalState,
  isWithDevice,
  PEER_PLACE,
} from './actions/action.ts';
export {
  ACTION_GROUPS,
  ACTION_KINDS,
  ACTION_PERMISSIONS,
  ACTION_TITLES,
  type ActionGroup,
  type ActionKind,
  BULK_ACTION_NAMES,
  ENDABLE_KINDS,
  GRAPH_ACTION_KINDS,
  MAX_BULK_DEVICES,
} from './actions/kinds.ts';
export {
  type Architecture,
  type ChassisType,
  type DeviceSummary,
  SUMMARY_CLASSES,
  SUMMARY_FIELDS,
  type SummaryClass,
  type SummarySource,
} from './devices/device-summary.ts';
export { MANAGEMENT_AGENT, type ManagedBy } from './devices/managed-by.ts';
export { summarize } from './devices/summarize.ts';
export { INVENTORY_CLASSES, inventoryClass } from './inventory/catalogue.ts';
export { applyRowDelta, type RowDelta, rowDelta } from './inventory/delta.ts';
export {
  type ColumnType,
  canonicalRows,
  canonicalText,
  checkRow,
  INVENTORY_CATEGORIES,
  type InventoryCategory,
  type InventoryClass,
  type InventoryColumn,
  type InventoryRow,
  type InventoryValue,
  orderRows,
  type Platform,
  type RowProblem,
  rowKey,
} from './inventory/inventory-class.ts';
export {
  UPLOAD_CATEGORIES,
  UPLOAD_PERMISSIONS,
  type UploadCategory,
  type UploadPermissions,
} from './upload/upload-settings.ts';
