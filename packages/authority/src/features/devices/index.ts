export { createDevices, type Devices, requireDevice } from './devices.ts';
export { MANAGED_DEVICE } from './entity.ts';
export { deviceErrors } from './errors.ts';
export { DEVICES_MIGRATIONS } from './migrations.ts';
export { MANAGED_DEVICE_OVERVIEW, OVERVIEW_TYPES } from './overview-entity.ts';
export { namesOfOwn } from './own-names.ts';
export type { Presence } from './presence.ts';
export type { DeviceRow } from './present.ts';
export { deviceRoutes, deviceTag } from './routes.ts';
export {
  insertEnrolled,
  loadOwn,
  lockOwn,
  lockDevices,
  writeBlocked,
  writeCertificateExpiry,
} from './store.ts';
export { type SummaryChange, writeSummaries } from './write-summaries.ts';
