import { compare } from '@moorline/admin-client';
import type { ActionAnswer } from '@moorline/contracts/admin';
import { queryOptions } from '@tanstack/react-query';
import { client } from '../../app/client.ts';
import type { LiveState } from '../../app/live.tsx';

const RECENT = 50;
/** How often an open trail looks by itself: live events are quicker, and may be missing. */
const LOOK_MS: Readonly<Record<LiveState, number>> = {
  live: 10_000,
  connecting: 2_000,
  lost: 2_000,
};

/** One action; looked at again and again while it has not ended. */
export function actionQuery(id: string, live: LiveState) {
  return queryOptions({
    queryKey: ['action', id],
    queryFn: ({ signal }) => client.actions.get(id, { signal }),
    refetchInterval: ({ state }) => (state.data?.isFinal ? false : LOOK_MS[live]),
    staleTime: 0,
  });
}

/** The newest actions, of one device or of all. */
export function actionListQuery(deviceId?: string) {
  return queryOptions({
    queryKey: ['actions', deviceId ?? 'all'],
    queryFn: async ({ signal }): Promise<readonly ActionAnswer[]> => {
      const filter =
        deviceId === undefined ? undefined : compare('managedDeviceId', 'eq', deviceId);
      return (await client.actions.list({ filter, top: RECENT, signal })).items;
    },
  });
}
