import type { FileTree } from '../file-tree.ts';
import type { Host } from '../host.ts';
import { parseKeyValues } from '../key-values.ts';
import type { FoundRow } from '../rows.ts';

/** @spec machine-info(5), localtime(5) */
export function* collectDevice({ files }: Host): Iterable<FoundRow> {
  const name = files.line('/proc/sys/kernel/hostname') ?? files.line('/etc/hostname');
  const domain = files.line('/proc/sys/kernel/domainname');
  const machineInfo = parseKeyValues(files.text('/etc/machine-info') ?? '');
  yield {
    Name: name,
    PrettyName: machineInfo.get('PRETTY_HOSTNAME'),
    Platform: 'linux',
    Domain: domain !== null && domain !== '(none)' ? domain : domainOf(name),
    Deployment: machineInfo.get('DEPLOYMENT'),
    Location: machineInfo.get('LOCATION'),
    TimeZone: timeZone(files),
  };
}

function domainOf(name: string | null): string | null {
  const dot = name?.indexOf('.') ?? -1;
  return name !== null && dot > 0 ? name.slice(dot + 1) : null;
}

export function timeZone(files: FileTree): string | null {
  const linked = /\/zoneinfo\/(.+)$/.exec(files.link('/etc/localtime') ?? '')?.[1];
  const named = linked ?? files.line('/etc/timezone');
  return named !== null && /^[A-Za-z0-9_+\-/]{1,64}$/.test(named) ? named : null;
}
