export { createDevices, type Devices, requireDevice } from './devices.ts';
export { MANAGED_DEVICE } from './entity.ts';
export { deviceErrors } from './errors.ts';
export { heldDevices } from './held-devices.ts';
export { DEVICES_MIGRATIONS } from './migrations.ts';
export { MANAGED_DEVICE_OVERVIEW, OVERVIEW_TYPES } from './overview-entity.ts';
export { namesOfOwn } from './own-names.ts';
export type { Presence } from './presence.ts';
export type { DeviceRow } from './present.ts';
export { deviceRoutes, deviceTag } from './routes.ts';
export {
  insertEnrolled,
  loadOwn,
  lockDevices,
  lockOwn,
  writeBlocked,
  writeCertificateExpiry,
} from './store.ts';
export { digestBuckets, digestDevices } from './upload-digest.ts';
export {
  noteDifference,
  noteTold,
  previewSelected,
  readSelected,
  type Told,
} from './upload-selection.ts';
export { type SummaryChange, writeSummaries } from './write-summaries.ts';
