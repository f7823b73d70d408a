import {
  Breadcrumb,
  BreadcrumbDivider,
  BreadcrumbItem,
  Button,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Spinner,
  tokens,
} from '@fluentui/react-components';
import type { VersionedUploadSettings } from '@moorline/admin-client';
import { useQuery } from '@tanstack/react-query';
import { usePermission } from '../../app/session.tsx';
import { LiveBadge } from '../../ui/live-badge.tsx';
import { ErrorNotice, Loading } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { TextLink } from '../../ui/text-link.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { UnsavedChanges } from '../../ui/unsaved-changes.tsx';
import { CeilingSection } from '../access/ceiling-section.tsx';
import { CoManagementSection } from './co-management-section.tsx';
import { UploadConflict } from './upload/upload-conflict.tsx';
import { UploadFields } from './upload/upload-fields.tsx';
import { UploadPreviewSection } from './upload/upload-preview.tsx';
import { uploadSettingsQuery } from './upload/upload-queries.ts';
import { useUploadForm } from './upload/use-upload-form.ts';

const useStyles = makeStyles({
  crumbs: { marginBottom: '-12px', order: -1 },
  form: { display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: tokens.spacingVerticalL },
  actions: { display: 'flex', gap: tokens.spacingHorizontalS },
});

/** What the wizard asked, to be changed afterwards. */
export function CloudAttachPropertiesPage() {
  const styles = useStyles();
  const { data, error, isPending, refetch } = useQuery(uploadSettingsQuery);
  return (
    <Page
      title="Cloud attach properties"
      badges={<LiveBadge />}
      intro="What leaves this site, when, and whose permissions decide. A device that leaves the scope disappears from the tenant within seconds; here it stays."
    >
      <Breadcrumb className={styles.crumbs} aria-label="Path">
        <BreadcrumbItem>
          <TextLink to="/cloud-attach">Cloud attach</TextLink>
        </BreadcrumbItem>
        <BreadcrumbDivider />
        <BreadcrumbItem>Properties</BreadcrumbItem>
      </Breadcrumb>
      {isPending ? <Loading label="Reading the upload settings" /> : null}
      {error ? (
        <ErrorNotice
          error={error}
          title="The upload settings could not be read"
          onRetry={() => void refetch()}
        />
      ) : null}
      {data ? <PropertiesForm saved={data} /> : null}
      {data?.settings.permissions === 'tenantOnly' ? <CeilingSection /> : null}
      <CoManagementSection />
    </Page>
  );
}

function PropertiesForm({ saved }: { saved: VersionedUploadSettings }) {
  const styles = useStyles();
  const { done } = useToasts();
  const { allowed, reason } = usePermission('connectors.manage');
  const form = useUploadForm(saved);
  const save = async (): Promise<void> => {
    try {
      await form.save();
    } catch {
      // Told above the fields.
      return;
    }
    done('The upload settings are saved.');
  };
  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (allowed && form.canSave) void save();
      }}
    >
      {allowed ? null : (
        <MessageBar intent="info" layout="multiline">
          <MessageBarBody>You may read these settings and not change them. {reason}</MessageBarBody>
        </MessageBar>
      )}
      <UploadConflict form={form} />
      <UploadFields entry={form.entry} readOnly={!allowed} onChange={form.setEntry} />
      <UploadPreviewSection entry={form.entry} />
      <div className={styles.actions}>
        <Button
          type="submit"
          appearance="primary"
          disabledFocusable={!allowed || !form.canSave}
          {...(form.isSaving ? { icon: <Spinner size="tiny" /> } : {})}
        >
          Save
        </Button>
        <Button disabled={!form.isChanged} onClick={form.discard}>
          Discard
        </Button>
      </div>
      <UnsavedChanges isChanged={() => form.isChanged} />
    </form>
  );
}
