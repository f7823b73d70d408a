import type { Command } from 'commander';
import {
  type CommandDeps,
  type DataOptions,
  dataFolder,
  newCommand,
  wholeNumber,
  withData,
} from '../command-line.ts';
import { runUp } from '../up/up.ts';

interface Flags extends DataOptions {
  readonly tenantPort: number;
  readonly sitePort: number;
  readonly host: string;
  readonly attach: boolean;
  readonly simulate?: number;
}

const LONGEST_SETUP_MS = 3_600_000;

export function upCommand(deps: CommandDeps): Command {
  const port = wholeNumber(2, 65_534);
  return withData(
    newCommand('up', 'Run a tenant, a site and the agent of this machine, attached', [
      'up',
      'up --data ~/moorline --tenant-port 18443 --site-port 19443',
      'up --simulate 500',
      'up --no-attach',
    ]),
  )
    .option('--tenant-port <n>', 'the tenant takes N-1 (console), N, N+1 (gateway)', port, 8443)
    .option('--site-port <n>', 'the site takes N-1 (console), N, N+1 (gateway)', port, 9443)
    .option(
      '--host <address>',
      'address to listen on; the plain consoles stay on this machine',
      '127.0.0.1',
    )
    .option('--no-attach', 'leave it to you to attach the site')
    .option('--simulate <n>', 'give the site so many simulated devices', wholeNumber(1, 19_000))
    .action(async (flags: Flags) => {
      const now = deps.clock.now();
      const asked = Number(deps.environment.MOORLINE_STARTED_AT);
      const startedAt = asked <= now && now - asked < LONGEST_SETUP_MS ? asked : now;
      await runUp({ ...flags, folder: dataFolder(flags, deps) }, { ...deps, startedAt });
    });
}
