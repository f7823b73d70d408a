import type { CreateLinkedAdministrator, LinkedAdministrator } from '@moorline/contracts/admin';
import type { Database } from '@moorline/db';
import { type AuthorityId, type Clock, isUuid, type UserId } from '@moorline/kernel';
import { type Actor, actorName, notHeld, permissionsOf } from '@moorline/model';
import type { RecordAudit } from '../ports.ts';
import { isStorableText } from '../text-safety.ts';
import type { AttachmentStore } from './attachment-store.ts';
import { siteAttachErrors } from './errors.ts';
import type { LinkRow } from './tables.ts';

/** As whom the tenant's administrators act here. A tenant's one who is linked to nobody can do nothing here. */
export interface LinkedAdministrators {
  list(): Promise<readonly LinkedAdministrator[]>;
  /**
   * Links, or links anew. Audited.
   * @throws `attach.not_attached`, `links.local_user_unknown`, `links.tenant_user_malformed`,
   *   `links.exceeds_own`
   */
  link(actor: Actor, body: CreateLinkedAdministrator): Promise<LinkedAdministrator>;
  /** Audited. @throws `links.not_found` */
  unlink(actor: Actor, tenantUserId: string): Promise<void>;
}

export function createLinkedAdministrators(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly attachments: AttachmentStore;
  readonly resolveLocalActor: (userId: UserId) => Promise<Actor | null>;
  readonly clock: Clock;
  readonly audit: RecordAudit;
}): LinkedAdministrators {
  const { authorityId, database, attachments, clock } = deps;
  return {
    async list() {
      return (await database.read(authorityId, attachments.links)).map(present);
    },

    async link(actor, body) {
      const { tenantUserId, localUserId, tenantUserName = tenantUserId } = body;
      if (!isUuid(tenantUserId) || !isStorableText(tenantUserName)) {
        throw siteAttachErrors.tenantUserMalformed();
      }
      const local = isUuid(localUserId)
        ? await deps.resolveLocalActor(localUserId as UserId) // a UUID is all that the brand promises
        : null;
      if (local?.kind !== 'user') throw siteAttachErrors.localUserUnknown({ userId: localUserId });
      const missing = notHeld(actor, permissionsOf(local));
      if (missing.length > 0) {
        throw siteAttachErrors.linkExceedsOwn({
          name: local.name,
          permissions: missing.join(', '),
        });
      }
      const now = clock.now();
      const row = {
        tenant_user_id: tenantUserId,
        tenant_user_name: tenantUserName,
        local_user_id: local.userId,
        local_user_name: local.name,
        linked_at: new Date(now),
      };
      await database.transaction(authorityId, async (tx) => {
        if (!(await attachments.read(tx))) throw siteAttachErrors.notAttached();
        await attachments.putLink(tx, row);
        await deps.audit(tx, {
          activity: 'cloudAttach.linkAdministrator',
          actor: actorName(actor),
          target: tenantUserId,
          result: 'success',
          details: { tenantUserName, localUserId: local.userId, localUserName: local.name },
          at: now,
        });
      });
      return present(row);
    },

    async unlink(actor, tenantUserId) {
      await database.transaction(authorityId, async (tx) => {
        if (!isUuid(tenantUserId) || !(await attachments.dropLink(tx, tenantUserId))) {
          throw siteAttachErrors.linkNotFound({ tenantUserId });
        }
        await deps.audit(tx, {
          activity: 'cloudAttach.unlinkAdministrator',
          actor: actorName(actor),
          target: tenantUserId,
          result: 'success',
          at: clock.now(),
        });
      });
    },
  };
}

function present(row: Omit<LinkRow, 'authority_id'>): LinkedAdministrator {
  return {
    tenantUserId: row.tenant_user_id,
    tenantUserName: row.tenant_user_name,
    localUserId: row.local_user_id,
    localUserName: row.local_user_name,
    linkedDateTime: row.linked_at.toISOString(),
  };
}
