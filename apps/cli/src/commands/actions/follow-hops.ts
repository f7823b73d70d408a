import type { AdminClient } from '@moorline/admin-client';
import type { ActionAnswer } from '@moorline/contracts/admin';
import { timeText } from '../../output/cell.ts';
import { safeText } from '../../output/safe-text.ts';

const STATE_WIDTH = 17;

/**
 * Prints each hop of an action once, as it becomes known, until the action ends or `timeoutMs` has passed.
 * Answers the action as it was last seen.
 */
export async function followHops(
  client: AdminClient,
  id: string,
  options: {
    readonly signal: AbortSignal;
    readonly timeoutMs: number;
    print(line: string): void;
  },
): Promise<ActionAnswer | undefined> {
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const signal = AbortSignal.any([options.signal, timeout]);
  const printed = new Set<string>();
  let last: ActionAnswer | undefined;
  try {
    for await (const action of client.actions.follow(id, { signal })) {
      last = action;
      for (const hop of action.hops) {
        const key = `${hop.place} ${hop.state} ${hop.at}`;
        if (printed.has(key)) continue;
        printed.add(key);
        options.print(hopLine(hop));
      }
    }
  } catch (error) {
    options.signal.throwIfAborted();
    if (!timeout.aborted) throw error;
    const state = last ? `${last.state}: ${safeText(last.reason)}` : 'not known';
    options.print(`Not at its end after ${options.timeoutMs / 1000} s; ${state}\n`);
    options.print(`It goes on. \`moorline actions show ${id}\` tells how it stands.\n`);
    return last;
  }
  if (last?.result) options.print(`${last.state}: ${safeText(last.result.message)}\n`);
  return last;
}

/** `2026-11-23 15:57:36Z  site HQ1  running  The agent has started it.` */
export function hopLine(hop: ActionAnswer['hops'][number]): string {
  const place = safeText(`${hop.place} ${hop.placeName}`);
  return `${timeText(hop.at)}  ${place.padEnd(24)}  ${hop.state.padEnd(STATE_WIDTH)}  ${safeText(hop.reason)}\n`;
}
