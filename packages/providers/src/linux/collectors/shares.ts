import type { FileTree } from '../file-tree.ts';
import type { Host } from '../host.ts';
import type { FoundRow } from '../rows.ts';
import { flagOf, parseSections, type Section } from '../sections.ts';
import { shortLines } from '../short-lines.ts';

const CONFIG_BYTES = 1024 * 1024;

export function* collectFileShares({ files }: Host): Iterable<FoundRow> {
  yield* sambaShares(files);
  yield* nfsShares(files);
}

/** @spec smb.conf(5) */
function* sambaShares(files: FileTree): Iterable<FoundRow> {
  for (const { name, settings } of parseSections(
    files.text('/etc/samba/smb.conf', CONFIG_BYTES) ?? '',
  )) {
    if (name.toLowerCase() === 'global') continue;
    yield {
      Name: name,
      Protocol: 'SMB',
      Path: settings.get('path') ?? settings.get('directory'),
      Description: settings.get('comment'),
      Clients: settings.get('valid users') ?? settings.get('hosts allow'),
      IsReadOnly: isReadOnly(settings),
      IsGuestAllowed: flagOf(settings.get('guest ok') ?? settings.get('public')) ?? false,
    };
  }
}

function isReadOnly(settings: Section['settings']): boolean {
  const writable =
    flagOf(settings.get('writeable')) ??
    flagOf(settings.get('writable')) ??
    flagOf(settings.get('write ok'));
  return writable === null ? (flagOf(settings.get('read only')) ?? true) : !writable;
}

/** @spec exports(5) */
function* nfsShares(files: FileTree): Iterable<FoundRow> {
  const more = files.names('/etc/exports.d').filter((name) => name.endsWith('.exports'));
  for (const path of ['/etc/exports', ...more.map((name) => `/etc/exports.d/${name}`)]) {
    const text = (files.text(path, CONFIG_BYTES) ?? '').replace(/\\\n/g, ' ');
    for (const line of shortLines(text)) {
      const [, quoted, plain, clients = ''] =
        /^\s*(?:"(\/[^"]*)"|(\/\S*))\s*([^#]*)/.exec(line) ?? [];
      const folder = quoted ?? plain;
      if (folder === undefined) continue;
      yield {
        Name: folder,
        Protocol: 'NFS',
        Path: folder,
        Clients: clients.trim().replace(/\s+/g, ' '),
        IsReadOnly: !/[(,]rw[,)]/.test(clients),
        IsGuestAllowed: /[(,]all_squash[,)]/.test(clients) || !/sec=krb5/.test(clients),
      };
    }
  }
}
