import type { FileTree } from '../file-tree.ts';
import type { Host } from '../host.ts';
import { architectureName } from '../kernel-facts.ts';
import { type ProcessorPackage, readProcessors } from '../processors.ts';
import type { FoundRow } from '../rows.ts';

export function* collectProcessors({ files, calls }: Host): Iterable<FoundRow> {
  const architecture = architectureName(files.line('/proc/sys/kernel/arch') ?? calls.machine());
  for (const found of readProcessors(files).packages) {
    const cpu = `/sys/devices/system/cpu/cpu${found.firstThread}`;
    const maxKilohertz = files.number(`${cpu}/cpufreq/cpuinfo_max_freq`);
    yield {
      DeviceID: `CPU${found.id}`,
      Name: found.fields.get('model name'),
      Manufacturer: found.fields.get('vendor_id'),
      Architecture: architecture,
      Family: numberOf(found, 'cpu family'),
      ModelNumber: numberOf(found, 'model'),
      Stepping: numberOf(found, 'stepping'),
      NumberOfCores: found.cores,
      NumberOfLogicalProcessors: found.threads,
      MaxClockSpeed: maxKilohertz === null ? null : Math.round(maxKilohertz / 1000),
      L2CacheSize: cacheBytes(files, cpu, 2),
      L3CacheSize: cacheBytes(files, cpu, 3),
    };
  }
}

function numberOf(found: ProcessorPackage, field: string): number | null {
  const text = found.fields.get(field) ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

function cacheBytes(files: FileTree, cpu: string, level: number): number | null {
  for (const index of files.names(`${cpu}/cache`)) {
    const cache = `${cpu}/cache/${index}`;
    if (files.number(`${cache}/level`) !== level) continue;
    const size = /^(\d{1,9})([KM])$/.exec(files.line(`${cache}/size`) ?? '');
    if (size) return Number(size[1]) * (size[2] === 'M' ? 1024 * 1024 : 1024);
  }
  return null;
}
