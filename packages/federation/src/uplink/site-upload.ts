import type { UploadState } from '@moorline/contracts/admin';
import type { Database } from '@moorline/db';
import type { AuthorityId, Clock, Entropy, Logger } from '@moorline/kernel';
import type { UploadSource } from '@moorline/model/ports';
import type { RecordAudit } from '../ports.ts';
import { createActionProgress } from './action-progress.ts';
import type { AttachmentStore } from './attachment-store.ts';
import { createNextBatch } from './batch-encode.ts';
import type { UploadCursors } from './cursor-store.ts';
import { createCompareDigests } from './digests.ts';
import { siteAttachErrors } from './errors.ts';
import { createFullSync } from './full-sync.ts';
import { createRepair, type Repair } from './repair.ts';
import type { StatusStore } from './status-store.ts';
import { createUpload, type Upload } from './upload.ts';
import { createUploadJournal } from './upload-journal.ts';
import { nextRunOf, type Permit } from './upload-schedule.ts';
import { createUploadChoices, type UploadChoices, uploadGreeting } from './upload-settings.ts';
import { createUploadStateReader } from './upload-state.ts';
import { createWakeup, type Wakeup } from './wakeup.ts';

/** All of the upload: what leaves and when, its batches, and what makes both ends agree. */
export interface SiteUpload {
  readonly choices: UploadChoices;
  readonly upload: Upload;
  readonly repair: Repair;
  /** How it goes. */
  state(): Promise<UploadState>;
  /**
   * `full`: sends everything again; else compares, and sends what differs.
   * @throws `attach.not_attached`, and without `full` `upload.not_connected`, `upload.not_compared`
   */
  resync(full: boolean): Promise<void>;
  /** Something may have been appended to the change log. */
  wake(): void;
}

export function createSiteUpload(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly attachments: AttachmentStore;
  readonly cursors: UploadCursors;
  readonly source: () => UploadSource;
  readonly status: StatusStore;
  /** Woken when the tenant is to be greeted anew. */
  readonly attachmentChanged: Wakeup;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly logger: Logger;
  readonly audit: RecordAudit;
}): SiteUpload {
  const { authorityId, database, attachments, cursors, source, status, clock, logger } = deps;
  const changes = createWakeup(clock);
  const actionChanges = createWakeup(clock);
  let permit: Permit = { kind: 'now' };

  const wake = (): void => {
    journal.changed();
    changes.wake();
    actionChanges.wake();
  };
  const choices = createUploadChoices({
    ...deps,
    onChanged(before, after) {
      wake();
      status.announce();
      // What the tenant is told of them, it is told in the greeting.
      if (JSON.stringify(uploadGreeting(before)) !== JSON.stringify(uploadGreeting(after))) {
        deps.attachmentChanged.wake();
      }
    },
  });
  const journal = createUploadJournal({ clock, logger, nextRun: () => nextRunOf(permit) });
  const repair = createRepair({
    ...deps,
    choices,
    compareDigests: createCompareDigests({ authorityId, database, source }),
    reason: () => status.read().reason,
    onNoted: wake,
    onState: status.announce,
  });
  const upload = createUpload({
    ...deps,
    nextBatch: createNextBatch({ authorityId, database, source, choices }),
    wakeup: changes,
    choices,
    journal,
    meanwhile: createActionProgress({
      authorityId,
      database,
      source,
      wakeup: actionChanges,
      logger,
    }),
    onProgress: ({ problem }) => status.change({ uploadProblem: problem }),
    onPermit(next) {
      const isNews = JSON.stringify(next) !== JSON.stringify(permit);
      permit = next;
      if (isNews) status.announce();
    },
    onBegin: () => fullSync.connected(),
    onCaughtUp: () => fullSync.caughtUp(),
  });
  const fullSync = createFullSync({
    authorityId,
    database,
    cursors,
    source,
    choices,
    onNoted: wake,
    async onCaughtUp(wasFull) {
      repair.caughtUp();
      if (wasFull) status.announce();
    },
  });

  return {
    choices,
    upload,
    repair,
    state: createUploadStateReader({
      ...deps,
      choices,
      journal,
      repair,
      status: status.read,
      permit: () => permit,
    }),
    async resync(full) {
      if (!(await database.read(authorityId, attachments.read))) {
        throw siteAttachErrors.notAttached();
      }
      if (full) await fullSync.begin();
      else await repair.compare();
    },
    wake,
  };
}
