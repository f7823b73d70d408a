import { setTimeout as sleep } from 'node:timers/promises';
import type { AdminClient } from '@moorline/admin-client';
import { quantile } from '../stats.ts';

export interface ActionTimes {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly mostMs: number;
  /** Those that did not succeed, in words; their times are not counted. */
  readonly failures: readonly string[];
}

const POLL_MS = 4;
const DEADLINE_MS = 60_000;

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
  const samples: number[] = [];
  const failures: string[] = [];
  const running: Promise<void>[] = [];
  const start = performance.now();
  let asked = 0;
  while (!plan.isOver(asked)) {
    const ids = await plan.deviceIds();
    const id = ids[Math.floor(Math.random() * ids.length)];
    if (id !== undefined) {
      asked += 1;
      running.push(
        timeOne(api, id).then(
          (ms) => void samples.push(ms),
          (error) => void failures.push(error instanceof Error ? error.message : String(error)),
        ),
      );
    }
    // Even on average, and in step with no timer.
    await sleep(plan.everyMs * (0.5 + Math.random()));
  }
  await Promise.all(running);
  if (samples.length === 0) {
    const passed = Math.round(performance.now() - start);
    throw new Error(`no action succeeded in ${passed} ms: ${failures[0] ?? 'none was asked for'}`);
  }
  return {
    count: samples.length,
    p50Ms: quantile(samples, 0.5),
    p99Ms: quantile(samples, 0.99),
    mostMs: Math.max(...samples),
    failures,
  };
}

async function timeOne({ devices, actions }: AdminClient, deviceId: string): Promise<number> {
  const start = performance.now();
  const id = await devices.triggerAction(deviceId, 'refreshMachinePolicy');
  for (;;) {
    const action = await actions.get(id);
    const passed = performance.now() - start;
    if (action.state === 'succeeded') return passed;
    if (action.isFinal) throw new Error(`the action ended as ${action.state}: ${action.reason}`);
    if (passed > DEADLINE_MS) throw new Error(`the action is ${action.state}: ${action.reason}`);
    await sleep(POLL_MS);
  }
}
