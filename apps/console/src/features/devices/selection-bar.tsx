import { Button, makeStyles, Spinner, Text, tokens } from '@fluentui/react-components';
import { DismissRegular, PlayMultiple16Regular } from '@fluentui/react-icons';
import { ACTION_KINDS, ACTION_PERMISSIONS, MAX_BULK_DEVICES } from '@moorline/model';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useSession } from '../../app/session.tsx';
import { formatNumber } from '../../ui/format.ts';
import { ErrorNotice } from '../../ui/notices.tsx';
import { WithReason } from '../../ui/with-reason.tsx';
import { BulkActionDialog } from '../actions/bulk-action-dialog.tsx';
import type { DeviceSelection } from './device-selection.ts';

const useStyles = makeStyles({
  bar: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalM}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground3,
  },
});

/** How many devices are selected, and what can be done to all of them. */
export function SelectionBar({ selection, total }: { selection: DeviceSelection; total: number }) {
  const styles = useStyles();
  const navigate = useNavigate();
  const { permissions } = useSession();
  const [isAsking, setAsking] = useState(false);
  const { ids, isReading, error } = selection;
  if (ids.size === 0 && !isReading && !error) return null;
  const mayAct = ACTION_KINDS.some((kind) => permissions.includes(ACTION_PERMISSIONS[kind]));
  const most = Math.min(total, MAX_BULK_DEVICES);
  return (
    <section className={styles.bar} aria-label="Selection">
      <Text aria-live="polite" weight="semibold">
        {formatNumber(ids.size)} selected
      </Text>
      {isReading ? <Spinner size="tiny" label="Selecting" /> : null}
      {ids.size < most && !isReading ? (
        <Button size="small" onClick={() => selection.addRows(0, most - 1)}>
          {total > most
            ? `Select the first ${formatNumber(most)} of ${formatNumber(total)}`
            : `Select all ${formatNumber(most)}`}
        </Button>
      ) : null}
      <WithReason reason={mayAct ? '' : 'Your role does not allow any action on devices.'}>
        <Button
          size="small"
          appearance="primary"
          icon={<PlayMultiple16Regular />}
          disabledFocusable={!mayAct || ids.size === 0 || isReading}
          onClick={() => setAsking(true)}
        >
          Run an action
        </Button>
      </WithReason>
      <Button
        size="small"
        appearance="subtle"
        icon={<DismissRegular />}
        onClick={() => selection.clear()}
      >
        Clear selection
      </Button>
      {error ? <ErrorNotice error={error} title="The devices could not be selected" /> : null}
      {isAsking ? (
        <BulkActionDialog
          deviceIds={[...ids]}
          onStarted={(bulkActionId) =>
            void navigate({ to: '/bulk-actions/$bulkActionId', params: { bulkActionId } })
          }
          onClose={() => setAsking(false)}
        />
      ) : null}
    </section>
  );
}
