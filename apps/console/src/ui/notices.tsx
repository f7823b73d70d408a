import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  Spinner,
  Text,
  tokens,
} from '@fluentui/react-components';
import { AdminApiError } from '@moorline/admin-client';
import type { ReactElement, ReactNode } from 'react';

const useStyles = makeStyles({
  empty: {
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    justifyContent: 'center',
    textAlign: 'center',
    gap: tokens.spacingVerticalM,
    padding: `${tokens.spacingVerticalXXXL} ${tokens.spacingHorizontalL}`,
    color: tokens.colorNeutralForeground2,
  },
  icon: { fontSize: '40px', lineHeight: 1, color: tokens.colorNeutralForeground3 },
  emptyText: { maxWidth: '56ch' },
  loading: { padding: tokens.spacingVerticalXXL },
  requestId: { color: tokens.colorNeutralForeground3, overflowWrap: 'anywhere' },
});

/** What a failed request says, with a way to try again and what support needs to find it. */
export function ErrorNotice({
  error,
  title,
  onRetry,
}: {
  error: unknown;
  title?: string;
  onRetry?: (() => void) | undefined;
}) {
  const styles = useStyles();
  const requestId = error instanceof AdminApiError ? error.requestId : null;
  return (
    <MessageBar intent="error" layout="multiline" role="alert">
      <MessageBarBody>
        {title ? <MessageBarTitle>{title}</MessageBarTitle> : null}
        {errorText(error)}
        {requestId ? (
          <Text size={200} block className={styles.requestId}>
            Request id {requestId}
          </Text>
        ) : null}
      </MessageBarBody>
      {onRetry ? (
        <MessageBarActions>
          <Button onClick={onRetry}>Try again</Button>
        </MessageBarActions>
      ) : null}
    </MessageBar>
  );
}

export function errorText(error: unknown): string {
  if (error instanceof AdminApiError) return error.message;
  return 'Something went wrong in this page. Load it again; if it comes back, tell us what you did.';
}

export function EmptyState({
  icon,
  title,
  children,
  action,
}: {
  icon: ReactElement;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  const styles = useStyles();
  return (
    <div className={styles.empty}>
      <span className={styles.icon} aria-hidden="true">
        {icon}
      </span>
      <Text as="h2" size={500} weight="semibold" style={{ margin: 0 }}>
        {title}
      </Text>
      {children ? <Text className={styles.emptyText}>{children}</Text> : null}
      {action}
    </div>
  );
}

export function Loading({ label }: { label: string }) {
  const styles = useStyles();
  return <Spinner className={styles.loading} label={label} delay={200} size="small" />;
}
