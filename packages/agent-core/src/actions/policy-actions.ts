import type { PolicyRound } from '../reconcile/policy.ts';
import type { ActionHandler } from './action-handler.ts';

/** "Sync user policy": fetches the policy again, of which what is for signed-in users is a part. */
export function refreshUserPolicy(
  refresh: (signal: AbortSignal) => Promise<PolicyRound>,
): ActionHandler {
  return {
    isRepeatable: true,
    async run(_action, { signal }) {
      const { documents, changed } = await refresh(signal);
      return {
        errorCode: 0,
        message: `Policy is current: ${counted(documents)}, ${changed} changed; none of it is for single users.`,
        details: { documents, changed, userDocuments: 0 },
      };
    },
  };
}

/** "App evaluation": fetches what is deployed, and evaluates it. */
export function appEvaluation(
  refresh: (signal: AbortSignal) => Promise<PolicyRound>,
): ActionHandler {
  return {
    isRepeatable: true,
    async run(_action, { signal }) {
      const { documents, changed } = await refresh(signal);
      return {
        errorCode: 0,
        message: 'No applications are deployed to this device: there was nothing to evaluate.',
        details: { documents, changed, applications: 0 },
      };
    },
  };
}

/** "Collect inventory": every class is collected and sent once the action has ended. */
export function collectInventory(startInventory: () => number): ActionHandler {
  return {
    isRepeatable: true,
    run() {
      const classes = startInventory();
      return Promise.resolve({
        errorCode: 0,
        message: `An inventory of ${classes} classes has started.`,
        details: { classes, inventory: 'started' },
      });
    },
  };
}

function counted(documents: number): string {
  return `${documents} ${documents === 1 ? 'document' : 'documents'}`;
}
