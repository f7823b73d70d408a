export { createDownlink, type Downlink, type DownlinkDeps } from './downlink/downlink.ts';
export { DOWNLINK_MIGRATIONS } from './downlink/migrations.ts';
export type { AuditRecord, Authorize, RecordAudit } from './ports.ts';
export { CHANGE_LOG, LIVE } from './topics.ts';
export type { Attached, LocalUser } from './uplink/attach.ts';
export { UPLINK_AFTER_RESTORE, UPLINK_MIGRATIONS } from './uplink/migrations.ts';
export {
  type ProxyOptions,
  type ProxySettings,
  readProxySettings,
} from './uplink/proxy/proxy-settings.ts';
export type { UplinkStatus } from './uplink/status-store.ts';
export { createUplink, type Uplink, type UplinkDeps } from './uplink/uplink.ts';
