import { ACTION_KINDS, type ActionKind, GRAPH_ACTION_KINDS } from '@moorline/model';
import type { Command } from 'commander';
import {
  type CommandDeps,
  type ContextOptions,
  connectionOf,
  duration,
  newCommand,
  type OutputOptions,
  withContextOptions,
  withOutput,
} from '../../command-line.ts';
import { usageError } from '../../errors.ts';
import { printOne } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { oneOf } from '../../suggest.ts';
import { ACTION_COLUMNS } from '../actions/action-columns.ts';
import { followHops } from '../actions/follow-hops.ts';
import { findDevice } from './find-device.ts';

interface ActionFlags extends ContextOptions, OutputOptions {
  readonly wait?: true;
  readonly timeout: number;
}

export function devicesActionCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('action', 'Do something on a device', [
        'devices action pc-17 refreshMachinePolicy --context tenant --wait',
        'devices action pc-17 refreshMachinePolicy --wait --timeout 2m -o json',
      ]),
    ),
  )
    .argument('<device>', 'name or id')
    .argument('<kind>', `what to do: ${ACTION_KINDS.join(', ')}`)
    .option('--wait', 'print every hop as it happens, until the end')
    .option('--timeout <time>', 'with --wait: stop waiting after', duration, 600_000)
    .addHelpText(
      'after',
      '\nExit code with --wait: 0 succeeded; 1 failed, refused, expired, cancelled, or not at its end in time.\n',
    )
    .action(async (nameOrId: string, word: string, flags: ActionFlags) => {
      const kind = actionKind(word);
      const { client } = await connectionOf(flags, deps);
      const device = await findDevice(client, nameOrId, deps);
      const id = await client.devices.triggerAction(device.id, kind, deps);
      const name = safeText(device.deviceName ?? device.id);
      if (flags.wait) {
        // The hops are the answer in a table, and beside it in the other formats.
        const print = (line: string): void =>
          flags.output === 'table' ? deps.terminal.write(line) : deps.terminal.note(line);
        print(`${kind} on ${name}: action ${id}\n`);
        const { signal } = deps;
        const last = await followHops(client, id, { signal, timeoutMs: flags.timeout, print });
        if (last?.state !== 'succeeded') deps.setExitCode(1);
        if (last && flags.output !== 'table') {
          printOne(deps.terminal, flags.output, last, ACTION_COLUMNS);
        }
        return;
      }
      const action = await client.actions.get(id, deps);
      printOne(deps.terminal, flags.output, action, ACTION_COLUMNS);
    });
}

function actionKind(word: string): ActionKind {
  const planned = GRAPH_ACTION_KINDS.find((kind) => kind.toLowerCase() === word.toLowerCase());
  const known = ACTION_KINDS.find((kind) => kind === planned);
  if (planned && !known) {
    throw usageError(`The action ${planned} is not offered. Offered: ${ACTION_KINDS.join(', ')}.`);
  }
  return known ?? oneOf('action', word, ACTION_KINDS);
}
