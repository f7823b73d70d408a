import type { networkInterfaces } from 'node:os';
import type { FileTree } from './file-tree.ts';
import type { Pace } from './pace.ts';
import type { FoundRow } from './rows.ts';

/** What the kernel tells only by a system call. */
export interface KernelCalls {
  /** As `uname -m`. */
  machine(): string;
  networkInterfaces(): ReturnType<typeof networkInterfaces>;
  /** Milliseconds since 1970; absent: the system's clock. */
  now?(): number;
  /** Minutes by which the local time at that moment is ahead of UTC; absent: as this process has it. */
  utcOffset?(at: number): number;
}

/** What a collector reads from, for one collection. */
export interface Host {
  readonly files: FileTree;
  readonly calls: KernelCalls;
  readonly pace: Pace;
}

/** Finds the rows of one class; a row that does not fit is fitted by the caller. */
export type Collector = (host: Host) => Iterable<FoundRow> | AsyncIterable<FoundRow>;
