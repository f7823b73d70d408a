import { defineErrors, type ErrorFactory } from '@moorline/kernel';

type Name =
  | 'folderUnwritable'
  | 'folderOfOther'
  | 'newerFormat'
  | 'identityUnreadable'
  | 'portInUse'
  | 'addressUnavailable'
  | 'backupNothing'
  | 'backupExists'
  | 'backupUnwritable'
  | 'backupUnreadable'
  | 'backupPassphrase'
  | 'backupOfOther'
  | 'restoreFolderTaken';

export const hostErrors: Readonly<Record<Name, ErrorFactory>> = defineErrors({
  folderUnwritable: {
    code: 'host.folder_unwritable',
    kind: 'failure',
    text: 'The data folder {folder} cannot be written ({reason}). Choose another one with --data DIR, or give this user the right to write it.',
  },
  folderOfOther: {
    code: 'host.folder_of_other',
    kind: 'failure',
    text: 'The data folder {folder} belongs to a {found}, not to a {wanted}. Choose another one with --data DIR.',
  },
  newerFormat: {
    code: 'host.newer_format',
    kind: 'failure',
    text: 'The data folder {folder} was written by a newer version of Moorline (format {found}; this one knows {known}). Update Moorline, or choose another folder with --data DIR.',
  },
  identityUnreadable: {
    code: 'host.identity_unreadable',
    kind: 'failure',
    text: 'The file {file} is damaged. Restore it from a backup, or choose another data folder with --data DIR.',
  },
  portInUse: {
    code: 'host.port_in_use',
    kind: 'failure',
    text: 'Port {port} on {address} is in use. Stop what uses it, or choose another with --port N (this host takes N-1, N and N+1).',
  },
  backupNothing: {
    code: 'host.backup_nothing',
    kind: 'failure',
    text: 'There is no {kind} in {folder}, so there is nothing to back up. Name its data folder with --data DIR.',
  },
  backupExists: {
    code: 'host.backup_exists',
    kind: 'failure',
    text: '{file} is there already and is not overwritten. Name a new file.',
  },
  backupUnwritable: {
    code: 'host.backup_unwritable',
    kind: 'failure',
    text: 'The backup {file} cannot be written ({reason}). Name a file in a folder with room that this user may write.',
  },
  backupUnreadable: {
    code: 'host.backup_unreadable',
    kind: 'failure',
    text: 'The backup {file} cannot be used: {reason}. Nothing was restored. Use another copy of it, or another backup.',
  },
  backupPassphrase: {
    code: 'host.backup_passphrase',
    kind: 'failure',
    text: 'The passphrase does not open {file}, or the file was changed. Nothing was restored. Give the passphrase that it was made with.',
  },
  backupOfOther: {
    code: 'host.backup_of_other',
    kind: 'failure',
    text: 'The backup {file} is that of a {found}, not of a {wanted}. Restore it with moorline {found} restore.',
  },
  restoreFolderTaken: {
    code: 'host.restore_folder_taken',
    kind: 'failure',
    text: 'The folder {folder} is not empty. A backup is restored into a new folder: name one with --data DIR.',
  },
  addressUnavailable: {
    code: 'host.address_unavailable',
    kind: 'failure',
    text: 'Cannot listen on {address}, port {port}: {reason}. Choose an address of this machine with --host ADDR and a port above 1023 with --port N.',
  },
});
