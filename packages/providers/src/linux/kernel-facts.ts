import type { FileTree } from './file-tree.ts';

const AT_PAGESZ = 6;
const AT_CLKTCK = 17;

export interface KernelFacts {
  /** When the kernel started, milliseconds since 1970. */
  readonly bootTimeMs: number | null;
  readonly pageBytes: number;
  /** Unit of process times: ticks a second. */
  readonly ticksPerSecond: number;
}

/** @spec proc(5) /proc/stat; getauxval(3) */
export function readKernelFacts(files: FileTree): KernelFacts {
  const boot = /^btime (\d{1,11})$/m.exec(files.text('/proc/stat', 1024 * 1024) ?? '')?.[1];
  const auxiliary = readAuxiliaryVector(files.bytes('/proc/self/auxv', 4096));
  return {
    bootTimeMs: boot === undefined ? null : Number(boot) * 1000,
    pageBytes: auxiliary.get(AT_PAGESZ) || 4096,
    ticksPerSecond: auxiliary.get(AT_CLKTCK) || 100,
  };
}

// Pairs of machine words; every machine that Node 24 runs on has 64-bit little-endian ones, save s390x.
function readAuxiliaryVector(bytes: Buffer | null): ReadonlyMap<number, number> {
  const values = new Map<number, number>();
  if (bytes === null) return values;
  for (let at = 0; at + 16 <= bytes.length; at += 16) {
    const key = Number(bytes.readBigUInt64LE(at));
    if (key === AT_PAGESZ || key === AT_CLKTCK)
      values.set(key, Number(bytes.readBigUInt64LE(at + 8)));
  }
  return values;
}

const ARCHITECTURES: readonly (readonly [RegExp, string])[] = [
  [/^(x86_64|amd64)$/, 'x64'],
  [/^(aarch64|arm64)/, 'arM64'],
  [/^i[3-6]86$/, 'x86'],
  [/^arm/, 'arm'],
];

/** The model's name for what `uname -m` says; a machine that has none keeps its own. */
export function architectureName(machine: string): string {
  return ARCHITECTURES.find(([pattern]) => pattern.test(machine))?.[1] ?? machine;
}
