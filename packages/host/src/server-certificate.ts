import { hostname } from 'node:os';
import type { Listener } from '@moorline/http';
import type { Clock, Logger, TaskGroup } from '@moorline/kernel';
import type { Issuer } from '@moorline/pki';

const CHECK_EVERY_MS = 60 * 60_000;
const LIFE_MS = 30 * 24 * 60 * 60_000;

/** Names that clients may use for a host that listens on `address`. */
export function serverNames(address: string): string[] {
  const names = new Set(['localhost', '127.0.0.1', '::1', hostname()]);
  if (address !== '0.0.0.0' && address !== '::') names.add(address);
  return [...names];
}

/** The name to put into URLs for others: the address itself, or this machine's name when it is a wildcard. */
export function publicName(address: string): string {
  if (address === '0.0.0.0' || address === '::') return hostname();
  return address.includes(':') ? `[${address}]` : address;
}

/** A server certificate that renews itself at two thirds of its life, on the open listeners. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
  /** Starts the renewal; each listener gets the new certificate without closing anything. */
  renewOn(listeners: readonly Listener[], tasks: TaskGroup): void;
}

export async function issueServerCertificate(deps: {
  readonly issuer: Issuer;
  readonly address: string;
  readonly clock: Clock;
  readonly logger: Logger;
}): Promise<ServerCertificate> {
  const { issuer, clock, logger } = deps;
  const names = serverNames(deps.address);
  let current = await issuer.issueServer(names, LIFE_MS);
  return {
    cert: current.cert,
    key: current.key,
    renewOn(listeners, tasks) {
      tasks.run('renew server certificate', async (signal) => {
        for (;;) {
          await clock.sleep(CHECK_EVERY_MS, { signal });
          if (current.notAfter - clock.now() > LIFE_MS / 3) continue;
          current = await issuer.issueServer(names, LIFE_MS);
          for (const listener of listeners)
            listener.setTls({ cert: current.cert, key: current.key });
          logger.info(
            { notAfter: new Date(current.notAfter).toISOString() },
            'server certificate renewed',
          );
        }
      });
    },
  };
}
