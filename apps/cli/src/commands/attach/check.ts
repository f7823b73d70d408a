import type { Prerequisite } from '@moorline/contracts/admin';
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
import { printRows } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';

interface Flags extends ContextOptions, OutputOptions {
  readonly joinToken?: string;
}

const COLUMNS = ['id', 'status', 'title', 'evidence', 'why', 'fix', 'link'];

export function attachCheckCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand(
        'check',
        'Check everything that attaching needs; exit code 1 when something fails',
        [
          'attach check --context site --join-token mlj1.eyJ1Ijoi…',
          'attach check --context site -o json',
        ],
      ),
    ),
  )
    .option('--join-token <token>', 'check against the tenant that it is of; it is not spent')
    .action(async (flags: Flags) => {
      const { client } = await connectionOf(flags, deps);
      const found = await client.cloudAttach.prerequisites(
        flags.joinToken === undefined ? {} : { joinToken: flags.joinToken },
        deps,
      );
      if (flags.output === 'table') deps.terminal.write(found.map(told).join('\n'));
      else printRows(deps.terminal, flags.output, found, COLUMNS, '');
      if (found.some(({ status }) => status === 'fail')) deps.setExitCode(1);
    });
}

/** The item in full: what passes needs no remedy. */
function told({ id, title, status, evidence, why, fix, link }: Prerequisite): string {
  const lines = [
    `${status.toUpperCase()}  ${title} (${id})`,
    `  evidence: ${evidence}`,
    `  why: ${why}`,
    ...(status === 'warn' || status === 'fail' ? [`  fix: ${fix}`] : []),
    `  docs: ${link}`,
  ];
  return lines.map((line) => `${safeLine(line)}\n`).join('');
}

function safeLine(line: string): string {
  const indent = /^ */.exec(line)?.[0] ?? '';
  return indent + safeText(line.slice(indent.length));
}
