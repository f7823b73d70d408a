import type { Command } from 'commander';
import { type CommandDeps, newGroup } from '../../command-line.ts';
import { runCommand } from '../run-app.ts';
import { agentStatusCommand } from './status.ts';

export function agentCommand(deps: CommandDeps): Command {
  return newGroup('agent', 'The agent of this machine', [
    agentStatusCommand(deps),
    runCommand('agent'),
  ]);
}
