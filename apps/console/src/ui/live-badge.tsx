import { Badge, Tooltip } from '@fluentui/react-components';
import { useLiveState } from '../app/live.tsx';

const STATES = {
  connecting: { text: 'Connecting', color: 'informative', tip: 'Connecting to live updates.' },
  live: { text: 'Live', color: 'success', tip: 'Changes appear here as they happen.' },
  lost: {
    text: 'Reconnecting',
    color: 'warning',
    tip: 'The connection for live updates is lost and is being tried again. What you see may be out of date.',
  },
} as const;

/** Whether the page follows the host at once. */
export function LiveBadge() {
  const { text, color, tip } = STATES[useLiveState()];
  return (
    <Tooltip content={tip} relationship="description" withArrow>
      <Badge appearance="tint" color={color} role="status">
        {text}
      </Badge>
    </Tooltip>
  );
}
