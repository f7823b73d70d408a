import { Tooltip } from '@fluentui/react-components';
import { useSyncExternalStore } from 'react';
import { formatFullTime, formatRelative, NOT_KNOWN } from './format.ts';

/** How long ago, or in how long; the whole date as its tooltip. Moves on by itself. */
export function Moment({ at, never = NOT_KNOWN }: { at: string | null; never?: string }) {
  const now = useNow();
  if (at === null) return <>{never}</>;
  return (
    <Tooltip content={formatFullTime(at)} relationship="description" withArrow>
      <time dateTime={at}>{formatRelative(at, now)}</time>
    </Tooltip>
  );
}

/** The same in a long list, where a tooltip of its own for each row would be most of the row. */
export function ListMoment({ at }: { at: string }) {
  const now = useNow();
  return (
    <time
      dateTime={at}
      onPointerEnter={({ currentTarget }) => {
        currentTarget.title = formatFullTime(at);
      }}
    >
      {formatRelative(at, now)}
    </time>
  );
}

const TICK_MS = 15_000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = Date.now();

/** The time, to the quarter minute: one timer for every moment on the page. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    now = Date.now();
    timer = setInterval(() => {
      now = Date.now();
      for (const each of listeners) each();
    }, TICK_MS);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearInterval(timer);
  };
}
