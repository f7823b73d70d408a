import {
  type ActionReportWire,
  type ClientSettings,
  MAX_RECONNECT_SPREAD_S,
} from '@moorline/contracts/agent';
import type { Identity } from '../identity/identity-store.ts';
import type { Channel } from '../link/channel.ts';
import type { Credential } from '../link/dialer.ts';
import type { HttpConnection } from '../link/http-connection.ts';
import type { Requester } from '../link/requests.ts';

/** What a device has to do at its next turn, as bits. */
export const WANTED = {
  poll: 1,
  actions: 2,
  inventory: 4,
  finish: 8,
  reports: 16,
  renew: 32,
} as const;

export interface WaitingAction {
  readonly id: string;
  readonly kind: string;
  readonly expiresAt: string;
  readonly parameters?: Readonly<Record<string, string>>;
}

/** An action that the device is busy with until `doneAt` (ms since 1970). */
export interface ThinkingAction {
  readonly action: WaitingAction;
  readonly doneAt: number;
}

/**
 * What is kept of one device: there are tens of thousands, so no timers, no inventory, no open request. Times
 * are ms since 1970.
 */
export class SimulatedDevice implements Requester {
  readonly index: number;
  identity: Identity | null = null;
  session: Buffer | null = null;
  http: HttpConnection | null = null;
  channel: Channel<SimulatedDevice> | null = null;
  /** The work under way; resolves at its end. */
  work: Promise<void> | null = null;
  wanted = 0;
  /** Consecutive failures to connect, and of work. */
  attempt = 0;
  failures = 0;
  /** Switched on, by its hours. */
  isOnline = false;
  presenceUntil = 0;
  connectAt = 0;
  openedAt = 0;
  /** Has lost a channel since it opened one. */
  isReturning = false;
  heardAt = 0;
  pollAt = 0;
  inventoryAt = 0;
  /** No work before this. */
  retryAt = 0;
  troubleAt: number = Number.POSITIVE_INFINITY;
  restartAt: number = Number.POSITIVE_INFINITY;
  /** By which the authority's clock is ahead of the device's. */
  skewMs = 0;
  /** Over how long the authority wants lost channels to come back. */
  spreadMs = 0;
  cursor: string | null = null;
  documents = 0;
  settings: ClientSettings;
  thinking: ThinkingAction[] | null = null;
  reports: ActionReportWire[] | null = null;

  constructor(index: number, settings: ClientSettings) {
    this.index = index;
    this.settings = settings;
  }

  /** Takes the authority's word on `spreadMs`; one that says nothing changes nothing. */
  observeSpread(header: string | undefined): void {
    if (header === undefined || !/^\d{1,6}$/.test(header)) return;
    this.spreadMs = Math.min(Number(header), MAX_RECONNECT_SPREAD_S) * 1000;
  }

  get credential(): Credential | null {
    return this.identity;
  }
}
