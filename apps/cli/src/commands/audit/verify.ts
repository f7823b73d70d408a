import type { Command } from 'commander';
import {
  type CommandDeps,
  type ContextOptions,
  connectionOf,
  newCommand,
  type OutputOptions,
  withContextOptions,
  withOutput,
} from '../../command-line.ts';
import { printOne } from '../../output/print.ts';

export function auditVerifyCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('verify', 'Recompute the chain of the audit log: exit code 0 when it is intact', [
        'audit verify --context tenant',
      ]),
    ),
  ).action(async (flags: ContextOptions & OutputOptions) => {
    const { client } = await connectionOf(flags, deps);
    const verdict = await client.auditEvents.verify(deps);
    printOne(deps.terminal, flags.output, { ...verdict });
    if (!verdict.isIntact) deps.setExitCode(1);
  });
}
