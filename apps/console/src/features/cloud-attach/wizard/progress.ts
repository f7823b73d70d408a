import type { CloudAttach, UploadState } from '@moorline/contracts/admin';

/** Whether everything in scope has reached the tenant once: then the wizard has nothing more to wait for. */
export function isConfigured(attachment: CloudAttach, upload: UploadState): boolean {
  return (
    attachment.state === 'attached' &&
    upload.phase !== 'paused' &&
    upload.lastFullSyncDateTime !== null
  );
}

/** Whether the wizard attached this site and was left before the upload was started. */
export function isUnfinished(attachment: CloudAttach, upload: UploadState): boolean {
  return (
    attachment.state === 'attached' &&
    upload.phase === 'paused' &&
    upload.lastFullSyncDateTime === null
  );
}
