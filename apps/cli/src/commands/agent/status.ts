import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import {
  type CommandDeps,
  type DataOptions,
  dataFolder,
  newCommand,
  type OutputOptions,
  withData,
  withOutput,
} from '../../command-line.ts';
import { cliErrors } from '../../errors.ts';
import { appEntry } from '../../layout.ts';
import { printOne } from '../../output/print.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 15_000;

export function agentStatusCommand(deps: CommandDeps): Command {
  return withOutput(
    withData(
      newCommand('status', 'Show how the agent of this machine stands', [
        'agent status',
        'agent status -o json',
      ]),
    ),
  ).action(async (flags: DataOptions & OutputOptions) => {
    const folder = join(dataFolder(flags, deps), 'agent');
    const status = await askAgent(folder, deps.signal);
    printOne(deps.terminal, flags.output, flags.output === 'json' ? status : flattened(status));
  });
}

/** By way of the agent's own program, which knows where an agent of that folder answers. */
async function askAgent(
  folder: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    const args = [appEntry('agent'), 'status', '--data', folder];
    const { stdout } = await run(process.execPath, args, { signal, timeout: TIMEOUT_MS });
    const status: unknown = JSON.parse(stdout);
    if (status === null || typeof status !== 'object') throw new TypeError('no status');
    return { ...status };
  } catch (error) {
    signal.throwIfAborted();
    throw cliErrors.agentNotRunning({ folder }, { cause: error });
  }
}

/** Members of members under dotted names, for a table. */
function flattened(
  record: Readonly<Record<string, unknown>>,
  prefix = '',
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(record).flatMap(([name, value]): [string, unknown][] => {
      if (value === null || typeof value !== 'object' || Array.isArray(value)) {
        return [[prefix + name, value]];
      }
      // An object that is no array has string keys.
      return Object.entries(
        flattened(value as Readonly<Record<string, unknown>>, `${prefix}${name}.`),
      );
    }),
  );
}
