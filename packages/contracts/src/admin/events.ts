/**
 * Server-sent events of GET events: `event:` is the topic, `data:` JSON of this shape. Coalesced to at most
 * 4 a second per topic; `reset` (after a reconnection or an overflow) means: read again what you show.
 */
export interface LiveEvent {
  readonly topic: 'device' | 'collection' | 'action' | 'connector' | 'cloudAttach' | 'reset';
  /** Ids that changed, at most 100; empty: too many to name, or not about one. */
  readonly ids: readonly string[];
}
export const LIVE_TOPICS = [
  'device',
  'collection',
  'action',
  'connector',
  'cloudAttach',
  'reset',
] as const;
