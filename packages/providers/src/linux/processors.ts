import type { FileTree } from './file-tree.ts';

/** /proc/cpuinfo takes about 1.5 KB for each thread. */
const CPUINFO_BYTES = 8 * 1024 * 1024;

export interface ProcessorPackage {
  readonly id: number;
  /** Number of the first thread of the package, by which sysfs knows its caches and clock. */
  readonly firstThread: number;
  readonly fields: ReadonlyMap<string, string>;
  readonly cores: number;
  readonly threads: number;
}

export interface Processors {
  readonly packages: readonly ProcessorPackage[];
  readonly threads: number;
  /** Features of the first thread. */
  readonly flags: ReadonlySet<string>;
}

/** @spec proc_cpuinfo(5); sysfs-devices-system-cpu (kernel ABI) */
export function readProcessors(files: FileTree): Processors {
  const byPackage = new Map<
    number,
    {
      firstThread: number;
      fields: ReadonlyMap<string, string>;
      cores: Set<string>;
      threads: number;
    }
  >();
  let threads = 0;
  let flags: ReadonlySet<string> = new Set();
  for (const block of (files.text('/proc/cpuinfo', CPUINFO_BYTES) ?? '').split(/\n\s*\n/)) {
    const thread = /^processor\s*:\s*(\d{1,6})$/m.exec(block)?.[1];
    if (thread === undefined) continue;
    if (threads === 0) flags = new Set(field(block, 'flags').split(' '));
    threads++;
    const topology = `/sys/devices/system/cpu/cpu${thread}/topology`;
    const packageText =
      field(block, 'physical id') || files.line(`${topology}/physical_package_id`);
    const id = /^\d{1,6}$/.test(packageText ?? '') ? Number(packageText) : 0;
    const core = field(block, 'core id') || files.line(`${topology}/core_id`) || thread;
    const known = byPackage.get(id);
    if (known) {
      known.threads++;
      known.cores.add(core);
    } else {
      byPackage.set(id, {
        firstThread: Number(thread),
        fields: fieldsOf(block),
        cores: new Set([core]),
        threads: 1,
      });
    }
  }
  const packages = [...byPackage].map(([id, found]) => ({ ...found, id, cores: found.cores.size }));
  return { packages, threads, flags };
}

function field(block: string, name: string): string {
  const at = block.indexOf(`\n${name}\t`);
  if (at < 0) return '';
  const colon = block.indexOf(':', at);
  const end = block.indexOf('\n', colon);
  return colon < 0 ? '' : block.slice(colon + 1, end < 0 ? undefined : end).trim();
}

function fieldsOf(block: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
  }
  return fields;
}
