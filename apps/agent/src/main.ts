import { readFile } from 'node:fs/promises';
import { MoorlineError } from '@moorline/kernel';
import { readCommandLine, USAGE, UsageError } from './command-line.ts';
import { createStderrLogger } from './logger.ts';
import { runAgent } from './run.ts';
import { readStatus } from './status-socket.ts';
import { sayFailed } from './supervisor.ts';
import { askToPostpone } from './user-socket.ts';

async function main(argv: readonly string[]): Promise<void> {
  if (argv.includes('--help') || argv.includes('-h')) return console.log(USAGE);
  const command = readCommandLine(argv);
  if (command.command === 'run') {
    const enrolToken = command.enrolToken ?? (await tokenIn(command.enrolFile));
    return runAgent({ ...command, enrolToken }, createStderrLogger(process.env.MOORLINE_LOG));
  }
  if (command.command === 'postpone-restart') {
    const answer = await askToPostpone(command.userSocket, command.minutes);
    if (answer === undefined) {
      throw new UsageError(`No agent answers at ${command.userSocket}.`);
    }
    return console.log(answer);
  }
  console.log(JSON.stringify(await readStatus(command.folder), null, 2));
}

async function tokenIn(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    // Whoever wrote it takes it away once the device has enrolled.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

try {
  await main(process.argv.slice(2));
  process.exit(0);
} catch (error) {
  const isForPeople = error instanceof MoorlineError || error instanceof UsageError;
  await sayFailed(isForPeople ? error.message : `The agent cannot run: ${String(error)}`);
  process.exit(error instanceof UsageError ? 2 : 1);
}
