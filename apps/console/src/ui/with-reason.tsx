import { Tooltip } from '@fluentui/react-components';
import type { ReactElement } from 'react';

/** A control that, while it is disabled, says why: use `disabledFocusable` on it so that it can be reached. */
export function WithReason({ reason, children }: { reason: string; children: ReactElement }) {
  return reason === '' ? (
    children
  ) : (
    <Tooltip content={reason} relationship="description" withArrow>
      {children}
    </Tooltip>
  );
}
