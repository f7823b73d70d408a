import type { Command } from 'commander';
import { type CommandDeps, newGroup } from '../../command-line.ts';
import { enrolmentTokensCreateCommand } from './create.ts';
import { enrolmentTokensListCommand } from './list.ts';
import { enrolmentTokensRevokeCommand } from './revoke.ts';

export function enrolmentTokensCommand(deps: CommandDeps): Command {
  return newGroup('enrolment-tokens', 'Let devices enrol', [
    enrolmentTokensListCommand(deps),
    enrolmentTokensCreateCommand(deps),
    enrolmentTokensRevokeCommand(deps),
  ]);
}
