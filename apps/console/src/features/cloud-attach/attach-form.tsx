import {
  Button,
  Field,
  makeStyles,
  Spinner,
  Text,
  Textarea,
  tokens,
} from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../app/client.ts';
import { usePermission } from '../../app/session.tsx';
import { ErrorNotice } from '../../ui/notices.tsx';
import { Section } from '../../ui/section.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { WithReason } from '../../ui/with-reason.tsx';
import { cloudAttachQuery } from './cloud-attach-query.ts';

const JOIN_TOKEN = /^mlj1\.[\w-]+$/;

const useStyles = makeStyles({
  form: { display: 'grid', gap: tokens.spacingVerticalL, maxWidth: '640px', justifyItems: 'start' },
  wide: { width: '100%' },
  mono: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
});

/** Attaches this site with a join token from the tenant. */
export function AttachForm() {
  const styles = useStyles();
  const queryClient = useQueryClient();
  const { done } = useToasts();
  const { allowed, reason } = usePermission('connectors.manage');
  const [token, setToken] = useState('');
  // Copied from a mail or a terminal, it may come with line breaks.
  const joined = token.replace(/\s+/g, '');
  const isWrong = joined !== '' && !JOIN_TOKEN.test(joined);
  const attach = useMutation({
    mutationFn: () => client.cloudAttach.attach({ joinToken: joined }),
    onSuccess: async () => {
      done('This site is attached.');
      await queryClient.invalidateQueries({ queryKey: cloudAttachQuery.queryKey });
    },
  });
  return (
    <Section title="Attach this site">
      <form
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (allowed && joined !== '' && !isWrong) attach.mutate();
        }}
      >
        <Text>
          In the tenant's admin center, open Tenant administration, Connectors and tokens, and
          choose “Attach a site”. Paste the join token that you get there.
        </Text>
        {attach.error ? (
          <ErrorNotice error={attach.error} title="The site was not attached" />
        ) : null}
        <Field
          className={styles.wide}
          label="Join token"
          required
          {...(isWrong
            ? {
                validationMessage: 'This is no join token: one begins with “mlj1.”. Copy it whole.',
              }
            : {})}
        >
          <Textarea
            textarea={{ className: styles.mono, spellCheck: false, autoComplete: 'off', rows: 4 }}
            value={token}
            onChange={(_, data) => setToken(data.value)}
            maxLength={2048}
            resize="vertical"
          />
        </Field>
        <WithReason reason={reason}>
          <Button
            type="submit"
            appearance="primary"
            disabledFocusable={!allowed || joined === '' || isWrong || attach.isPending}
            {...(attach.isPending ? { icon: <Spinner size="tiny" /> } : {})}
          >
            {attach.isPending ? 'Attaching…' : 'Attach'}
          </Button>
        </WithReason>
      </form>
    </Section>
  );
}
