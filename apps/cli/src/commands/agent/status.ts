import { connect } from 'node:net';
import { join } from 'node:path';
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
import { printOne } from '../../output/print.ts';

const TIMEOUT_MS = 5000;
const LONGEST_ANSWER = 1_000_000;

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
    const status = await askAgent(agentSocketPath(folder), deps.signal);
    printOne(deps.terminal, flags.output, flags.output === 'json' ? status : flattened(status));
  });
}

/** Where the agent of a data folder answers; a named pipe on Windows (not verified). */
function agentSocketPath(folder: string): string {
  if (process.platform !== 'win32') return join(folder, 'agent.sock');
  return `\\\\.\\pipe\\${folder.replaceAll(/[\\/:]/g, '-')}-agent`;
}

async function askAgent(
  path: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const socket = connect({
    path,
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  try {
    let text = '';
    for await (const chunk of socket.setEncoding('utf8')) {
      text += chunk;
      if (text.length > LONGEST_ANSWER) break;
    }
    const status: unknown = JSON.parse(text);
    if (status === null || typeof status !== 'object') throw new TypeError('no status');
    return { ...status };
  } catch (error) {
    signal.throwIfAborted();
    throw cliErrors.agentNotRunning({ path }, { cause: error });
  } finally {
    socket.destroy();
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
