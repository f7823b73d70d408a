import type { UploadState } from '@moorline/contracts/admin';
import { countChanges, type Database } from '@moorline/db';
import type { AuthorityId, Clock } from '@moorline/kernel';
import type { UploadSource } from '@moorline/model/ports';
import type { AttachmentStore } from './attachment-store.ts';
import { UPLOAD_TOPICS } from './batch-encode.ts';
import type { ConnectionState } from './connection.ts';
import type { UploadCursors } from './cursor-store.ts';
import type { Repair } from './repair.ts';
import type { UploadJournal } from './upload-journal.ts';
import { nextRunOf, type Permit, permitOf } from './upload-schedule.ts';
import { selectionOf, type UploadChoices } from './upload-settings.ts';

/** How the upload goes, from what is stored and what is known since the start. */
export function createUploadStateReader(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly attachments: AttachmentStore;
  readonly cursors: UploadCursors;
  readonly choices: Pick<UploadChoices, 'current'>;
  readonly journal: UploadJournal;
  readonly repair: Pick<Repair, 'state'>;
  readonly source: () => UploadSource;
  readonly clock: Clock;
  readonly status: () => ConnectionState & { readonly uploadProblem: string | null };
  readonly permit: () => Permit;
}): () => Promise<UploadState> {
  const { authorityId, database, attachments, cursors, journal, clock } = deps;

  /** The phase while an uplink is open. */
  const phaseOf = (permit: Permit, lagRows: number): Pick<UploadState, 'phase' | 'reason'> => {
    if (permit.kind === 'later') return { phase: permit.phase, reason: permit.reason };
    return lagRows === 0
      ? { phase: 'upToDate', reason: 'The tenant has everything that is to be uploaded.' }
      : { phase: 'uploading', reason: `${lagRows} changes are on their way.` };
  };

  return async () => {
    const { settings } = await deps.choices.current();
    const cursor = await cursors.read();
    const { attachment, lagRows } = await database.read(authorityId, async (tx) => ({
      attachment: await attachments.read(tx),
      lagRows: await countChanges(tx, { topics: UPLOAD_TOPICS, after: cursor.acknowledged }),
    }));
    const counts = await deps.source().previewDevices(selectionOf(settings), 0);
    const now = clock.now();
    const { connected, reason, uploadProblem } = deps.status();
    // Settings may have changed, and hours begun or ended, since the upload looked at them.
    const standing = permitOf(settings, { lastRunAt: null, restUntil: 0, now });
    const permit = standing.kind === 'later' ? standing : deps.permit();
    const since = journal.behindSince ?? cursor.last_upload_at?.getTime() ?? now;
    const phase: Pick<UploadState, 'phase' | 'reason'> = !attachment
      ? { phase: 'notAttached', reason: 'This site is not attached to a tenant.' }
      : connected
        ? phaseOf(permit, lagRows)
        : standing.kind === 'later' && standing.phase === 'paused'
          ? phaseOf(standing, lagRows)
          : { phase: 'notConnected', reason };
    return {
      ...phase,
      lagSeconds: lagRows === 0 || !attachment ? 0 : Math.max(0, Math.round((now - since) / 1000)),
      lagRows: attachment ? lagRows : 0,
      cursor: cursor.acknowledged,
      lastAckDateTime: cursor.last_upload_at?.toISOString() ?? null,
      nextRunDateTime: attachment ? nextRunOf(permit) : null,
      lastFullSyncDateTime: cursor.last_full_sync_at?.toISOString() ?? null,
      devicesInScope: counts.selected,
      devicesExcluded: counts.withheld,
      batches: [...journal.batches],
      digest: deps.repair.state,
      problem: uploadProblem,
    };
  };
}
