import type { CloudAttach } from '@moorline/contracts/admin';
import { countChanges, type Database } from '@moorline/db';
import type { AuthorityId } from '@moorline/kernel';
import type { AttachmentStore } from './attachment-store.ts';
import { UPLOAD_TOPICS } from './batch-encode.ts';
import type { UploadCursors } from './cursor-store.ts';
import type { Departures } from './departures.ts';
import { gatewayOf } from './endpoints/survey.ts';
import type { Route } from './proxy/route.ts';
import type { StatusStore } from './status-store.ts';
import type { DepartureRow } from './tables.ts';

/** Everything that GET cloudAttach shows, from what is stored and what is known of the uplink. */
export function createCloudAttachReader(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly attachments: AttachmentStore;
  readonly cursors: UploadCursors;
  readonly departures: Pick<Departures, 'last'>;
  readonly route: Route;
  readonly status: Pick<StatusStore, 'read'>;
}): () => Promise<CloudAttach> {
  const { authorityId, database, attachments, cursors, departures, route } = deps;

  return async () => {
    const cursor = await cursors.read();
    return database.read(authorityId, async (tx) => {
      const attachment = await attachments.read(tx);
      const pendingChanges = attachment
        ? await countChanges(tx, { topics: UPLOAD_TOPICS, after: cursor.acknowledged })
        : 0;
      const linked = await attachments.links(tx);
      const last = await departures.last(tx);
      const status = deps.status.read();
      return {
        state: attachment ? 'attached' : 'notAttached',
        connected: status.connected,
        statusReason: status.uploadProblem ?? status.reason,
        transport: status.transport,
        proxy: attachment ? proxyOf(attachment.tenant_url, route) : null,
        tenantName: attachment?.tenant_name ?? null,
        tenantUrl: attachment?.tenant_url ?? null,
        connectorId: attachment?.connector_id ?? null,
        attachedDateTime: attachment?.attached_at.toISOString() ?? null,
        lastUploadDateTime: cursor.last_upload_at?.toISOString() ?? null,
        pendingChanges,
        lastDetached: last
          ? {
              tenantName: last.tenant_name,
              detachedDateTime: last.detached_at.toISOString(),
              detachedBy: last.detached_by,
              isTenantTold: last.told_at !== null,
              problem: last.problem,
            }
          : null,
        linkedAdministrators: linked.map((link) => ({
          tenantUserId: link.tenant_user_id,
          tenantUserName: link.tenant_user_name,
          localUserName: link.local_user_name,
        })),
      };
    });
  };
}

/** One sentence: that this site is attached to nobody, and who ended what was. */
export function notAttachedReason(last: DepartureRow | undefined): string {
  const what = 'attach this site with a join token.';
  if (!last) return `Not attached to a tenant: ${what}`;
  const by = last.detached_by === last.tenant_name ? 'by the tenant' : `by ${last.detached_by}`;
  return `Not attached to a tenant: detached from ${last.tenant_name} ${by}. To attach it again, to that tenant or another, ${what}`;
}

function proxyOf(tenantUrl: string, route: Route): string | null {
  return route.proxyTo(gatewayOf(tenantUrl))?.name ?? null;
}
