import type { InventoryProvider } from '@moorline/model/ports';
import { createLinuxProvider } from '@moorline/providers/linux';
import { UsageError } from './command-line.ts';
import { atLowPriority } from './low-priority.ts';

/** The inventory of the system that this process runs on. */
export function deviceProvider(): InventoryProvider {
  if (process.platform === 'linux') return atLowPriority(createLinuxProvider());
  throw new UsageError(
    `This version of the agent reads the inventory of Linux only, not of ${process.platform}.`,
  );
}
