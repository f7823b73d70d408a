import {
  type BackoffPolicy,
  backoffMs,
  type Clock,
  type Entropy,
  MoorlineError,
} from '@moorline/kernel';
import type { PolicyRound } from '../reconcile/policy.ts';
import type { ActionHandler } from './action-handler.ts';

export interface RefreshMachinePolicyDeps {
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Fetches and applies the desired state. */
  refreshPolicy(signal: AbortSignal): Promise<PolicyRound>;
  /** Starts an inventory cycle soon; answers how many classes it will collect. */
  startInventory(): number;
}

const BACKOFF: BackoffPolicy = { firstMs: 1_000, maxMs: 60_000 };
/** How long it goes on trying to reach the authority before the action fails. */
const PATIENCE_MS = 10 * 60_000;

/**
 * "Sync machine policy": ends when the policy is retrieved and in force, as in the reference product. The
 * inventory cycle follows from it and does not hold up the end: it takes longer than everything else on the
 * action's way, and what it finds arrives as changed inventory, not as the action's result.
 */
export function refreshMachinePolicy(deps: RefreshMachinePolicyDeps): ActionHandler {
  const { clock, entropy } = deps;
  const refresh = async (signal: AbortSignal): Promise<PolicyRound> => {
    let waitedMs = 0;
    for (let attempt = 0; ; attempt++) {
      try {
        return await deps.refreshPolicy(signal);
      } catch (error) {
        const canWait = error instanceof MoorlineError && error.kind === 'unavailable';
        if (!canWait || waitedMs >= PATIENCE_MS) throw error;
        const delayMs = backoffMs(BACKOFF, attempt, entropy);
        waitedMs += delayMs;
        await clock.sleep(delayMs, { signal });
      }
    }
  };
  return {
    isRepeatable: true,
    async run(_action, { signal }) {
      const { documents, changed } = await refresh(signal);
      const classes = deps.startInventory();
      const noun = documents === 1 ? 'document' : 'documents';
      return {
        errorCode: 0,
        message: `Policy is current: ${documents} ${noun}, ${changed} changed. An inventory of ${classes} classes has started.`,
        details: { documents, changed, classes, inventory: 'started' },
      };
    },
  };
}
