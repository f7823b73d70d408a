import type { Command } from 'commander';
import { type CommandDeps, newCommand } from './command-line.ts';
import { actionsCommand } from './commands/actions/index.ts';
import { administratorsCommand } from './commands/administrators/index.ts';
import { agentCommand } from './commands/agent/index.ts';
import { attachCommand } from './commands/attach/index.ts';
import { auditCommand } from './commands/audit/index.ts';
import { clientSettingsCommand } from './commands/client-settings/index.ts';
import { collectionsCommand } from './commands/collections/index.ts';
import { connectorsCommand } from './commands/connectors/index.ts';
import { contextCommand } from './commands/context/index.ts';
import { devicesCommand } from './commands/devices/index.ts';
import { enrolmentTokensCommand } from './commands/enrolment-tokens/index.ts';
import { permissionsCommand, rolesCommand, scopeTagsCommand } from './commands/roles/index.ts';
import { hostCommand } from './commands/run-app.ts';
import { signInLinkCommand } from './commands/sign-in-link.ts';
import { simulateCommand } from './commands/simulate.ts';
import { tokenCommand } from './commands/token/index.ts';
import { trustCommand } from './commands/trust.ts';
import { upCommand } from './commands/up.ts';
import { productVersion } from './layout.ts';

/** `moorline` with all its commands. */
export function createProgram(deps: CommandDeps): Command {
  const program = newCommand('moorline', 'An open, self-hosted endpoint manager', [
    'up',
    'devices list --context tenant',
    'devices action pc-17 refreshMachinePolicy --context tenant --wait',
  ]).version(productVersion(), '-V, --version');
  const commands = [
    upCommand(deps),
    devicesCommand(deps),
    collectionsCommand(deps),
    actionsCommand(deps),
    connectorsCommand(deps),
    attachCommand(deps),
    enrolmentTokensCommand(deps),
    clientSettingsCommand(deps),
    tokenCommand(deps),
    administratorsCommand(deps),
    rolesCommand(deps),
    permissionsCommand(deps),
    scopeTagsCommand(deps),
    auditCommand(deps),
    signInLinkCommand(deps),
    contextCommand(deps),
    agentCommand(deps),
    simulateCommand(deps),
    trustCommand(deps),
    hostCommand('tenant'),
    hostCommand('site'),
  ];
  for (const command of commands) program.addCommand(command);
  return writingTo(program, deps);
}

function writingTo(command: Command, deps: CommandDeps): Command {
  command.configureOutput({
    writeOut: (text) => deps.terminal.write(text),
    writeErr: (text) => deps.terminal.note(text),
  });
  for (const child of command.commands) writingTo(child, deps);
  return command;
}
