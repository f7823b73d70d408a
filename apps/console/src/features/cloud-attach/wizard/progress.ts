import type { CloudAttach, UploadState } from '@moorline/contracts/admin';

/** Whether everything in scope has reached the tenant once: then the wizard has nothing more to wait for. */
export function isConfigured(attachment: CloudAttach, upload: UploadState): boolean {
  return upload.phase !== 'paused' && isSynced(attachment, upload);
}

/** Whether the wizard attached this site and was left before the upload was started. */
export function isUnfinished(attachment: CloudAttach, upload: UploadState): boolean {
  return (
    attachment.state === 'attached' && upload.phase === 'paused' && !isSynced(attachment, upload)
  );
}

/** A full synchronization from before this attachment is none of it. */
function isSynced(
  { state, attachedDateTime }: CloudAttach,
  { lastFullSyncDateTime }: UploadState,
): boolean {
  return (
    state === 'attached' &&
    attachedDateTime !== null &&
    lastFullSyncDateTime !== null &&
    Date.parse(lastFullSyncDateTime) >= Date.parse(attachedDateTime)
  );
}
