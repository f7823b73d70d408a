import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { PlugDisconnectedRegular, SearchRegular } from '@fluentui/react-icons';
import { AdminApiError } from '@moorline/admin-client';
import { EmptyState, errorText } from '../ui/notices.tsx';
import { TextLink } from '../ui/text-link.tsx';

const useStyles = makeStyles({
  page: {
    height: '100%',
    display: 'grid',
    placeItems: 'center',
    color: tokens.colorNeutralForeground1,
  },
});

/** A page failed to load or to draw. */
export function PageError({ error, reset }: { error: unknown; reset?: () => void }) {
  const styles = useStyles();
  const unreachable = error instanceof AdminApiError && error.status === 0;
  return (
    <div className={styles.page} role="alert">
      <EmptyState
        icon={<PlugDisconnectedRegular />}
        title={unreachable ? 'The server does not answer' : 'This page could not be shown'}
        action={
          <Button
            appearance="primary"
            onClick={() => (unreachable && reset ? reset() : location.reload())}
          >
            Try again
          </Button>
        }
      >
        {unreachable
          ? 'Check that Moorline runs and that this machine can reach it.'
          : errorText(error)}
      </EmptyState>
    </div>
  );
}

export function NotFound() {
  const styles = useStyles();
  return (
    <div className={styles.page}>
      <EmptyState
        icon={<SearchRegular />}
        title="There is no such page"
        action={<TextLink to="/">Go to Home</TextLink>}
      >
        The address may be mistyped, or the page may belong to another host.
      </EmptyState>
    </div>
  );
}
