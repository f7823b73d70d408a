import { Text, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { ErrorNotice, Loading } from '../../ui/notices.tsx';
import { actionListQuery } from '../actions/action-queries.ts';
import { ActionsTable } from '../actions/actions-table.tsx';

const SHOWN = 8;

/** The newest actions on any device. */
export function RecentActions() {
  const { data, error, isPending, refetch } = useQuery(actionListQuery());
  if (isPending) return <Loading label="Reading actions" />;
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data.length === 0) {
    return (
      <Text style={{ color: tokens.colorNeutralForeground3 }}>
        None yet. Open a device and choose “Sync machine policy” to see one run.
      </Text>
    );
  }
  return <ActionsTable isBrief label="Recent actions" actions={data.slice(0, SHOWN)} />;
}
