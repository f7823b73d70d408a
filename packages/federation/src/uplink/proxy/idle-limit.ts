import { FEDERATION_LIMITS } from '@moorline/contracts/federation';

/** How long a silent connection lives on the way to the tenant, learnt from those that were cut. */
export interface IdleLimit {
  /** A connection was cut after so much silence; it counts when it happens twice alike. */
  observed(silentMs: number): void;
  /** The shortest life seen; null while none was cut. */
  readonly shortestMs: number | null;
  /** How often to give a sign of life, so that nothing on the way takes a connection for dead. */
  readonly signOfLifeMs: number;
}

const LEAST_MS = 500;
/** Two signs fit into the life of a silent connection, with room for a slow one. */
const SHARE = 0.4;
/** Two lives this near each other have one cause. */
const ALIKE = 0.25;

export function createIdleLimit(): IdleLimit {
  let shortestMs: number | null = null;
  let lastMs: number | undefined;
  return {
    observed(silentMs) {
      // What breaks sooner breaks for other reasons: signs of life would not help it.
      if (silentMs < LEAST_MS) return;
      // A tenant that went down cuts connections, too, but not after the same silence twice.
      const isAlike = lastMs !== undefined && Math.abs(silentMs - lastMs) <= ALIKE * silentMs;
      if (isAlike) shortestMs = Math.min(shortestMs ?? silentMs, silentMs);
      lastMs = silentMs;
    },
    get shortestMs() {
      return shortestMs;
    },
    get signOfLifeMs() {
      if (shortestMs === null) return FEDERATION_LIMITS.livenessMs;
      return Math.max(
        LEAST_MS,
        Math.min(FEDERATION_LIMITS.livenessMs, Math.floor(shortestMs * SHARE)),
      );
    },
  };
}
