import type { Command } from 'commander';
import { type CommandDeps, newGroup } from '../../command-line.ts';
import {
  collectionsCreateCommand,
  collectionsDeleteCommand,
  collectionsPreviewCommand,
  collectionsUpdateCommand,
} from './change.ts';
import {
  collectionsListCommand,
  collectionsMembersCommand,
  collectionsShowCommand,
  collectionsWhyCommand,
} from './read.ts';

export function collectionsCommand(deps: CommandDeps): Command {
  return newGroup('collections', 'Sets of devices by rules', [
    collectionsListCommand(deps),
    collectionsShowCommand(deps),
    collectionsMembersCommand(deps),
    collectionsWhyCommand(deps),
    collectionsPreviewCommand(deps),
    collectionsCreateCommand(deps),
    collectionsUpdateCommand(deps),
    collectionsDeleteCommand(deps),
  ]);
}
