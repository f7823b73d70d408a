export { type DumpHead, type DumpPart, dumpDatabase } from './backup/dump.ts';
export { type DatabaseLoad, loadDatabase } from './backup/load.ts';
export { binaryArray } from './bulk/binary-array.ts';
export { type CopyRows, copyInto, stageRows } from './bulk/copy-into.ts';
export { copyOut } from './bulk/copy-out.ts';
export { runCopy } from './bulk/copy-query.ts';
export { type CopyValue, copyLine } from './bulk/copy-text.ts';
export { type RecordColumns, recordset } from './bulk/recordset.ts';
export { selectTexts } from './bulk/select-texts.ts';
export { type Database, type DatabaseOptions, openDatabase } from './database.ts';
export type { ServerSettings } from './embedded/postmaster.ts';
export {
  type ConnectionSettings,
  type EmbeddedServer,
  type EmbeddedServerOptions,
  removeCluster,
  startEmbeddedServer,
} from './embedded/server.ts';
export { dbErrors } from './errors.ts';
export type { Migration } from './migrations.ts';
export {
  appendChanges,
  type ChangeEntry,
  type ChangePage,
  changedKeys,
  countChanges,
  dropChanges,
  readChanges,
} from './outbox/outbox.ts';
export { OUTBOX_MIGRATIONS } from './outbox/outbox-migrations.ts';
export { secureTable } from './secure-table.ts';
export type { DatabaseSource } from './source.ts';
export {
  commitWithoutWaiting,
  type KyselyTransaction,
  oneMoment,
  sqlOf,
  type Transaction,
} from './transaction.ts';
export type { Work } from './transactor.ts';
export { unlessTaken } from './unless-taken.ts';
