import { readAccounts } from '../accounts.ts';
import type { FileTree } from '../file-tree.ts';
import type { Host } from '../host.ts';
import { parseKeyValues } from '../key-values.ts';
import type { FoundRow } from '../rows.ts';

const SESSIONS = '/run/systemd/sessions';
const MOST_SESSIONS = 2000;
const UTMP_BYTES = 1024 * 1024;

/** Sessions of the log-on service; where there is none, those that terminals have on record. */
export function* collectLoggedOnUsers({ files }: Host): Iterable<FoundRow> {
  if (files.stat(SESSIONS) === null) {
    yield* terminalSessions(files);
    return;
  }
  for (const name of files.names(SESSIONS).slice(0, MOST_SESSIONS)) {
    if (!/^[A-Za-z0-9]+$/.test(name)) continue;
    const session = parseKeyValues(files.text(`${SESSIONS}/${name}`) ?? '');
    if (!session.has('USER') || session.get('CLASS')?.startsWith('manager')) continue;
    const opened = Number(session.get('REALTIME') ?? Number.NaN);
    yield {
      SessionId: name,
      UserName: session.get('USER'),
      UserId: Number(session.get('UID') ?? Number.NaN),
      LogonType: session.get('TYPE'),
      Service: session.get('SERVICE'),
      Terminal: session.get('TTY') ?? session.get('DISPLAY'),
      RemoteHost: session.get('REMOTE_HOST'),
      State: session.get('STATE'),
      IsRemote: session.get('REMOTE') === '1',
      LogonTime: opened / 1000,
    };
  }
}

const RECORD_BYTES = 384;
const USER_PROCESS = 7;

/** @spec utmp(5), the layout of x86-64; of another size nothing is read */
function* terminalSessions(files: FileTree): Iterable<FoundRow> {
  const bytes = files.bytes('/run/utmp', UTMP_BYTES);
  if (bytes === null || bytes.length % RECORD_BYTES !== 0) return;
  const ids = new Map(readAccounts(files).map(({ name, userId }) => [name, userId]));
  for (let at = 0; at < bytes.length; at += RECORD_BYTES) {
    if (bytes.readInt16LE(at) !== USER_PROCESS) continue;
    const text = (from: number, length: number): string =>
      bytes.toString('utf8', at + from, at + from + length).split('\0', 1)[0] ?? '';
    const [terminal, user, host] = [text(8, 32), text(44, 32), text(76, 256)];
    yield {
      SessionId: terminal,
      UserName: user,
      UserId: ids.get(user),
      LogonType: /^(tty|pts)/.test(terminal) ? 'tty' : null,
      Terminal: terminal,
      RemoteHost: host === '' || host.startsWith(':') ? null : host,
      IsRemote: host !== '' && !host.startsWith(':'),
      LogonTime: bytes.readUInt32LE(at + 340) * 1000,
    };
  }
}
