import type { Command } from 'commander';
import { type CommandDeps, newGroup } from '../../command-line.ts';
import {
  connectorsCheckCommand,
  connectorsPauseCommand,
  connectorsResumeCommand,
  connectorsResyncCommand,
  connectorsRotateCommand,
} from './ask.ts';
import { connectorsDetachCommand } from './detach.ts';
import { connectorsEventsCommand } from './events.ts';
import { connectorsJoinTokenCommand } from './join-token.ts';
import { connectorsListCommand } from './list.ts';
import { connectorsShowCommand } from './show.ts';

export function connectorsCommand(deps: CommandDeps): Command {
  return newGroup('connectors', 'See the sites that are attached to a tenant', [
    connectorsListCommand(deps),
    connectorsShowCommand(deps),
    connectorsEventsCommand(deps),
    connectorsCheckCommand(deps),
    connectorsResyncCommand(deps),
    connectorsPauseCommand(deps),
    connectorsResumeCommand(deps),
    connectorsRotateCommand(deps),
    connectorsDetachCommand(deps),
    connectorsJoinTokenCommand(deps),
  ]);
}
