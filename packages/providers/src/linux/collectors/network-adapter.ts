import { readAdapters } from '../adapters.ts';
import type { FileTree } from '../file-tree.ts';
import type { Host } from '../host.ts';
import type { FoundRow } from '../rows.ts';

/** @spec sysfs-class-net (kernel ABI) */
export async function* collectNetworkAdapters({ files, pace }: Host): AsyncIterable<FoundRow> {
  for (const adapter of readAdapters(files)) {
    if (pace.due()) await pace.rest();
    const megabits = files.number(`${adapter.folder}/speed`);
    yield {
      Name: adapter.name,
      AdapterType: adapter.type,
      MACAddress: hardwareAddress(files, adapter.folder),
      PhysicalAdapter: adapter.physical,
      ServiceName: adapter.driver,
      Status: files.line(`${adapter.folder}/operstate`),
      Speed: megabits === null || megabits === 0 ? null : megabits * 1_000_000,
      MTU: files.number(`${adapter.folder}/mtu`),
    };
  }
}

function hardwareAddress(files: FileTree, folder: string): string | null {
  const address = files.line(`${folder}/address`)?.toUpperCase() ?? '';
  return /^[0-9A-F]{2}(:[0-9A-F]{2}){5,19}$/.test(address) && /[^0:]/.test(address)
    ? address
    : null;
}
