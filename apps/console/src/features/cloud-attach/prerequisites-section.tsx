import {
  Button,
  Field,
  Input,
  makeStyles,
  Spinner,
  Text,
  tokens,
} from '@fluentui/react-components';
import type { Prerequisite } from '@moorline/contracts/admin';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { client } from '../../app/client.ts';
import { usePermission } from '../../app/session.tsx';
import { ErrorNotice, Loading } from '../../ui/notices.tsx';
import { Reported } from '../../ui/reported.tsx';
import { Section } from '../../ui/section.tsx';
import { Status, type StatusTone } from '../../ui/status.tsx';
import { WithReason } from '../../ui/with-reason.tsx';
import { prerequisitesQuery } from './attach-checks-queries.ts';

const useStyles = makeStyles({
  ask: {
    display: 'flex',
    alignItems: 'end',
    flexWrap: 'wrap',
    gap: tokens.spacingHorizontalM,
    marginBottom: tokens.spacingVerticalM,
  },
  token: { flexGrow: 1, maxWidth: '480px' },
  list: {
    listStyleType: 'none',
    margin: 0,
    padding: 0,
    display: 'grid',
    gap: tokens.spacingVerticalM,
  },
  item: { display: 'grid', gap: tokens.spacingVerticalXXS, overflowWrap: 'anywhere' },
  quiet: { color: tokens.colorNeutralForeground3 },
});

const TONES: Readonly<Record<Prerequisite['status'], StatusTone>> = {
  pass: 'good',
  warn: 'warning',
  fail: 'bad',
  'not applicable': 'quiet',
};

const WORDS: Readonly<Record<Prerequisite['status'], string>> = {
  pass: 'Passed',
  warn: 'Warning',
  fail: 'Failed',
  'not applicable': 'Not applicable',
};

/** Everything that attaching this site needs, judged; before it is attached, against the tenant of a join token. */
export function PrerequisitesSection({
  isAttached,
  token = '',
  onToken,
}: {
  isAttached: boolean;
  token?: string;
  /** What was typed as the join token; absent: none is asked for. */
  onToken?: (token: string) => void;
}) {
  const styles = useStyles();
  const queryClient = useQueryClient();
  const { allowed, reason } = usePermission('connectors.manage');
  const joined = token.replace(/\s+/g, '');
  const { data, error, isFetching } = useQuery(prerequisitesQuery);
  const check = useMutation({
    mutationFn: () => client.cloudAttach.prerequisites(joined === '' ? {} : { joinToken: joined }),
    onSuccess: (found) => queryClient.setQueryData(prerequisitesQuery.queryKey, found),
  });
  const isBusy = check.isPending || isFetching;
  const failed = data?.filter(({ status }) => status === 'fail').length ?? 0;
  return (
    <Section title="Prerequisites" aside={data ? summary(data.length, failed) : undefined}>
      <form
        className={styles.ask}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (allowed && !isBusy) check.mutate();
        }}
      >
        {isAttached || !onToken ? null : (
          <Field className={styles.token} label="Check against the tenant of a join token">
            <Input
              value={token}
              onChange={(_, { value }) => onToken(value)}
              maxLength={2048}
              autoComplete="off"
              spellCheck={false}
            />
          </Field>
        )}
        <WithReason reason={reason}>
          <Button
            type="submit"
            disabledFocusable={!allowed || isBusy}
            {...(isBusy ? { icon: <Spinner size="tiny" /> } : {})}
          >
            {isBusy ? 'Checking…' : 'Check prerequisites'}
          </Button>
        </WithReason>
      </form>
      {check.error || error ? (
        <ErrorNotice error={check.error ?? error} title="The prerequisites could not be checked" />
      ) : null}
      {data ? (
        <ul className={styles.list} aria-label="Prerequisites">
          {data.map((one) => (
            <Item key={one.id} prerequisite={one} />
          ))}
        </ul>
      ) : isFetching ? (
        <Loading label="Checking the prerequisites" />
      ) : null}
    </Section>
  );
}

function Item({ prerequisite }: { prerequisite: Prerequisite }) {
  const styles = useStyles();
  const { status, title, evidence, why, fix, link } = prerequisite;
  const needsHelp = status === 'warn' || status === 'fail';
  return (
    <li className={styles.item}>
      <Status tone={TONES[status]}>
        <Text weight="semibold">{title}</Text>: {WORDS[status]}
      </Status>
      <Text>
        <Reported text={evidence} />
      </Text>
      {needsHelp ? (
        <>
          <Text className={styles.quiet}>{why}</Text>
          <Text>{fix}</Text>
          <Text size={200} className={styles.quiet}>
            {link}
          </Text>
        </>
      ) : null}
    </li>
  );
}

function summary(count: number, failed: number): string {
  return failed === 0 ? `${count} checked, none failed` : `${failed} of ${count} failed`;
}
