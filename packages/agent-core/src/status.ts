import type { ClientSettings } from '@moorline/contracts/agent';
import { type Clock, rfc3339 } from '@moorline/kernel';
import type { PendingRestart } from './actions/restart.ts';

export type ConnectionState =
  /** No identity yet. */
  | 'notEnrolled'
  | 'stopped'
  | 'connecting'
  | 'connected'
  /** Between two attempts. */
  | 'disconnected'
  /** The authority has ended this device's right to connect; asked again every hour. */
  | 'refused'
  /** Another process uses this device's identity. */
  | 'replaced';

export interface StatusWarning {
  /** Stable, dotted. */
  readonly code: string;
  /** What is the matter and what to do, for people. */
  readonly text: string;
  /** RFC 3339. */
  readonly since: string;
}

/** The agent as it stands; times are RFC 3339, null is "not yet". */
export interface AgentStatus {
  readonly clientVersion: string;
  readonly deviceName: string;
  readonly deviceId: string | null;
  readonly authority: { readonly name: string; readonly url: string } | null;
  readonly certificateRenewAfter: string | null;
  readonly connection: {
    readonly state: ConnectionState;
    readonly since: string;
    /** One sentence for people. */
    readonly reason: string;
  };
  /** The last time that desired state was fetched. */
  readonly lastSyncAt: string | null;
  readonly lastInventoryAt: string | null;
  readonly reports: { readonly pending: number; readonly dropped: number };
  readonly settings: ClientSettings;
  readonly warnings: readonly StatusWarning[];
  /** The restart that counts down. */
  readonly restart: PendingRestart | null;
}

/** Warnings by code: raised again they keep the time of the first. */
export interface Warnings {
  raise(code: string, text: string): void;
  clear(code: string): void;
  /** Raises with a text, clears with null. */
  set(code: string, text: string | null): void;
  list(): readonly StatusWarning[];
}

export function createWarnings(clock: Clock): Warnings {
  const raised = new Map<string, StatusWarning>();
  const warnings: Warnings = {
    raise(code, text) {
      const since = raised.get(code)?.since ?? rfc3339(clock.now());
      raised.set(code, { code, text, since });
    },
    clear: (code) => {
      raised.delete(code);
    },
    set: (code, text) => (text === null ? warnings.clear(code) : warnings.raise(code, text)),
    list: () => [...raised.values()],
  };
  return warnings;
}
