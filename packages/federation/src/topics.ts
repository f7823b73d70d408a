import { defineTopic, type Topic } from '@moorline/bus';
import type { LiveEvent } from '@moorline/contracts/admin';

/** What consoles show live; the host's event stream passes it on. */
export const LIVE: Topic<LiveEvent> = defineTopic<LiveEvent>('live');

/** Something was appended to the change log and committed. A lost message costs one poll interval. */
export const CHANGE_LOG: Topic<void> = defineTopic<void>('change-log');
