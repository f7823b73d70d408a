import type { ActionResult } from '@moorline/model';

/** An action as the authority sends it; the kind may be one that this agent does not know. */
export interface WaitingAction {
  readonly id: string;
  readonly kind: string;
  /** RFC 3339. */
  readonly expiresAt: string;
  /** What the kind needs to be told. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** Actions of one lane follow one another; those of two do not wait for each other. */
export type Lane = 'main' | 'antivirus' | 'restart' | 'diagnostics';

/** Carries out one kind of action. */
export interface ActionHandler {
  /**
   * Whether a run that a kill cut off may simply be run again. When not, the action is reported as failed
   * with the code `interrupted`.
   */
  readonly isRepeatable: boolean;
  /** Default: `main`. */
  readonly lane?: Lane;
  /** Whether it may be ended while it runs: its signal is aborted then. */
  readonly isEndable?: boolean;
  /** Why this device cannot do it, in one sentence; null: it can. Absent: it always can. */
  unsupported?(): Promise<string | null>;
  /** Ends in any time; what it throws becomes a failed result. */
  run(action: WaitingAction, options: { readonly signal: AbortSignal }): Promise<ActionResult>;
}

/** The agent's own error codes in an ActionResult; the result's `details.code` names them. */
export const ACTION_ERRORS = {
  failed: 1,
  notSupported: 2,
  interrupted: 3,
  expired: 4,
  cancelled: 5,
} as const;

export function failedResult(code: keyof typeof ACTION_ERRORS, message: string): ActionResult {
  return { errorCode: ACTION_ERRORS[code], message: message.slice(0, 2000), details: { code } };
}
