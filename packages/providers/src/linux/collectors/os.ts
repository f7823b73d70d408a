import type { Host } from '../host.ts';
import { architectureName, readKernelFacts } from '../kernel-facts.ts';
import { parseKeyValues } from '../key-values.ts';
import type { FoundRow } from '../rows.ts';

/** @spec os-release(5), locale.conf(5) */
export function* collectOs({ files, calls }: Host): Iterable<FoundRow> {
  const release = parseKeyValues(
    files.text('/etc/os-release') ?? files.text('/usr/lib/os-release') ?? '',
  );
  const locale = parseKeyValues(
    files.text('/etc/locale.conf') ?? files.text('/etc/default/locale') ?? '',
  );
  yield {
    Caption: release.get('PRETTY_NAME'),
    Name: release.get('NAME'),
    DistributionId: release.get('ID'),
    Version: release.get('VERSION_ID'),
    CodeName: release.get('VERSION_CODENAME'),
    BuildNumber: release.get('BUILD_ID'),
    KernelVersion: files.line('/proc/sys/kernel/osrelease'),
    OSArchitecture: architectureName(files.line('/proc/sys/kernel/arch') ?? calls.machine()),
    OSLanguage: locale.get('LANG'),
    LastBootUpTime: readKernelFacts(files).bootTimeMs,
  };
}
