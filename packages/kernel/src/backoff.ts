import type { Entropy } from './entropy.ts';

export interface BackoffPolicy {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * Full jitter: a delay drawn evenly from [0, min(maxMs, firstMs · 2^attempt)); `attempt` counts from 0.
 * Never less than a tenth of the span, so that a lucky draw does not become a hot loop.
 */
export function backoffMs(policy: BackoffPolicy, attempt: number, entropy: Entropy): number {
  const span = Math.min(policy.maxMs, policy.firstMs * 2 ** Math.min(attempt, 30));
  return Math.round(span * (0.1 + 0.9 * entropy.fraction()));
}
