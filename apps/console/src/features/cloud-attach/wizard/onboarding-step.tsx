import {
  Button,
  Field,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  makeStyles,
  Text,
  Textarea,
  tokens,
} from '@fluentui/react-components';
import { AdminApiError } from '@moorline/admin-client';
import type { CloudAttach } from '@moorline/contracts/admin';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { client } from '../../../app/client.ts';
import { usePermission, useSession } from '../../../app/session.tsx';
import { Facts } from '../../../ui/facts.tsx';
import { formatDateTime, NOT_KNOWN } from '../../../ui/format.ts';
import { ErrorNotice, errorText, Loading } from '../../../ui/notices.tsx';
import { Reported } from '../../../ui/reported.tsx';
import { Section } from '../../../ui/section.tsx';
import { Status } from '../../../ui/status.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { useRested } from '../../../ui/use-rested.ts';
import { cloudAttachQuery } from '../cloud-attach-query.ts';
import { PlanList } from './plan-list.tsx';
import { StepFrame } from './step-frame.tsx';

const JOIN_TOKEN = /^mlj1\.[\w-]+$/;
const REST_MS = 250;

const useStyles = makeStyles({
  content: { display: 'grid', gap: tokens.spacingVerticalL, maxWidth: '640px' },
  mono: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
});

interface OnboardingProps {
  readonly attachment: CloudAttach;
  readonly token: string;
  readonly onToken: (token: string) => void;
}

/** Joins the site to a tenant. Nothing is uploaded by it: the upload is paused until the wizard's end. */
export function OnboardingStep({ attachment, token, onToken }: OnboardingProps) {
  return attachment.state === 'attached' ? (
    <Attached attachment={attachment} />
  ) : (
    <NotAttached token={token} onToken={onToken} />
  );
}

function NotAttached({ token, onToken }: Omit<OnboardingProps, 'attachment'>) {
  const styles = useStyles();
  const queryClient = useQueryClient();
  const { done } = useToasts();
  const { authority } = useSession();
  const { allowed, reason } = usePermission('connectors.manage');
  // Copied from a mail or a terminal, it may come with line breaks.
  const joined = token.replace(/\s+/g, '');
  const isWrong = joined !== '' && !JOIN_TOKEN.test(joined);
  const rested = useRested(joined, REST_MS);
  const isAskable = allowed && rested !== '' && JOIN_TOKEN.test(rested);
  const plan = useQuery({
    queryKey: ['cloudAttach', 'plan', rested],
    queryFn: ({ signal }) =>
      client.cloudAttach.plan({ joinToken: rested, uploadSettings: { paused: true } }, { signal }),
    enabled: isAskable,
    gcTime: 0,
    retry: false,
  });
  const attach = useMutation({
    mutationFn: async ({ replaceConnected }: { replaceConnected: boolean }) => {
      // First, so that nothing leaves before its scope is chosen, also when this is killed in between.
      await client.cloudAttach.updateUploadSettings({ paused: true });
      await client.cloudAttach.attach({
        joinToken: joined,
        ...(replaceConnected ? { replaceConnected } : {}),
      });
    },
    onSuccess: () => done('This site is attached. Nothing is uploaded yet.'),
    onSettled: () => queryClient.invalidateQueries({ queryKey: cloudAttachQuery.queryKey }),
  });
  const isListed = plan.data !== undefined && rested === joined;
  const isTaken =
    attach.error instanceof AdminApiError && attach.error.code === 'attach.site_connected';
  return (
    <StepFrame
      step="onboarding"
      intro="Joins this site to its tenant. The site dials out to the address in the join token, and trusts that tenant’s own root alone. Nothing of a device is uploaded before the end of this wizard."
      next={{
        label: attach.isPending ? 'Attaching…' : 'Attach, and go on',
        isBusy: attach.isPending,
        reason: allowed
          ? isListed
            ? ''
            : 'Paste a join token first: what is created is listed before it is.'
          : reason,
        onPress: () => attach.mutateAsync({ replaceConnected: false }),
      }}
    >
      {attach.error ? (
        isTaken ? (
          <MessageBar intent="warning" layout="multiline" role="alert">
            <MessageBarBody>{errorText(attach.error)}</MessageBarBody>
            <MessageBarActions>
              <Button
                disabled={attach.isPending}
                onClick={() => attach.mutate({ replaceConnected: true })}
              >
                Attach in its place
              </Button>
            </MessageBarActions>
          </MessageBar>
        ) : (
          <ErrorNotice error={attach.error} title="The site was not attached" />
        )
      ) : null}
      <Section title="Tenant">
        <div className={styles.content}>
          <Text>
            In the tenant’s admin center, open Tenant administration, Connectors and tokens, and
            choose “Attach a site”. Whoever makes the join token there needs the right to create
            connectors, and becomes the first administrator who can act here, as you.
          </Text>
          <Field
            label="Join token"
            hint="It carries the address of the tenant and the code, and attaches one site."
            required
            {...(isWrong
              ? {
                  validationMessage:
                    'This is no join token: one begins with “mlj1.”. Copy it whole.',
                }
              : {})}
          >
            <Textarea
              textarea={{ className: styles.mono, spellCheck: false, autoComplete: 'off', rows: 4 }}
              value={token}
              onChange={(_, data) => onToken(data.value)}
              maxLength={2048}
              resize="vertical"
              readOnly={!allowed || attach.isPending}
            />
          </Field>
        </div>
      </Section>
      {plan.error ? (
        <ErrorNotice
          error={plan.error}
          title="The tenant could not be asked"
          onRetry={() => void plan.refetch()}
        />
      ) : null}
      {isAskable && plan.isPending ? <Loading label="Asking the tenant" /> : null}
      {plan.data ? <PlanList plan={plan.data} siteName={authority.name} /> : null}
    </StepFrame>
  );
}

function Attached({ attachment }: { attachment: CloudAttach }) {
  const styles = useStyles();
  const { connected } = attachment;
  return (
    <StepFrame
      step="onboarding"
      intro="This site is attached. To join it to another tenant, detach it from this one first."
      next={{ label: 'Next' }}
    >
      <Section title="Tenant">
        <Facts
          facts={[
            { term: 'Tenant', value: <Reported text={attachment.tenantName} /> },
            { term: 'Tenant address', value: <Reported text={attachment.tenantUrl} /> },
            {
              term: 'Connection',
              value: (
                <Status tone={connected ? 'good' : 'warning'}>
                  {connected ? 'Connected' : 'Not connected'}
                </Status>
              ),
            },
            { term: 'Why', value: <Reported text={attachment.statusReason} /> },
            {
              term: 'Attached',
              value: attachment.attachedDateTime
                ? formatDateTime(attachment.attachedDateTime)
                : NOT_KNOWN,
            },
            {
              term: 'Connector id',
              value: (
                <span className={styles.mono}>
                  <Reported text={attachment.connectorId} />
                </span>
              ),
            },
            {
              term: 'May act here',
              description:
                'Administrators of the tenant, and the account here whose rights they have.',
              value:
                attachment.linkedAdministrators.length === 0
                  ? 'Nobody yet'
                  : attachment.linkedAdministrators.map((link) => (
                      <div key={link.tenantUserId}>
                        <Reported text={link.tenantUserName} /> as{' '}
                        <Reported text={link.localUserName} />
                      </div>
                    )),
            },
          ]}
        />
      </Section>
    </StepFrame>
  );
}
