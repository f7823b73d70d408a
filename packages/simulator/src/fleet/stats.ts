/** Counters of a fleet, since it was made, and how it stands now. */
export interface FleetStats {
  readonly devices: number;
  readonly enrolled: number;
  /** Switched on, by their hours. */
  readonly online: number;
  readonly connecting: number;
  readonly connected: number;
  /** HTTP requests sent, and work that waits for its turn. */
  readonly requests: number;
  readonly waiting: number;
  readonly nudges: number;
  readonly pings: number;
  /** Channels opened, and of these how many after a loss. */
  readonly connects: number;
  readonly reconnects: number;
  /** Of the channels opened, those that resumed their TLS session. */
  readonly resumed: number;
  readonly documents: {
    readonly whole: number;
    readonly delta: number;
    /** Sent again whole because the authority asked for it. */
    readonly resynced: number;
  };
  readonly actions: {
    readonly received: number;
    readonly succeeded: number;
    readonly failed: number;
  };
  readonly renewals: number;
  /** By code; `link.lost` is a connection that broke. */
  readonly errors: Readonly<Record<string, number>>;
}

/** The same while they are counted. */
export interface Counters {
  nudges: number;
  pings: number;
  connects: number;
  reconnects: number;
  resumed: number;
  whole: number;
  delta: number;
  resynced: number;
  received: number;
  succeeded: number;
  failed: number;
  renewals: number;
  readonly errors: Map<string, number>;
}

export function createCounters(): Counters {
  return {
    nudges: 0,
    pings: 0,
    connects: 0,
    reconnects: 0,
    resumed: 0,
    whole: 0,
    delta: 0,
    resynced: 0,
    received: 0,
    succeeded: 0,
    failed: 0,
    renewals: 0,
    errors: new Map(),
  };
}

export function countError(counters: Counters, code: string): void {
  counters.errors.set(code, (counters.errors.get(code) ?? 0) + 1);
}
