import type { AuditEvent } from '@moorline/contracts/admin';
import type { Command } from 'commander';
import {
  type CommandDeps,
  type ContextOptions,
  connectionOf,
  newCommand,
  type OutputOptions,
  wholeNumber,
  withContextOptions,
  withOutput,
} from '../../command-line.ts';
import { printRows } from '../../output/print.ts';

const COLUMNS = ['sequence', 'activityDateTime', 'activity', 'actor', 'target', 'result'];
const PAGE = 200;

interface Flags extends ContextOptions, OutputOptions {
  readonly top: number;
}

export function auditListCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('list', 'List audit events, newest first', [
        'audit list --context tenant --top 20',
        'audit list --context site -o json',
      ]),
    ),
  )
    .option('--top <n>', 'at most so many', wholeNumber(1, 1_000_000), 50)
    .action(async (flags: Flags) => {
      const { client } = await connectionOf(flags, deps);
      const events: AuditEvent[] = [];
      const top = Math.min(flags.top, PAGE);
      for await (const event of client.auditEvents.iterate({ top, signal: deps.signal })) {
        events.push(event);
        if (events.length >= flags.top) break;
      }
      printRows(deps.terminal, flags.output, events, COLUMNS, 'There are no audit events.');
    });
}
