import type { FileTree } from '../file-tree.ts';
import type { Host } from '../host.ts';
import type { FoundRow } from '../rows.ts';

const FOLDERS = ['/var/lib/clamav', '/usr/local/share/clamav'] as const;
const PROGRAMS = ['/usr/bin/clamscan', '/usr/sbin/clamd', '/usr/local/bin/clamscan'] as const;
const HEADER_BYTES = 512;
const STATUS_BYTES = 64 * 1024 * 1024;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** ClamAV, from its signatures' own header and the running processes: its programs are not called. */
export function* collectEpStatus({ files }: Host): Iterable<FoundRow> {
  const folder = FOLDERS.find((path) => files.names(path).length > 0);
  const isInstalled = PROGRAMS.some((path) => files.stat(path) !== null);
  if (!isInstalled && folder === undefined) {
    yield {};
    return;
  }
  const running = runningNames(files);
  yield {
    Product: 'ClamAV',
    EngineVersion: packageVersion(files, 'clamav') ?? packageVersion(files, 'clamav-daemon'),
    ...(folder === undefined ? {} : signatures(files, folder)),
    IsRealTimeProtectionEnabled: running.has('clamonacc'),
    IsServiceRunning: running.has('clamd'),
    IsUpdaterRunning: running.has('freshclam'),
    DatabaseFolder: folder,
  };
}

/** @spec ClamAV manual, "CVD format": 512 bytes, fields divided by colons */
function signatures(files: FileTree, folder: string): FoundRow {
  const newest = ['daily.cld', 'daily.cvd']
    .map((name) => files.bytes(`${folder}/${name}`, HEADER_BYTES)?.toString('latin1') ?? '')
    .map((header) => header.split(':'))
    .filter(([magic]) => magic === 'ClamAV-VDB')
    .sort((a, b) => Number(b[2]) - Number(a[2]))[0];
  if (!newest) return {};
  const [, made, version, count] = newest;
  const [, day, month, year, hour, minute, sign, zone] =
    /^(\d{1,2}) (\w{3}) (\d{4}) (\d\d)-(\d\d) ([+-])(\d{4})$/.exec(made ?? '') ?? [];
  const offset = Number(zone?.slice(0, 2)) * 60 + Number(zone?.slice(2));
  const at = Date.UTC(
    Number(year),
    MONTHS.indexOf(month ?? ''),
    Number(day),
    Number(hour),
    Number(minute),
  );
  return {
    SignatureVersion: Number(version),
    SignatureCount: Number(count),
    SignatureLastUpdated: at - (sign === '-' ? -offset : offset) * 60_000,
  };
}

function runningNames(files: FileTree): ReadonlySet<string> {
  const names = new Set<string>();
  for (const entry of files.names('/proc'))
    if (/^[1-9]\d{0,9}$/.test(entry)) names.add(files.line(`/proc/${entry}/comm`) ?? '');
  return names;
}

function packageVersion(files: FileTree, name: string): string | null {
  const text = files.text('/var/lib/dpkg/status', STATUS_BYTES) ?? '';
  const at = text.startsWith(`Package: ${name}\n`) ? 0 : text.indexOf(`\n\nPackage: ${name}\n`);
  if (at < 0) return null;
  const end = text.indexOf('\n\n', at + 2);
  return /^Version: (\S+)$/m.exec(text.slice(at, end < 0 ? undefined : end))?.[1] ?? null;
}
