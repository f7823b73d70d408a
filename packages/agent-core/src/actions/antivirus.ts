import type { ActionResult } from '@moorline/model';
import { type ActionHandler, failedResult } from './action-handler.ts';
import type { Programs } from './run-program.ts';

/** Where people and downloads put files. */
const QUICK_PATHS = ['/home', '/root', '/tmp', '/var/tmp', '/usr/local/bin', '/etc/cron.d'];
const NOT_INSTALLED =
  'ClamAV is not installed on this device: there is no clamdscan and no clamscan in its PATH. Install the package clamav.';
const NO_FRESHCLAM =
  'ClamAV cannot update its signatures on this device: there is no freshclam in its PATH. Install the package clamav-freshclam.';
/** Names of infected files that a result tells. */
const TOLD_FILES = 10;

/** Scans with ClamAV: by its service where that answers, else by its own program. */
export function scan(programs: Programs, extent: 'quick' | 'full'): ActionHandler {
  return {
    isRepeatable: true,
    isEndable: true,
    lane: 'antivirus',
    unsupported: async () => ((await scanners(programs)).length > 0 ? null : NOT_INSTALLED),
    async run(_action, { signal }) {
      let last: ActionResult = failedResult('notSupported', NOT_INSTALLED);
      for (const { name, file } of await scanners(programs)) {
        const args = name === 'clamdscan' ? ['--multiscan', '--fdpass', '--infected'] : CLAMSCAN;
        const paths = extent === 'full' ? ['/'] : QUICK_PATHS;
        const end = await programs.run(file, [...args, ...paths], { signal });
        // 0: clean, 1: something was found; anything else: it could not scan everything.
        if (end.exitCode === 0 || end.exitCode === 1) return scanned(name, extent, end.output);
        const line = firstLine(end.errors) || firstLine(end.output);
        last = failedResult('failed', `${name} ended with code ${end.exitCode}: ${line}`);
      }
      return last;
    },
  };
}

const CLAMSCAN = [
  '--recursive',
  '--infected',
  '--exclude-dir=^/proc',
  '--exclude-dir=^/sys',
  '--exclude-dir=^/dev',
];

async function scanners(
  programs: Programs,
): Promise<readonly { readonly name: string; readonly file: string }[]> {
  const found: { name: string; file: string }[] = [];
  for (const name of ['clamdscan', 'clamscan']) {
    const file = await programs.find(name);
    if (file) found.push({ name, file });
  }
  return found;
}

/** What the program's summary says, in one sentence. */
function scanned(name: string, extent: 'quick' | 'full', output: string): ActionResult {
  const infected = output
    .split('\n')
    .flatMap((line) => /^(.*): (\S+) FOUND$/.exec(line)?.slice(1, 3).join(' (').concat(')') ?? []);
  const told = /^Infected files: (\d+)$/m.exec(output)?.[1];
  const count = told === undefined ? infected.length : Number(told);
  const scannedFiles = /^Scanned files: (\d+)$/m.exec(output)?.[1];
  const what = count === 0 ? 'nothing was found' : `${count} infected ${plural(count)}`;
  const title = extent === 'full' ? 'Full scan' : 'Quick scan';
  return {
    errorCode: 0,
    message: `${title} by ClamAV: ${what}.`,
    details: {
      scanner: name,
      infectedFiles: count,
      scannedFiles: scannedFiles === undefined ? null : Number(scannedFiles),
      ...Object.fromEntries(
        infected.slice(0, TOLD_FILES).map((text, index) => [`infected${index + 1}`, text]),
      ),
    },
  };
}

function plural(count: number): string {
  return count === 1 ? 'file was found' : 'files were found';
}

/** Updates ClamAV's signatures with freshclam. */
export function updateSignatures(programs: Programs): ActionHandler {
  return {
    isRepeatable: true,
    lane: 'antivirus',
    unsupported: async () => ((await programs.find('freshclam')) ? null : NO_FRESHCLAM),
    async run(_action, { signal }) {
      const file = await programs.find('freshclam');
      if (!file) return failedResult('notSupported', NO_FRESHCLAM);
      const { exitCode, output, errors } = await programs.run(file, ['--stdout'], { signal });
      if (exitCode !== 0) {
        const line = firstLine(errors) || output.trim().split('\n').at(-1) || 'it did not say why';
        return failedResult('failed', `freshclam ended with code ${exitCode}: ${line}`);
      }
      const versions = [...output.matchAll(/(\w+)\.c[vl]d (?:database )?.*?version: (\d+)/g)];
      const isNew = /updated \(version/.test(output);
      return {
        errorCode: 0,
        message: isNew ? 'The signatures were updated.' : 'The signatures are up to date.',
        details: Object.fromEntries(
          versions.map(([, name, version]) => [`${name}`, Number(version)]),
        ),
      };
    },
  };
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0]?.slice(0, 500) ?? '';
}
