import { IDLE_SECONDS, WELL_KNOWN_IDLE_PATH } from '@moorline/contracts/federation';
import type { Clock } from '@moorline/kernel';
import { pinRoot } from '@moorline/pki';
import type { IdleLimit } from '../proxy/idle-limit.ts';
import { networkReason, type Route } from '../proxy/route.ts';
import { createTenantClient } from '../tenant-client.ts';
import type { SurveyedTenant } from './survey.ts';

export type IdleState =
  | { readonly state: 'running'; readonly knownAt: number }
  | { readonly state: 'survived'; readonly seconds: number; readonly at: number }
  | { readonly state: 'cut'; readonly silentMs: number; readonly at: number }
  | { readonly state: 'unknown'; readonly reason: string };

/** Whether a connection to the tenant that rests for three minutes is still there: it takes that long to know. */
export interface IdleCheck {
  /** Measures, one tenant at a time; a repeat within the hour is left out. */
  run(tenant: SurveyedTenant, signal: AbortSignal): Promise<void>;
  state(tenant: SurveyedTenant): IdleState;
}

const FRESH_MS = 3_600_000;

export function createIdleCheck(deps: {
  readonly route: Route;
  readonly idleLimit: IdleLimit;
  readonly clock: Clock;
  readonly onResult: () => void;
  /** Default three minutes. */
  readonly seconds?: number;
}): IdleCheck {
  const { route, clock } = deps;
  const seconds = deps.seconds ?? IDLE_SECONDS;
  const states = new Map<string, IdleState>();
  const keyOf = ({ url, rootFingerprint }: SurveyedTenant): string => `${url} ${rootFingerprint}`;

  const measure = async (tenant: SurveyedTenant, signal: AbortSignal): Promise<IdleState> => {
    let sentAt: number | undefined;
    try {
      const { url, rootFingerprint } = tenant;
      const root = await pinRoot(url, rootFingerprint, { signal, open: route.open });
      using client = createTenantClient({ url, root, identity: null }, route);
      sentAt = clock.now();
      const { status } = await client.get(`${WELL_KNOWN_IDLE_PATH}?seconds=${seconds}`, {
        signal,
        timeoutMs: (seconds + 20) * 1000,
      });
      if (status === 200) return { state: 'survived', seconds, at: clock.now() };
      return { state: 'unknown', reason: `the tenant answered ${status}` };
    } catch (error) {
      const silentMs = sentAt === undefined ? 0 : clock.now() - sentAt;
      if (silentMs < 1000) return { state: 'unknown', reason: networkReason(error) };
      deps.idleLimit.observed(silentMs);
      return { state: 'cut', silentMs, at: clock.now() };
    }
  };

  return {
    async run(tenant, signal) {
      const key = keyOf(tenant);
      const known = states.get(key);
      const isFresh =
        known?.state === 'running' ||
        ((known?.state === 'survived' || known?.state === 'cut') &&
          clock.now() - known.at < FRESH_MS);
      if (isFresh) return;
      if (states.size > 8) states.clear(); // tokens of many tenants were tried
      states.set(key, { state: 'running', knownAt: clock.now() + seconds * 1000 });
      const state = await measure(tenant, signal);
      if (signal.aborted) states.delete(key);
      else states.set(key, state);
      deps.onResult();
    },
    state: (tenant) =>
      states.get(keyOf(tenant)) ?? { state: 'unknown', reason: 'it was not measured yet' },
  };
}
