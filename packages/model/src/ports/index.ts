export type { ActionFilePart, DeviceAdministration } from './admin-port.ts';
export type {
  ActionFilePiece,
  AuthenticatedDevice,
  DesiredDocument,
  DesiredState,
  DeviceAction,
  DeviceActionReport,
  DeviceNudge,
  DeviceNudger,
  DevicePort,
  EnrolRequest,
  IssuedIdentity,
  StateDocument,
  StoredDocuments,
} from './device-port.ts';
export type {
  InventoryDifference,
  InventoryDocument,
  InventoryHistory,
  InventoryOverview,
  InventoryPage,
  InventoryRowChange,
} from './inventory-port.ts';
export type { InventoryProvider } from './inventory-provider.ts';
export type {
  RemoteAction,
  RemoteActionQueue,
  RemoteAuthorities,
  RemoteCancel,
  RemoteCancelAnswer,
} from './remote-port.ts';
export type { Transaction } from './transaction.ts';
export {
  type BucketDigest,
  type ChangeTopic,
  type DeviceDigest,
  DIGEST_BUCKETS,
  type SelectedDevices,
  type StagedDevices,
  type UploadedAction,
  type UploadedDevice,
  type UploadSelection,
  type UploadSink,
  type UploadSource,
} from './upload-port.ts';
