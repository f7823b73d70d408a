import type { Database } from '@moorline/db';
import type { AuthorityId, Clock } from '@moorline/kernel';
import type { RecordAudit } from '../ports.ts';
import type { AttachmentStore } from './attachment-store.ts';
import type { UploadCursors } from './cursor-store.ts';
import type { Departures } from './departures.ts';
import { siteAttachErrors } from './errors.ts';
import type { KeyFiles } from './key-files.ts';

/** Ends the attachment at this end. The site manages its devices as before, and may be attached again at once. */
export interface SiteDetach {
  /**
   * By an administrator of this site. The tenant is told at once, or when it can be reached.
   * @throws `attach.not_attached`
   */
  byAdministrator(name: string): Promise<void>;
  /** The tenant has ended this connector: nothing is left to be told. Does nothing when it is another by now. */
  byTenant(connectorId: string): Promise<void>;
}

export function createSiteDetach(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly attachments: AttachmentStore;
  readonly cursors: UploadCursors;
  readonly keys: KeyFiles;
  readonly departures: Departures;
  readonly clock: Clock;
  readonly audit: RecordAudit;
}): SiteDetach {
  const { authorityId, database, attachments, keys, clock } = deps;

  const end = async (
    isExpected: (connectorId: string) => boolean,
    by: string | null,
  ): Promise<boolean> => {
    const present = await database.read(authorityId, attachments.read);
    if (!present || !isExpected(present.connector_id)) return false;
    // Written before the attachment ends: a kill in between leaves a key too many, never one too few.
    const keyFile = by === null ? null : await keys.setAside(present.key_file);
    const actor = by ?? present.tenant_name;
    await database.transaction(authorityId, async (tx) => {
      await deps.departures.note(tx, present, { by: actor, keyFile });
      await attachments.remove(tx);
      await deps.cursors.restart(tx);
      await deps.audit(tx, {
        activity: by === null ? 'cloudAttach.detachedByTenant' : 'cloudAttach.detach',
        actor,
        target: present.connector_id,
        result: 'success',
        details: { tenantName: present.tenant_name, tenantUrl: present.tenant_url },
        at: clock.now(),
      });
    });
    await keys.remove(present.key_file);
    return true;
  };

  return {
    async byAdministrator(name) {
      if (!(await end(() => true, name))) throw siteAttachErrors.notAttached();
    },
    async byTenant(connectorId) {
      await end((id) => id === connectorId, null);
    },
  };
}
