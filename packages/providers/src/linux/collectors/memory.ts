import type { FileTree } from '../file-tree.ts';
import type { Host } from '../host.ts';
import type { FoundRow } from '../rows.ts';

/** @spec proc_meminfo(5) */
export function readMemoryBytes(files: FileTree): {
  readonly physical: number | null;
  readonly swap: number | null;
} {
  const text = files.text('/proc/meminfo') ?? '';
  const field = (name: string): number | null => {
    const kibibytes = new RegExp(`^${name}: +(\\d{1,13}) kB$`, 'm').exec(text)?.[1];
    return kibibytes === undefined ? null : Number(kibibytes) * 1024;
  };
  return { physical: field('MemTotal'), swap: field('SwapTotal') };
}

export function* collectMemory({ files }: Host): Iterable<FoundRow> {
  const { physical, swap } = readMemoryBytes(files);
  yield {
    TotalPhysicalMemory: physical,
    TotalPageFileSpace: swap,
    TotalVirtualMemory: physical !== null && swap !== null ? physical + swap : null,
  };
}
