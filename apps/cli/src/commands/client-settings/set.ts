import { INVENTORY_CLASSES } from '@moorline/model';
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
  wordList,
} from '../../command-line.ts';
import { usageError } from '../../errors.ts';
import { printOne } from '../../output/print.ts';
import { oneOf } from '../../suggest.ts';

interface Flags extends ContextOptions, OutputOptions {
  readonly policyPollMinutes?: number;
  readonly inventoryMinutes?: number;
  readonly disableClass?: readonly string[];
  readonly enableClass?: readonly string[];
}

export function clientSettingsSetCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('set', 'Change the client settings; what is not named stays', [
        'client-settings set --context site --inventory-minutes 240',
        'client-settings set --context site --disable-class Process,User',
      ]),
    ),
  )
    .option('--policy-poll-minutes <n>', 'time between policy polls', wholeNumber(5, 1440))
    .option('--inventory-minutes <n>', 'time between inventory cycles', wholeNumber(15, 10_080))
    .option('--disable-class <classes>', 'inventory classes to collect no more', wordList)
    .option('--enable-class <classes>', 'inventory classes to collect again', wordList)
    .action(async (flags: Flags) => {
      const disable = classNames(flags.disableClass);
      const enable = classNames(flags.enableClass);
      const { policyPollMinutes, inventoryMinutes } = flags;
      if (
        policyPollMinutes === undefined &&
        inventoryMinutes === undefined &&
        disable.length + enable.length === 0
      ) {
        throw usageError('Say what to change; `moorline client-settings set --help` lists it.');
      }
      const { client } = await connectionOf(flags, deps);
      const now = await client.clientSettings.get(deps);
      const disabled = new Set([...now.disabledClasses, ...disable]);
      for (const name of enable) disabled.delete(name);
      const settings = await client.clientSettings.set(
        {
          policyPollMinutes: policyPollMinutes ?? now.policyPollMinutes,
          inventoryMinutes: inventoryMinutes ?? now.inventoryMinutes,
          disabledClasses: [...disabled].sort(),
        },
        deps,
      );
      printOne(deps.terminal, flags.output, settings);
    });
}

function classNames(words: readonly string[] = []): readonly string[] {
  const known = INVENTORY_CLASSES.map(({ name }) => name);
  return words.map((word) => oneOf('inventory class', word, known));
}
