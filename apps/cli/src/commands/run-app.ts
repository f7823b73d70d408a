import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Command } from 'commander';
import { newCommand, newGroup } from '../command-line.ts';
import { type AppName, appEntry, HOST_APPS } from '../layout.ts';

const SUMMARIES: Readonly<Record<AppName, string>> = {
  tenant: 'The cloud host',
  site: 'The on-premises host',
  agent: 'The agent of this machine',
};

/** `tenant`, `site`: each with `run`, whose options are the program's own. */
export function hostCommand(name: (typeof HOST_APPS)[number]): Command {
  const own = name === 'site' ? [backupCommand(), restoreCommand()] : [];
  return newGroup(name, SUMMARIES[name], [runCommand(name), ...own]);
}

/** Like `run`, the site program's own: its options are read there. */
function backupCommand(): Command {
  return newCommand('backup', 'Write a site into a file (FILE --data DIR --passphrase-file FILE)', [
    'site backup hq1.moorline --data /var/lib/moorline/site --passphrase-file ~/backup-passphrase',
  ]);
}

function restoreCommand(): Command {
  return newCommand(
    'restore',
    'Put a site back from a file (FILE --data NEW-DIR --passphrase-file FILE)',
    [
      'site restore hq1.moorline --data /var/lib/moorline/site --passphrase-file ~/backup-passphrase',
    ],
  );
}

/** Never reached with `run` as the second word: `appToRun` takes that before the options are read. */
export function runCommand(name: AppName): Command {
  const options =
    name === 'agent'
      ? '--data DIR --enrol TOKEN'
      : `--data DIR --port N --host ADDR --name NAME${name === 'site' ? ' --proxy URL --proxy-credentials FILE' : ''}`;
  return newCommand('run', `Run it here, in the foreground (${options})`, [
    name === 'agent'
      ? 'agent run --data /var/lib/moorline/agent --enrol mle1.eyJ1Ijoi…'
      : `${name} run --data /var/lib/moorline/${name} --name HQ1`,
  ]);
}

/** The program that these arguments run, with its own arguments; undefined for any other command. */
export function appToRun(
  argv: readonly string[],
): { readonly app: AppName; readonly args: readonly string[] } | undefined {
  const [name, verb = '', ...rest] = argv;
  const app = ([...HOST_APPS, 'agent'] as const).find((candidate) => candidate === name);
  const verbs = app === 'site' ? ['run', 'backup', 'restore'] : ['run'];
  const isHelp = rest.includes('--help') || rest.includes('-h');
  if (!app || !verbs.includes(verb) || isHelp) return undefined;
  return { app, args: [verb, ...rest] };
}

/** Becomes that program as nearly as Node can: its terminal, its signals, its exit code. */
export async function runApp(app: AppName, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [appEntry(app), ...args], { stdio: 'inherit' });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const signal of signals) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      for (const name of signals) process.off(name, forward);
      resolve(signal ? 128 + constants.signals[signal] : (code ?? 1));
    });
  });
}
