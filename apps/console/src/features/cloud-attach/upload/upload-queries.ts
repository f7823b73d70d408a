import type { PreviewUpload } from '@moorline/contracts/admin';
import { queryOptions } from '@tanstack/react-query';
import { client } from '../../../app/client.ts';

/** What is uploaded, when, and whose permissions decide, with its version. */
export const uploadSettingsQuery = queryOptions({
  queryKey: ['cloudAttach', 'uploadSettings'],
  queryFn: ({ signal }) => client.cloudAttach.uploadSettings({ signal }),
});

/** How the upload goes. Its lag moves on without an event: who shows it asks again. */
export const uploadStateQuery = queryOptions({
  queryKey: ['cloudAttach', 'upload'],
  queryFn: ({ signal }) => client.cloudAttach.upload({ signal }),
});

/** Exactly what would leave with these settings. */
export function uploadPreviewQuery(of: PreviewUpload) {
  return queryOptions({
    queryKey: ['cloudAttach', 'preview', of],
    queryFn: ({ signal }) => client.cloudAttach.previewUpload(of, { signal }),
    placeholderData: (before) => before,
    gcTime: 60_000,
  });
}
