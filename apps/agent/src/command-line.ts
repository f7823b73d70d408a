import { parseArgs } from 'node:util';
import { nearest } from '@moorline/kernel';

export type AgentCommand =
  | {
      readonly command: 'run';
      readonly folder: string;
      readonly enrolToken: string | undefined;
      readonly enrolFile: string | undefined;
      readonly userSocket: string | undefined;
    }
  | { readonly command: 'postpone-restart'; readonly userSocket: string; readonly minutes: number }
  | { readonly command: 'status'; readonly folder: string };

/** A mistake in the command line; the message says what to write instead. */
export class UsageError extends Error {}

export const USAGE = `Usage: moorline-agent run --data DIR [--enrol TOKEN | --enrol-file FILE] [--user-socket FILE]
       moorline-agent status --data DIR
       moorline-agent postpone-restart --user-socket FILE --minutes N

run     Works for the authority that this device is enrolled at, in the foreground.
status  Prints how the agent of that folder stands, as JSON.
postpone-restart  Puts off the restart that counts down, as far as the client settings allow.

--data DIR         Folder that keeps the agent's identity and state; one agent each.
--enrol TOKEN      Enrols first, unless that has happened already.
--enrol-file FILE  The same with the token in a file, where no list of processes shows it. A file that is not there
                   is passed over.

--user-socket FILE Where whoever is signed in may ask to postpone a restart: a socket that everybody may use, in a folder
                   that they can enter. Without it, nobody is asked.

MOORLINE_LOG   Level of the log on standard error: debug, info (default), warn, error, silent.`;

const COMMANDS = {
  run: ['data', 'enrol', 'enrol-file', 'user-socket'],
  status: ['data'],
  'postpone-restart': ['user-socket', 'minutes'],
} as const;
const OPTIONS = {
  data: { type: 'string' },
  enrol: { type: 'string' },
  'enrol-file': { type: 'string' },
  'user-socket': { type: 'string' },
  minutes: { type: 'string' },
} as const;

/** @throws UsageError */
export function readCommandLine(argv: readonly string[]): AgentCommand {
  const [word = '', ...rest] = argv;
  const command = (['run', 'status', 'postpone-restart'] as const).find((known) => known === word);
  if (!command) {
    const hint = hintOf(nearest(word, Object.keys(COMMANDS)));
    throw new UsageError(
      word === '' ? `A command is missing.\n${USAGE}` : `There is no command "${word}".${hint}`,
    );
  }
  const known: readonly string[] = COMMANDS[command];
  for (const argument of rest) {
    const name = /^--([^=]+)/.exec(argument)?.[1];
    if (name === undefined || known.includes(name)) continue;
    const near = nearest(name, known);
    throw new UsageError(`"${command}" has no option --${name}.${hintOf(near && `--${near}`)}`);
  }
  const values = parse(rest);
  const userSocket = values['user-socket'];
  if (command === 'postpone-restart') {
    const minutes = Number(values.minutes);
    if (!userSocket || !Number.isSafeInteger(minutes) || minutes < 1) {
      throw new UsageError('Say where and for how long: --user-socket FILE --minutes N.');
    }
    return { command, userSocket, minutes };
  }
  const folder = values.data;
  if (!folder) throw new UsageError('The folder is missing: give it with --data DIR.');
  return command === 'run'
    ? { command, folder, enrolToken: values.enrol, enrolFile: values['enrol-file'], userSocket }
    : { command, folder };
}

function parse(args: readonly string[]): {
  readonly data?: string;
  readonly enrol?: string;
  readonly 'enrol-file'?: string;
  readonly 'user-socket'?: string;
  readonly minutes?: string;
} {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function hintOf(word: string | undefined): string {
  return word ? ` Did you mean ${word}?` : '';
}
