import { type Bus, defineTopic, type Topic } from '@moorline/bus';
import type { LiveEvent } from '@moorline/contracts/admin';
import type { Transaction } from '@moorline/model/ports';

/** What changed just now, for consoles that watch. Lost at a kill: who listens reads again on `reset`. */
export const LIVE: Topic<LiveEvent> = defineTopic<LiveEvent>('live');

/** Something was appended to the change log and committed. A lost message costs its reader one poll. */
export const CHANGE_LOG: Topic<void> = defineTopic<void>('change-log');

/** Rows of `devices` that a committed transaction wrote or removed, every one of them. */
export const DEVICE_ROWS: Topic<readonly string[]> = defineTopic<readonly string[]>('device-rows');

/** What somebody may do here has changed; whoever keeps an answer to that asks again. */
export const ACCESS_CHANGED: Topic<void> = defineTopic<void>('access-changed');

/** Tells who watches, after the commit, that these changed; `uploadable`: the change log has them too. */
export function announce(
  bus: Bus,
  tx: Transaction,
  topic: LiveEvent['topic'],
  ids: readonly string[],
  options: { readonly uploadable: boolean },
): void {
  if (ids.length === 0) return;
  tx.afterCommit(() => {
    if (topic === 'device') bus.publish(DEVICE_ROWS, ids);
    bus.publish(LIVE, { topic, ids: ids.length > 100 ? [] : ids });
    if (options.uploadable) bus.publish(CHANGE_LOG, undefined);
  });
}
