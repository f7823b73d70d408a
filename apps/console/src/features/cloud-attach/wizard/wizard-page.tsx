import {
  Breadcrumb,
  BreadcrumbDivider,
  BreadcrumbItem,
  MessageBar,
  MessageBarBody,
  makeStyles,
} from '@fluentui/react-components';
import type { CloudAttach } from '@moorline/contracts/admin';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { usePermission } from '../../../app/session.tsx';
import { LiveBadge } from '../../../ui/live-badge.tsx';
import { ErrorNotice, Loading } from '../../../ui/notices.tsx';
import { Page } from '../../../ui/page.tsx';
import { TextLink } from '../../../ui/text-link.tsx';
import { prerequisitesQuery } from '../attach-checks-queries.ts';
import { cloudAttachQuery } from '../cloud-attach-query.ts';
import { uploadStateQuery } from '../upload/upload-queries.ts';
import { CoManagementStep } from './co-management-step.tsx';
import { OnboardingStep } from './onboarding-step.tsx';
import { PrerequisitesStep } from './prerequisites-step.tsx';
import { isConfigured } from './progress.ts';
import { Stepper } from './stepper.tsx';
import { isStep, STEP_TITLES, STEPS, type Step } from './steps.ts';
import { SummaryStep } from './summary-step.tsx';
import { UploadStep } from './upload-step.tsx';

const useStyles = makeStyles({
  crumbs: { marginBottom: '-12px', order: -1 },
});

const route = getRouteApi('/inside/cloud-attach/configure/$step');

/**
 * Configure cloud attach. What is chosen is stored at the site as one goes on, so the wizard goes on from wherever
 * the site stands; only a join token that is not used yet lives in this page alone.
 */
export function WizardPage() {
  const styles = useStyles();
  const { step: asked } = route.useParams();
  const step: Step = isStep(asked) ? asked : 'prerequisites';
  const { allowed, reason } = usePermission('connectors.manage');
  const { data, error, refetch } = useQuery(cloudAttachQuery);
  const [token, setToken] = useState('');
  return (
    <Page
      title={`${STEP_TITLES[step]} - Configure cloud attach`}
      heading="Configure cloud attach"
      badges={<LiveBadge />}
    >
      <Breadcrumb className={styles.crumbs} aria-label="Path">
        <BreadcrumbItem>
          <TextLink to="/cloud-attach">Cloud attach</TextLink>
        </BreadcrumbItem>
        <BreadcrumbDivider />
        <BreadcrumbItem>Configure</BreadcrumbItem>
      </Breadcrumb>
      <Stepper step={step} done={useDone(step, data)} />
      {allowed ? null : (
        <MessageBar intent="info" layout="multiline">
          <MessageBarBody>You may look, and not attach this site. {reason}</MessageBarBody>
        </MessageBar>
      )}
      {error ? (
        <ErrorNotice
          error={error}
          title="Cloud attach could not be read"
          onRetry={() => void refetch()}
        />
      ) : null}
      {data ? (
        <CurrentStep key={step} step={step} attachment={data} token={token} onToken={setToken} />
      ) : error ? null : (
        <Loading label="Reading cloud attach" />
      )}
    </Page>
  );
}

function CurrentStep({
  step,
  attachment,
  token,
  onToken,
}: {
  step: Step;
  attachment: CloudAttach;
  token: string;
  onToken: (token: string) => void;
}) {
  switch (step) {
    case 'prerequisites':
      return (
        <PrerequisitesStep
          isAttached={attachment.state === 'attached'}
          token={token}
          onToken={onToken}
        />
      );
    case 'onboarding':
      return <OnboardingStep attachment={attachment} token={token} onToken={onToken} />;
    case 'upload':
      return <UploadStep />;
    case 'co-management':
      return <CoManagementStep />;
    case 'summary':
      return <SummaryStep attachment={attachment} />;
  }
}

/** The steps that need nothing more: those passed, unless the site says otherwise. */
function useDone(step: Step, attachment: CloudAttach | undefined): ReadonlySet<Step> {
  const prerequisites = useQuery({ ...prerequisitesQuery, enabled: false });
  const upload = useQuery({ ...uploadStateQuery, enabled: false });
  const isFailed = prerequisites.data?.some(({ status }) => status === 'fail') ?? false;
  const isAttached = attachment?.state === 'attached';
  const isPassed = (one: Step): boolean => {
    if (one === 'onboarding') return isAttached;
    if (one === 'summary')
      return isAttached && upload.data !== undefined && isConfigured(attachment, upload.data);
    if (one === 'prerequisites' && isFailed) return false;
    return STEPS.indexOf(one) < STEPS.indexOf(step);
  };
  return new Set(STEPS.filter(isPassed));
}
