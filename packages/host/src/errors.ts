import { defineErrors, type ErrorFactory } from '@moorline/kernel';

type Name =
  | 'folderUnwritable'
  | 'folderOfOther'
  | 'newerFormat'
  | 'identityUnreadable'
  | 'portInUse'
  | 'addressUnavailable';

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
  addressUnavailable: {
    code: 'host.address_unavailable',
    kind: 'failure',
    text: 'Cannot listen on {address}, port {port}: {reason}. Choose an address of this machine with --host ADDR and a port above 1023 with --port N.',
  },
});
