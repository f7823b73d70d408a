import type { Command } from 'commander';
import { type CommandDeps, newGroup } from '../../command-line.ts';
import { auditListCommand } from './list.ts';
import { auditVerifyCommand } from './verify.ts';

export function auditCommand(deps: CommandDeps): Command {
  return newGroup('audit', 'See who did what, and prove that nothing was changed', [
    auditListCommand(deps),
    auditVerifyCommand(deps),
  ]);
}
