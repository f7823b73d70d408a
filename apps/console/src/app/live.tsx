import type { LiveEvent } from '@moorline/contracts/admin';
import { type Query, type QueryClient, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useEffect, useState } from 'react';
import { applyDeviceChanges } from '../features/devices/device-queries.ts';
import { client } from './client.ts';

export type LiveState = 'connecting' | 'live' | 'lost';
const LiveContext = createContext<LiveState>('connecting');

/** Whether what is shown follows the host at once. */
export function useLiveState(): LiveState {
  return use(LiveContext);
}

/** The host ends a stream from time to time; only one that stays away is worth a word. */
const LOST_AFTER_MS = 3_000;
/** A tab in the background gives its connection back after this: browsers allow six to one host. */
const HIDDEN_GRACE_MS = 20_000;

/** Follows the host's live events while the page is to be seen, and reads again what they name. */
export function LiveUpdates({ children }: { children: ReactNode }) {
  const queryClient = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');

  useEffect(() => {
    let stop: AbortController | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let lost: ReturnType<typeof setTimeout> | undefined;
    const onConnection = (connected: boolean): void => {
      clearTimeout(lost);
      if (connected) setState('live');
      else lost = setTimeout(() => setState('lost'), LOST_AFTER_MS);
    };
    const follow = async (signal: AbortSignal): Promise<void> => {
      try {
        const events = client.liveEvents({ signal, onConnection });
        for await (const event of events) applyEvent(queryClient, event);
      } catch {
        // Refused: the session is over, which the next request to the host finds and acts on.
        setState('lost');
        await queryClient.invalidateQueries({ predicate: isNotSession });
      }
    };
    const start = (): void => {
      clearTimeout(timer);
      if (stop) return;
      stop = new AbortController();
      void follow(stop.signal);
    };
    const end = (): void => {
      clearTimeout(timer);
      clearTimeout(lost);
      stop?.abort();
      stop = undefined;
    };
    const onVisibility = (): void => {
      if (document.visibilityState === 'visible') start();
      else timer = setTimeout(end, HIDDEN_GRACE_MS);
    };
    onVisibility();
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      document.removeEventListener('visibilitychange', onVisibility);
      end();
    };
  }, [queryClient]);

  return <LiveContext value={state}>{children}</LiveContext>;
}

function isNotSession(query: Query): boolean {
  return query.queryKey[0] !== 'session';
}

function applyEvent(queryClient: QueryClient, event: LiveEvent): void {
  const refresh = (...queryKey: string[]): void => {
    void queryClient.invalidateQueries({ queryKey });
  };
  switch (event.topic) {
    case 'reset':
      void queryClient.invalidateQueries({ predicate: isNotSession });
      return;
    case 'device':
      applyDeviceChanges(queryClient, event.ids);
      return;
    case 'action':
      refresh('actions');
      refresh('auditEvents', 'recent');
      if (event.ids.length === 0) refresh('action');
      for (const id of event.ids) refresh('action', id);
      return;
    case 'collection':
      refresh('collections');
      refresh('deviceCollections');
      if (event.ids.length === 0) refresh('collection');
      for (const id of event.ids) refresh('collection', id);
      return;
    case 'connector':
      refresh('connectors');
      refresh('auditEvents', 'recent');
      return;
    case 'cloudAttach':
      refresh('cloudAttach');
      refresh('auditEvents', 'recent');
  }
}
