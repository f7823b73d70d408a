import { setTimeout as sleep } from 'node:timers/promises';
import type { AdminClient } from '@moorline/admin-client';
import { quantile, round } from '../stats.ts';

export interface ActionTimes {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly mostMs: number;
  /** The slowest of them, at most five, slowest first: when it was asked for, and its hops in ms from there. */
  readonly slowest: readonly string[];
  /** Those that did not succeed, in words; their times are not counted. */
  readonly failures: readonly string[];
}

/** The first looks come often; then each after a share of the time that has passed: looking must not be the load. */
const POLL_MS = 4;
const POLL_SHARE = 0.05;
const DEADLINE_MS = 60_000;
const SLOWEST = 5;

/**
 * Asks for *Sync machine policy* at an even pace, each for a device drawn from those that are connected, and times
 * each from the request until its end is seen at the API. They overlap: one that is slow holds up no other. One that
 * has not ended after a minute has failed.
 * @throws when none succeeds
 */
export async function actionTimes(
  api: AdminClient,
  plan: {
    readonly deviceIds: () => Promise<readonly string[]>;
    readonly everyMs: number;
    /** Asked before each. */
    readonly isOver: (asked: number) => boolean;
  },
): Promise<ActionTimes> {
  const done: (Timed & { readonly afterMs: number })[] = [];
  const failures: string[] = [];
  const running: Promise<void>[] = [];
  const start = performance.now();
  let asked = 0;
  while (!plan.isOver(asked)) {
    const ids = await plan.deviceIds();
    const id = ids[Math.floor(Math.random() * ids.length)];
    if (id !== undefined) {
      asked += 1;
      const afterMs = performance.now() - start;
      running.push(
        timeOne(api, id).then(
          (timed) => void done.push({ ...timed, afterMs }),
          (error) => void failures.push(error instanceof Error ? error.message : String(error)),
        ),
      );
    }
    // Even on average, and in step with no timer.
    await sleep(plan.everyMs * (0.5 + Math.random()));
  }
  await Promise.all(running);
  if (done.length === 0) {
    const passed = Math.round(performance.now() - start);
    throw new Error(`no action succeeded in ${passed} ms: ${failures[0] ?? 'none was asked for'}`);
  }
  const samples = done.map(({ ms }) => ms);
  return {
    count: samples.length,
    p50Ms: quantile(samples, 0.5),
    p99Ms: quantile(samples, 0.99),
    mostMs: Math.max(...samples),
    slowest: done
      .toSorted((a, b) => b.ms - a.ms)
      .slice(0, SLOWEST)
      .map(
        ({ ms, afterMs, hops }) =>
          `asked for after ${round(afterMs / 1000)} s, took ${Math.round(ms)} ms: ${hops}`,
      ),
    failures,
  };
}

interface Timed {
  readonly ms: number;
  readonly hops: string;
}

async function timeOne({ devices, actions }: AdminClient, deviceId: string): Promise<Timed> {
  const start = performance.now();
  const startedAt = Date.now();
  const id = await devices.triggerAction(deviceId, 'refreshMachinePolicy');
  for (;;) {
    const action = await actions.get(id);
    const passed = performance.now() - start;
    if (action.state === 'succeeded') {
      const hops = action.hops.map(({ state, at }) => `${state} +${Date.parse(at) - startedAt}`);
      return { ms: passed, hops: hops.join(', ') };
    }
    if (action.isFinal) throw new Error(`the action ended as ${action.state}: ${action.reason}`);
    if (passed > DEADLINE_MS) throw new Error(`the action is ${action.state}: ${action.reason}`);
    await sleep(Math.max(POLL_MS, passed * POLL_SHARE));
  }
}
