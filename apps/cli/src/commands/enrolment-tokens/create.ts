import type { Command } from 'commander';
import {
  type CommandDeps,
  type ContextOptions,
  connectionOf,
  duration,
  newCommand,
  type OutputOptions,
  wholeNumber,
  withContextOptions,
  withOutput,
} from '../../command-line.ts';
import { printOne } from '../../output/print.ts';

interface Flags extends ContextOptions, OutputOptions {
  readonly name?: string;
  readonly quota?: number;
  readonly expiresIn?: number;
}

export function enrolmentTokensCreateCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('create', 'Make a token that devices enrol with', [
        'enrolment-tokens create --context site',
        "enrolment-tokens create --context site --name 'new laptops' --quota 20 --expires-in 7d",
      ]),
    ),
  )
    .option('--name <name>', 'what it is for')
    .option('--quota <n>', 'how many devices may use it (default: 1)', wholeNumber(1, 1_000_000))
    .option('--expires-in <time>', 'how long it may be used', duration)
    .action(async (flags: Flags) => {
      const { client } = await connectionOf(flags, deps);
      const minutes = flags.expiresIn && Math.ceil(flags.expiresIn / 60_000);
      const token = await client.enrolmentTokens.create(
        {
          ...(flags.name === undefined ? {} : { displayName: flags.name }),
          ...(flags.quota === undefined ? {} : { quota: flags.quota }),
          ...(minutes === undefined ? {} : { expiresInMinutes: minutes }),
        },
        deps,
      );
      printOne(deps.terminal, flags.output, token);
      if (flags.output === 'table') {
        deps.terminal.note('It is shown once. At the device: moorline agent run --enrol TOKEN\n');
      }
    });
}
