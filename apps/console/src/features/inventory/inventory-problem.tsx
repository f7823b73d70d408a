import { Button } from '@fluentui/react-components';
import { CloudDismissRegular, LockClosedRegular } from '@fluentui/react-icons';
import { AdminApiError } from '@moorline/admin-client';
import { EmptyState, ErrorNotice, errorText } from '../../ui/notices.tsx';

const UNREACHABLE = new Set(['relay.not_connected', 'relay.timeout', 'relay.busy']);

/** Why inventory cannot be shown: not permitted, its site away, or something else. */
export function InventoryProblem({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const code = error instanceof AdminApiError ? error.code : '';
  const status = error instanceof AdminApiError ? error.status : 0;
  if (UNREACHABLE.has(code)) {
    return (
      <EmptyState
        icon={<CloudDismissRegular />}
        title="The site is not reachable"
        action={<Button onClick={onRetry}>Try again</Button>}
      >
        {errorText(error)} Inventory of its devices is read from the site and not kept here.
      </EmptyState>
    );
  }
  if (status === 403) {
    return (
      <EmptyState icon={<LockClosedRegular />} title="You may not see this inventory">
        {errorText(error)}
      </EmptyState>
    );
  }
  return <ErrorNotice error={error} title="The inventory could not be read" onRetry={onRetry} />;
}
