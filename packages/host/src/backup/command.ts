import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createLogger } from '@moorline/http';
import { MoorlineError, systemClock } from '@moorline/kernel';
import { databaseSource, UsageError } from '../config.ts';
import { type HostProfile, hostMigrations } from '../host.ts';
import { VERSION } from '../version.ts';
import { backupHost } from './backup.ts';
import { restoreHost } from './restore.ts';

const SHORTEST_PASSPHRASE = 12;

/** `backup FILE` and `restore FILE` of a host program; resolves with its exit code. */
export async function runBackupCommand(
  profile: HostProfile,
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const { kind } = profile;
  const logger = createLogger({ name: kind, level: 'error' });
  try {
    const { verb, file, dataFolder, passphraseFile } = readOptions(argv);
    const passphrase = await readPassphrase(passphraseFile, environment);
    if (verb === 'backup') {
      const { sizeBytes } = await backupHost({
        dataFolder,
        kind,
        database: databaseSource(dataFolder, environment),
        file,
        passphrase,
        version: VERSION,
        clock: systemClock,
        logger,
      });
      console.log(
        `${file}: ${Math.ceil(sizeBytes / 1024)} KiB. Keep its passphrase apart from it.`,
      );
    } else {
      const { name } = await restoreHost({
        file,
        passphrase,
        dataFolder,
        kind,
        migrations: hostMigrations(profile),
        statements: profile.afterRestore ?? [],
        logger,
      });
      console.log(
        `${name} is in ${dataFolder}. Start it: moorline ${kind} run --data ${dataFolder}`,
      );
      console.log(`Where it ran before it must not run any more: a second one is refused.`);
    }
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(error.message);
      return 2;
    }
    console.error(error instanceof MoorlineError ? error.message : String(error));
    return 1;
  }
}

function readOptions(argv: readonly string[]): {
  readonly verb: 'backup' | 'restore';
  readonly file: string;
  readonly dataFolder: string;
  readonly passphraseFile: string | undefined;
} {
  const verb = argv[0] === 'restore' ? 'restore' : 'backup';
  const usage = `usage: ${verb} FILE --data DIR --passphrase-file FILE`;
  try {
    const { values, positionals } = parseArgs({
      args: argv.slice(1),
      options: { data: { type: 'string' }, 'passphrase-file': { type: 'string' } },
      allowPositionals: true,
    });
    const [file, ...more] = positionals;
    if (!file || more.length > 0 || !values.data) throw new UsageError(usage);
    return {
      verb,
      file: resolve(file),
      dataFolder: resolve(values.data),
      passphraseFile: values['passphrase-file'],
    };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

/** Never from the command line itself: other accounts of the machine can read that. */
async function readPassphrase(
  file: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const given = file
    ? (await readFile(file, 'utf8').catch(() => '')).replace(/\r?\n$/, '')
    : environment.MOORLINE_BACKUP_PASSPHRASE;
  if (given === undefined || given.length < SHORTEST_PASSPHRASE) {
    throw new UsageError(
      `The backup holds private keys and is sealed with a passphrase of at least ${SHORTEST_PASSPHRASE} characters: put it in a file and name it with --passphrase-file FILE, or set MOORLINE_BACKUP_PASSPHRASE.`,
    );
  }
  return given;
}
