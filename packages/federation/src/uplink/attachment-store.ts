import { sqlOf } from '@moorline/db';
import type { AuthorityId } from '@moorline/kernel';
import type { Transaction } from '@moorline/model/ports';
import type { AttachmentRow, LinkRow, UplinkTables } from './tables.ts';

/** The site's one attachment and the links of its tenant's administrators; in the caller's transaction. */
export interface AttachmentStore {
  read(tx: Transaction): Promise<AttachmentRow | undefined>;
  put(tx: Transaction, row: Omit<AttachmentRow, 'authority_id'>): Promise<void>;
  renewed(
    tx: Transaction,
    change: Pick<AttachmentRow, 'certificate' | 'key_file' | 'renew_after'>,
  ): Promise<void>;
  /** With the links of its tenant's administrators: those of another tenant may have their ids. */
  remove(tx: Transaction): Promise<void>;
  links(tx: Transaction): Promise<readonly LinkRow[]>;
  link(tx: Transaction, tenantUserId: string): Promise<LinkRow | undefined>;
  putLink(tx: Transaction, row: Omit<LinkRow, 'authority_id'>): Promise<void>;
  /** False when there was none. */
  dropLink(tx: Transaction, tenantUserId: string): Promise<boolean>;
}

export function createAttachmentStore(authorityId: AuthorityId): AttachmentStore {
  return {
    read: (tx) =>
      sqlOf<UplinkTables>(tx)
        .selectFrom('attachments')
        .selectAll()
        .where('authority_id', '=', authorityId)
        .executeTakeFirst(),
    async put(tx, row) {
      const values = { ...row, relay_key: JSON.stringify(row.relay_key) as never };
      await sqlOf<UplinkTables>(tx)
        .insertInto('attachments')
        .values({ authority_id: authorityId, ...values })
        .onConflict((conflict) => conflict.column('authority_id').doUpdateSet(values))
        .execute();
    },
    async renewed(tx, change) {
      await sqlOf<UplinkTables>(tx)
        .updateTable('attachments')
        .set(change)
        .where('authority_id', '=', authorityId)
        .execute();
    },
    async remove(tx) {
      for (const table of ['linked_administrators', 'attachments'] as const) {
        await sqlOf<UplinkTables>(tx)
          .deleteFrom(table)
          .where('authority_id', '=', authorityId)
          .execute();
      }
    },
    links: (tx) =>
      sqlOf<UplinkTables>(tx)
        .selectFrom('linked_administrators')
        .selectAll()
        .where('authority_id', '=', authorityId)
        .orderBy('tenant_user_name')
        .orderBy('tenant_user_id')
        .execute(),
    link: (tx, tenantUserId) =>
      sqlOf<UplinkTables>(tx)
        .selectFrom('linked_administrators')
        .selectAll()
        .where('authority_id', '=', authorityId)
        .where('tenant_user_id', '=', tenantUserId)
        .executeTakeFirst(),
    async putLink(tx, row) {
      await sqlOf<UplinkTables>(tx)
        .insertInto('linked_administrators')
        .values({ authority_id: authorityId, ...row })
        .onConflict((conflict) =>
          conflict.columns(['authority_id', 'tenant_user_id']).doUpdateSet(row),
        )
        .execute();
    },
    async dropLink(tx, tenantUserId) {
      const [gone] = await sqlOf<UplinkTables>(tx)
        .deleteFrom('linked_administrators')
        .where('authority_id', '=', authorityId)
        .where('tenant_user_id', '=', tenantUserId)
        .execute();
      return (gone?.numDeletedRows ?? 0n) > 0n;
    },
  };
}
