import type { FileTree } from '../file-tree.ts';
import type { Host } from '../host.ts';
import type { FoundRow } from '../rows.ts';
import { shortLines } from '../short-lines.ts';

const MOST_FILES = 2000;
const CRON_BYTES = 256 * 1024;

export async function* collectScheduledTasks({ files, pace }: Host): AsyncIterable<FoundRow> {
  yield* crontab(files, '/etc/crontab', undefined);
  for (const name of files.names('/etc/cron.d').slice(0, MOST_FILES))
    if (/^[\w-]+$/.test(name)) yield* crontab(files, `/etc/cron.d/${name}`, undefined);
  for (const folder of ['/var/spool/cron/crontabs', '/var/spool/cron']) {
    for (const name of files.names(folder).slice(0, MOST_FILES)) {
      if (pace.due()) await pace.rest();
      const path = `${folder}/${name}`;
      if (files.link(path) === null && files.stat(path)?.isFile())
        yield* crontab(files, path, name);
    }
  }
  for (const period of ['hourly', 'daily', 'weekly', 'monthly']) {
    const folder = `/etc/cron.${period}`;
    for (const name of files.names(folder).slice(0, MOST_FILES)) {
      const stat = files.stat(`${folder}/${name}`);
      if (!stat?.isFile() || !/^[\w-]+$/.test(name)) continue;
      yield {
        Name: name,
        Source: folder,
        Kind: 'cron',
        Schedule: period,
        User: 'root',
        Command: `${folder}/${name}`,
        IsEnabled: (stat.mode & 0o111) !== 0,
      };
    }
  }
  yield* anacron(files);
  yield* timers(files);
}

/** A table of the system names the user in each line, a user's own does not. @spec crontab(5) */
function* crontab(files: FileTree, path: string, owner: string | undefined): Iterable<FoundRow> {
  const lines = shortLines(files.text(path, CRON_BYTES));
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim();
    const [, schedule, rest] =
      /^(@\w+|[\d*/,LW?#A-Za-z-]+(?:\s+[\d*/,LW?#A-Za-z-]+){4})\s+(.+)$/.exec(line) ?? [];
    if (!schedule || !rest || line[0] === '#' || /^[A-Za-z_]\w*\s*=/.test(line)) continue;
    const [user = '', ...words] = rest.split(/\s+/);
    yield {
      Name: `line ${index + 1}`,
      Source: path,
      Kind: 'cron',
      Schedule: schedule.replace(/\s+/g, ' '),
      User: owner ?? user,
      Command: owner === undefined ? words.join(' ') : rest,
      IsEnabled: true,
    };
  }
}

/** @spec anacrontab(5) */
function* anacron(files: FileTree): Iterable<FoundRow> {
  for (const line of shortLines(files.text('/etc/anacrontab'))) {
    const [, period, delay, name, command] =
      /^(\d+|@\w+)\s+(\d+)\s+(\S+)\s+(.+)$/.exec(line.trim()) ?? [];
    if (!name) continue;
    const stamp = /^[\w.-]+$/.test(name) ? files.line(`/var/spool/anacron/${name}`) : null;
    const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)$/.exec(stamp ?? '') ?? [];
    yield {
      Name: name,
      Source: '/etc/anacrontab',
      Kind: 'anacron',
      Schedule: /^\d/.test(period ?? '')
        ? `every ${period} days, ${delay} min after the start`
        : period,
      User: 'root',
      Command: command,
      IsEnabled: true,
      LastRunTime: year ? Date.UTC(Number(year), Number(month) - 1, Number(day)) : null,
    };
  }
}

const TIMER_FOLDERS = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
];
const SCHEDULES =
  /^\s*(On(?:Calendar|BootSec|StartupSec|ActiveSec|UnitActiveSec|UnitInactiveSec))\s*=\s*(\S.*?)\s*$/gm;

/** @spec systemd.timer(5) */
function* timers(files: FileTree): Iterable<FoundRow> {
  const paths = new Map<string, string>();
  const enabled = new Set<string>();
  for (const folder of TIMER_FOLDERS) {
    for (const name of files.names(folder).slice(0, MOST_FILES)) {
      if (name.endsWith('.timer') && !paths.has(name)) paths.set(name, `${folder}/${name}`);
      if (!/\.(wants|requires)$/.test(name)) continue;
      for (const unit of files.names(`${folder}/${name}`)) enabled.add(unit);
    }
  }
  for (const [name, path] of [...paths].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (name.endsWith('@.timer')) continue;
    const text = files.text(path);
    const isMasked = files.link(path) === '/dev/null';
    const schedule = [...shortLines(text).join('\n').matchAll(SCHEDULES)].map(
      ([, key, value]) => `${key}=${value}`,
    );
    const stamp = files.stat(`/var/lib/systemd/timers/stamp-${name}`);
    yield {
      Name: name,
      Source: path,
      Kind: 'timer',
      Schedule: schedule.join(', '),
      User: null,
      Command: /^\s*Unit\s*=\s*(\S+)/m.exec(text ?? '')?.[1] ?? name.replace(/timer$/, 'service'),
      IsEnabled: isMasked ? false : text === null ? null : enabled.has(name),
      LastRunTime: stamp?.mtimeMs,
    };
  }
}
