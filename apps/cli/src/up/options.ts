import { usageError } from '../errors.ts';

/** How `moorline up` is to run. */
export interface UpOptions {
  readonly folder: string;
  /** The admin port; the gateway is one above, the plain console one below. */
  readonly tenantPort: number;
  readonly sitePort: number;
  readonly host: string;
  readonly attach: boolean;
  /** How many simulated devices the site gets besides; absent: none. */
  readonly simulate?: number | undefined;
}

/** @throws `cli.usage` when the two hosts' ports overlap */
export function checkUpOptions(options: UpOptions): void {
  if (Math.abs(options.tenantPort - options.sitePort) < 3) {
    throw usageError(
      `--tenant-port ${options.tenantPort} and --site-port ${options.sitePort} overlap: each host takes three ports, N-1 to N+1. Choose numbers at least 3 apart.`,
    );
  }
}
