import type { HostKind } from './data-folder.ts';

/** What a host says when it serves: printed by its supervisor, or by itself when it has none. */
export interface HostReady {
  readonly name: string;
  readonly kind: HostKind;
  readonly authorityId: string;
  /** The console on plain HTTP, this machine only. */
  readonly consoleUrl: string;
  readonly adminUrl: string;
  readonly gatewayUrl: string;
  /** PEM file of the CA. */
  readonly caFile: string;
  /** SHA-256 of its certificate, lower-case hex. */
  readonly caFingerprint: string;
}

/** Host → supervisor, over Node's IPC channel. */
export type HostMessage =
  | { readonly type: 'progress'; readonly step: string }
  | { readonly type: 'ready'; readonly info: HostReady }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'response'; readonly id: number; readonly result: unknown }
  | { readonly type: 'response'; readonly id: number; readonly error: string };

/**
 * Supervisor → host. Who may write to this channel started the process: it may sign in as its first
 * administrator.
 */
export interface HostRequest {
  readonly type: 'request';
  readonly id: number;
  /** `signInLink` → { url }, `apiToken` → { token }. */
  readonly method: 'signInLink' | 'apiToken';
  readonly params: { readonly name?: string };
}

export function isHostRequest(message: unknown): message is HostRequest {
  if (message === null || typeof message !== 'object') return false;
  const { type, id, method, params } = message as Record<string, unknown>;
  return (
    type === 'request' &&
    typeof id === 'number' &&
    (method === 'signInLink' || method === 'apiToken') &&
    typeof params === 'object' &&
    params !== null
  );
}
