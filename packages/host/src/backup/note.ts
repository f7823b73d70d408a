import type { DumpHead } from '@moorline/db';
import type { HostIdentity } from '../data-folder.ts';

/** What stands before the data of a backup, in this order: what it is, files, the database's tables, its end. */
export type BackupNote =
  | {
      readonly kind: 'backup';
      readonly identity: HostIdentity;
      readonly version: string;
      /** RFC 3339. */
      readonly madeAt: string;
    }
  | { readonly kind: 'file'; readonly path: string; readonly mode: number }
  | ({ readonly kind: 'database' } & DumpHead)
  | { readonly kind: 'table'; readonly name: string; readonly columns: readonly string[] }
  | { readonly kind: 'end' };
