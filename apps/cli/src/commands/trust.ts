import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { isErrno, reasonOf } from '@moorline/files';
import type { Command } from 'commander';
import {
  type CommandDeps,
  type ContextOptions,
  dataFolder,
  newCommand,
  withContextOptions,
} from '../command-line.ts';
import { caOf, chooseContext, readContexts } from '../connection/contexts.ts';
import { cliErrors, usageError } from '../errors.ts';
import { safeText } from '../output/safe-text.ts';
import { describeStep, type TrustStep, trustPlan } from '../trust/trust-plan.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 120_000;

interface Flags extends ContextOptions {
  readonly remove?: true;
  readonly dryRun?: true;
}

export function trustCommand(deps: CommandDeps): Command {
  return withContextOptions(
    newCommand('trust', 'Let this system trust a host’s certificate authority, or no more', [
      'trust --context tenant --dry-run',
      'trust --context tenant',
      'trust --context tenant --remove',
    ]),
  )
    .option('--remove', 'take it out of the store again')
    .option('--dry-run', 'only say what would be done')
    .addHelpText(
      'after',
      '\nIt is needed for https:// addresses of the console alone: the plain address on this machine, and this\ncommand line, work without. Firefox keeps a store of its own.\n',
    )
    .action(async (flags: Flags) => {
      const contexts = await readContexts(dataFolder(flags, deps));
      const { name, context } = chooseContext(
        contexts,
        flags.context ?? deps.environment.MOORLINE_CONTEXT,
      );
      const caPem = await caOf(context);
      if (caPem === undefined) throw usageError(`${name} already relies on the system's store.`);
      const plan = trustPlan(caPem, flags.remove ? 'remove' : 'add', {
        platform: process.platform,
        exists: existsSync,
        temporaryFolder: tmpdir(),
      });
      if (!plan) {
        throw usageError(
          'Where this system keeps its certificates is not known. Add the certificate by hand: `moorline context list` tells the hosts.',
        );
      }
      const subject = safeText(new X509Certificate(caPem).subject);
      deps.terminal.note(`${name}: ${subject}\n`);
      for (const step of plan) {
        deps.terminal.note(`${flags.dryRun ? 'would ' : ''}${describeStep(step)}\n`);
        if (!flags.dryRun) await carryOut(step);
      }
      if (!flags.dryRun) deps.terminal.note(flags.remove ? 'No longer trusted.\n' : 'Trusted.\n');
    });
}

async function carryOut(step: TrustStep): Promise<void> {
  const again = 'sudo npx moorline trust …';
  try {
    if (step.kind === 'write') return await writeFile(step.path, step.content, { mode: 0o644 });
    if (step.kind === 'remove') return await rm(step.path, { force: true });
  } catch (error) {
    throw cliErrors.trustDenied({ reason: reasonOf(error), command: again }, { cause: error });
  }
  const command = [step.command, ...step.args].join(' ');
  try {
    await run(step.command, step.args, { timeout: TIMEOUT_MS });
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    const missing = isErrno(error) && error.code === 'ENOENT' ? 'the program is not there' : '';
    const reason = missing || stderr.split('\n').at(-1) || reasonOf(error);
    throw cliErrors.trustFailed({ command, reason }, { cause: error });
  }
}
