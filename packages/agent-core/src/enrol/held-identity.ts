import {
  type BackoffPolicy,
  backoffMs,
  type Clock,
  type Entropy,
  type Logger,
  MoorlineError,
  rfc3339,
} from '@moorline/kernel';
import type { ChannelEnd } from '../link/channel.ts';
import type { Connection } from '../link/connection.ts';
import type { ServerTime } from '../link/server-time.ts';
import type { Warnings } from '../status.ts';
import type { Identity, IdentityStore } from '../store/identity-store.ts';
import { isRenewalDue, renewCredential } from './renewal.ts';

export interface HeldIdentityDeps {
  readonly store: IdentityStore;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly serverTime: ServerTime;
  readonly warnings: Warnings;
  readonly logger: Logger;
  /** What shows the identity; asked for when it is needed, as the one is made of the other. */
  connection(): Pick<Connection, 'client' | 'use'>;
}

/** The identity of a session: renewed in time, and back at its former credential when the new one is not taken. */
export interface HeldIdentity {
  readonly current: Identity;
  /** The credential has worked: what it replaced is no longer needed. */
  accepted(): Promise<void>;
  /** The authority has refused the credential. Answers whether a former one is in use again, to be tried at once. */
  turnedDown(end: ChannelEnd): Promise<boolean>;
  /** Runs until the signal: renews whenever it is due, and tries again when that fails. */
  renewWhenDue(signal: AbortSignal): Promise<void>;
}

const RENEWAL_BACKOFF: BackoffPolicy = { firstMs: 60_000, maxMs: 6 * 3_600_000 };
const RENEWAL_LOOK_MS = 12 * 3_600_000;
const RENEWAL_PAUSE_MS = 3_600_000;
const MINUTE_MS = 60_000;

export function createHeldIdentity(deps: HeldIdentityDeps, initial: Identity): HeldIdentity {
  const { store, clock, entropy, serverTime, warnings, logger } = deps;
  let current = initial;
  const keep = async (identity: Identity): Promise<void> => {
    await store.write(identity);
    current = identity;
  };
  return {
    get current() {
      return current;
    },
    async accepted() {
      const identity = current;
      if (identity.previous || identity.refused) {
        await keep({ ...identity, previous: null, refused: null });
      }
    },
    async turnedDown(end) {
      const identity = current;
      if (identity.previous) {
        warnings.raise(
          'agent.renewal_rejected',
          `The authority does not accept the renewed certificate (${end.reason}); the former one is in use again.`,
        );
        await keep({ ...identity, current: identity.previous, previous: null });
        deps.connection().use(current);
        return true;
      }
      if (end.kind === 'revoked' && !identity.refused) {
        const refused = { at: rfc3339(clock.now()), reason: end.reason };
        await keep({ ...identity, refused });
      }
      return false;
    },
    async renewWhenDue(signal) {
      for (let failures = 0; !signal.aborted; ) {
        let pauseMs: number;
        if (isRenewalDue(current, clock, serverTime)) {
          try {
            const connection = deps.connection();
            const { client } = connection;
            current = await renewCredential({ store, client, logger }, current, { signal });
            connection.use(current);
            warnings.clear('agent.renewal_failed');
            failures = 0;
            pauseMs = RENEWAL_PAUSE_MS;
          } catch (error) {
            if (!(error instanceof MoorlineError)) throw error;
            warnings.raise('agent.renewal_failed', error.message);
            pauseMs = backoffMs(RENEWAL_BACKOFF, failures++, entropy);
          }
        } else {
          const untilDue = Date.parse(current.current.renewAfter) - clock.now();
          // Spread: devices that were enrolled together renew apart.
          const spreadMs = RENEWAL_PAUSE_MS * entropy.fraction();
          pauseMs = Math.min(Math.max(untilDue + spreadMs, MINUTE_MS), RENEWAL_LOOK_MS);
        }
        await clock.sleep(pauseMs, { signal });
      }
    },
  };
}
