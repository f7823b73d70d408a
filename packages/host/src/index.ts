export { type BackupOptions, backupHost } from './backup/backup.ts';
export { type RestoreOptions, restoreHost } from './backup/restore.ts';
export type { HostConfig, ProxyConfig } from './config.ts';
export type { HostIdentity, HostKind } from './data-folder.ts';
export {
  type FederationHalf,
  type Host,
  type HostContext,
  type HostDeps,
  type HostProfile,
  hostMigrations,
  startHost,
} from './host.ts';
export type { HostMessage, HostReady, HostRequest } from './process-contract.ts';
export { runHostProcess } from './run-process.ts';
export { VERSION } from './version.ts';
