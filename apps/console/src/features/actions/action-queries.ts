import { allOf, anyOf, compare, compareTime, type Filter } from '@moorline/admin-client';
import type { ActionAnswer } from '@moorline/contracts/admin';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { client } from '../../app/client.ts';
import type { LiveState } from '../../app/live.tsx';
import type { ActionView } from './actions-search.ts';

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

const FAILED_DAYS = 7;
const PAGE_SIZE = 100;

function viewFilter(view: ActionView): Filter | undefined {
  if (view === 'all') return undefined;
  if (view === 'pending') return compare('isFinal', 'eq', false);
  // From the start of a day: the list and its number are of the same actions all day long.
  const since = new Date(Date.now() - FAILED_DAYS * 86_400_000);
  since.setUTCHours(0, 0, 0, 0);
  const states = ['failed', 'refused', 'expired'].map((state) => compare('state', 'eq', state));
  return allOf([anyOf(states), compareTime('requestedDateTime', 'ge', since.toISOString())]);
}

/** How many actions are in the view. */
export function actionCountQuery(view: ActionView) {
  return queryOptions({
    queryKey: ['actions', 'count', view],
    queryFn: async ({ signal }): Promise<number> => {
      const filter = viewFilter(view);
      const page = await client.actions.list({ filter, top: 1, count: true, signal });
      return page.count ?? page.items.length;
    },
  });
}

/** The actions of the view, newest first, page by page. */
export function actionViewQuery(view: ActionView) {
  return infiniteQueryOptions({
    queryKey: ['actions', 'view', view],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      pageParam === undefined
        ? client.actions.list({ filter: viewFilter(view), top: PAGE_SIZE, count: true, signal })
        : client.actions.nextPage(pageParam, { signal }),
    getNextPageParam: (page) => page.nextLink,
  });
}
