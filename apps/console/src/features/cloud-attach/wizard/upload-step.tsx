import type { VersionedUploadSettings } from '@moorline/admin-client';
import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { usePermission } from '../../../app/session.tsx';
import { ErrorNotice, Loading } from '../../../ui/notices.tsx';
import { UnsavedChanges } from '../../../ui/unsaved-changes.tsx';
import { UploadConflict } from '../upload/upload-conflict.tsx';
import { UploadFields } from '../upload/upload-fields.tsx';
import { UploadPreviewSection } from '../upload/upload-preview.tsx';
import { uploadSettingsQuery } from '../upload/upload-queries.ts';
import { useUploadForm } from '../upload/use-upload-form.ts';
import { StepFrame } from './step-frame.tsx';

const INTRO =
  'Choose which devices the tenant sees, what of them, and when. The preview below is made of the very rows that would leave. All of it can be changed later.';

/** What leaves the site; saved at the site when one goes on. */
export function UploadStep() {
  const { data, error, refetch } = useQuery(uploadSettingsQuery);
  if (data) return <UploadStepForm saved={data} />;
  return (
    <StepFrame
      step="upload"
      intro={INTRO}
      next={{ label: 'Next', reason: 'The settings are not read yet.' }}
    >
      {error ? (
        <ErrorNotice
          error={error}
          title="The upload settings could not be read"
          onRetry={() => void refetch()}
        />
      ) : (
        <Loading label="Reading the upload settings" />
      )}
    </StepFrame>
  );
}

function UploadStepForm({ saved }: { saved: VersionedUploadSettings }) {
  const { allowed } = usePermission('connectors.manage');
  const form = useUploadForm(saved);
  const isSaved = useRef(false);
  return (
    <StepFrame
      step="upload"
      intro={INTRO}
      next={{
        label: form.isChanged ? 'Save, and go on' : 'Next',
        isBusy: form.isSaving,
        reason: form.hasProblems ? 'Something above is missing or wrong.' : '',
        onPress: async () => {
          if (form.isChanged) await form.save();
          isSaved.current = true;
        },
      }}
    >
      <UploadConflict form={form} />
      <UploadFields entry={form.entry} readOnly={!allowed} onChange={form.setEntry} />
      <UploadPreviewSection entry={form.entry} />
      <UnsavedChanges isChanged={() => form.isChanged && !isSaved.current} />
    </StepFrame>
  );
}
