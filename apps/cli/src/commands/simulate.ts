import type { Command } from 'commander';
import {
  type CommandDeps,
  type ContextOptions,
  duration,
  given,
  newCommand,
  type OutputOptions,
  wholeNumber,
  withContextOptions,
  withOutput,
} from '../command-line.ts';
import { runSimulation } from '../simulate/simulation.ts';

interface Flags extends ContextOptions, OutputOptions {
  readonly site?: string;
  readonly token?: string;
  readonly devices?: number;
  readonly profile?: string;
  readonly seed?: string;
  readonly rate?: number;
  readonly processes: number;
  readonly chaos?: boolean;
  readonly alwaysOnline?: boolean;
  readonly for?: number;
  readonly remove?: boolean;
}

export function simulateCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('simulate', 'Give a site simulated devices, until Ctrl-C', [
        'simulate --context site --devices 500',
        'simulate --token mle1.eyJ1Ijoi… --devices 5000 --seed winter --rate 100',
        'simulate --context site --devices 200 --profile company.json --data .moorline',
        'simulate --context site --devices 1000 --chaos --for 15m --remove',
      ]),
    ),
  )
    .option('--site <url>', 'address of the site, one of the contexts’ (instead of --context)')
    .option('--token <invitation>', 'enrol with this token (default: one made at the context)')
    .option('--devices <n>', 'how many', wholeNumber(1, 200_000))
    .option('--profile <file>', 'organization (default), lab, or a file: docs/simulator.md')
    .option('--seed <text>', 'decides everything about every device (default: moorline)')
    .option('--rate <n>', 'devices that enrol in a second (default: 50)', wholeNumber(1, 10_000))
    .option('--processes <n>', 'processes to divide the devices among', wholeNumber(1, 32), 1)
    .option('--chaos', 'harsh links: losses, half-open connections, repeats, restarts')
    .option('--always-online', 'no office hours: every device is switched on')
    .option('--for <time>', 'stop after this time (default: at Ctrl-C)', duration)
    .option('--remove', 'remove the devices from the site at the end')
    .action(async (flags: Flags) => {
      await runSimulation({ ...flags, devices: given('--devices', flags.devices) }, deps);
    });
}
