import type { ActionResult } from '@moorline/model';

/** An action as the authority sends it; the kind may be one that this agent does not know. */
export interface WaitingAction {
  readonly id: string;
  readonly kind: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

/** Carries out one kind of action. */
export interface ActionHandler {
  /**
   * Whether a run that a kill cut off may simply be run again. When not, the action is reported as failed
   * with the code `interrupted`.
   */
  readonly isRepeatable: boolean;
  /** Ends in any time; what it throws becomes a failed result. */
  run(action: WaitingAction, options: { readonly signal: AbortSignal }): Promise<ActionResult>;
}

/** The agent's own error codes in an ActionResult; the result's `details.code` names them. */
export const ACTION_ERRORS = {
  failed: 1,
  unknownKind: 2,
  interrupted: 3,
  expired: 4,
} as const;

export function failedResult(code: keyof typeof ACTION_ERRORS, message: string): ActionResult {
  return { errorCode: ACTION_ERRORS[code], message: message.slice(0, 2000), details: { code } };
}
